//! The ignition: the browser calls it once, when the page's program has arrived.

use app::App;
use app::frame::{is_elsewhere, mark_ready};
use app::session::Boot;
use leptos::prelude::{provide_context, window};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Takes over the page that the server drew, as soon as the parts that it needs are here as well: a
/// page can only be taken over as a whole.
///
/// # Errors
/// A part did not arrive. Nobody catches it, and so the first script of the page says that the page
/// did not start.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsError> {
    console_error_panic_hook::set_once();
    // One after the other: the page has told the browser of both, and so they are on their way.
    let boot = Boot::read().await?;
    boot.arrive().await?;
    app::pages::arrive_at_first().await?;
    if is_elsewhere() {
        // It cannot be taken over as another page, and so it is loaded as that.
        return window()
            .location()
            .reload()
            .map_err(|_| JsError::new("the page cannot be loaded again"));
    }
    leptos::mount::hydrate_body(move || {
        provide_context(boot);
        App()
    });
    mark_ready();
    // What does not arrive now is asked for again by whoever needs it.
    let _ = app::later::prepare().await;
    Ok(())
}

/// Room between the constants, which the build lays anew, each beside the part that uses it. The order
/// of the linker is closer by some bytes, and without room to spare the build would leave them all in
/// what every page loads. Nothing refers to this, so it is in no file.
#[used]
static ROOM: [u8; 0x4000] = [0; 0x4000];
