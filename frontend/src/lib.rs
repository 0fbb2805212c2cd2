//! The ignition: the browser calls it once, when the page's program has arrived.

use app::App;
use app::frame::mark_ready;
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server drew.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
    mark_ready();
}
