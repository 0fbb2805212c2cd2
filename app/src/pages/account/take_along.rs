//! All that is kept of the person, as a file.

use js_sys::Array;
use leptos::prelude::*;
use leptos::web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};
use std::time::Duration;
use wasm_bindgen::{JsCast as _, JsValue};

use super::act::{ActButton, Outcome, use_act};
use crate::api::account::{Export, export};
use crate::notice::Notice;
use crate::parts::date::stamp;

/// How long the file stays in memory for the browser to take it.
const TAKEN: Duration = Duration::from_mins(1);

/// A button that saves all that is kept of the person.
#[component]
pub fn TakeAlong() -> impl IntoView {
    let act = use_act();
    let press = Callback::new(move |()| {
        act.run("export", export(), |export| {
            let name = file_name(export.exported_at);
            let said = match save(&name, &export) {
                Some(()) => format!("{name} is in your downloads."),
                None => "This browser does not let the page save a file.".to_owned(),
            };
            Some(Notice::new(said))
        });
    });
    view! {
        <section class="card" aria-labelledby="take-along">
            <h2 id="take-along">"Take your data with you"</h2>
            <p>
                "All that this app keeps of you, in one file that programs can read: the account, \
                 its identities, and where you are signed in. No keys are in it."
            </p>
            <div class="actions">
                <ActButton act name="export" words="Save it as a file" quiet=true press />
            </div>
            <Outcome act />
        </section>
    }
    .into_any()
}

fn file_name(exported_at: i64) -> String {
    format!("stagedoor-account-{}.json", stamp(exported_at))
}

/// Hands the browser a file. `None` where it takes none.
fn save(name: &str, export: &Export) -> Option<()> {
    let text = serde_json::to_string_pretty(export).ok()?;
    let parts = Array::of1(&JsValue::from_str(&text));
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    set_timeout(move || _ = Url::revoke_object_url(&address), TAKEN);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn file_is_named_after_its_day() {
        assert_eq!(
            file_name(1_795_305_600),
            "stagedoor-account-2026-11-22.json"
        );
    }
}
