//! Effects of which the program holds one copy.
//!
//! Each [`Effect::new`] is compiled anew for its closure, which is a kilobyte of the program that every
//! page loads. These do the same and share it.

use leptos::prelude::Effect;

/// Runs `run` now, when the page is live, and again whenever something changes that it read.
pub fn effect(run: impl FnMut() + 'static) {
    erased(Box::new(run));
}

/// As [`effect`], with what `run` answered the time before.
pub fn effect_after<T: 'static>(mut run: impl FnMut(Option<T>) -> T + 'static) {
    let mut before = None;
    effect(move || before = Some(run(before.take())));
}

fn erased(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}
