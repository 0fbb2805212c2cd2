//! A file that the page makes and the browser saves.

use std::time::Duration;

use js_sys::Array;
use leptos::prelude::*;
use leptos::web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};
use wasm_bindgen::{JsCast as _, JsValue};

/// How long the file stays in memory for the browser to take it.
const TAKEN: Duration = Duration::from_mins(1);

/// Hands the browser a file of this name, media type and text, in UTF-8. `None` where it takes none.
/// Browser only.
pub fn save(name: &str, media_type: &str, text: &str) -> Option<()> {
    let parts = Array::of1(&JsValue::from_str(text));
    let kind = BlobPropertyBag::new();
    kind.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    set_timeout(move || _ = Url::revoke_object_url(&address), TAKEN);
    Some(())
}
