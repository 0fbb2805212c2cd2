//! The ignition: the browser calls it once, when the page's program has arrived.

use app::App;
use app::frame::mark_ready;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Takes over the page that the server drew, as soon as the part that the page is in is here as
/// well: a page can only be taken over as a whole.
///
/// # Errors
/// The part did not arrive. Nobody catches it, and so the first script of the page says that the
/// page did not start.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsError> {
    console_error_panic_hook::set_once();
    app::pages::arrive_at_first().await?;
    leptos::mount::hydrate_body(App);
    mark_ready();
    Ok(())
}
