//! All that is kept of the person, as a file.

use leptos::prelude::*;

use super::act::{ActButton, Outcome, use_act};
use crate::api::account::{Export, export};
use crate::download;
use crate::notice::Notice;
use crate::parts::date::stamp;

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

/// Hands the browser the file. `None` where it takes none.
fn save(name: &str, export: &Export) -> Option<()> {
    let text = serde_json::to_string_pretty(export).ok()?;
    download::save(name, "application/json", &text)
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
