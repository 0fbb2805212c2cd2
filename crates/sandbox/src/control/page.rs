//! `GET /control`: everything in one page, and forms to change it.

mod music;

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{Control, GoogleSnapshot, Snapshot};
use crate::fault::Fault;
use crate::log::Entry;
use crate::page::{self, escape};
use crate::profile::{Profile, RefreshPolicy};
use crate::world::World;

const SCRIPT: &str = include_str!("page/script.js");
/// How much of the log the page shows.
const SHOWN: usize = 100;

static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src 'self' data:; connect-src 'self'; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        page::style_hash(),
        page::source_hash(SCRIPT)
    )
});

/// The page.
pub(crate) async fn show(State(world): State<World>) -> Response {
    let control = Control::new(world);
    let snapshot = control.snapshot();
    let log = control.log();
    let body = format!(
        r#"<div class="wide"><header><p><strong>Sandbox</strong> Control panel</p></header><main>
<h1>Control panel</h1><p id="said" role="status"></p>
<div class="panels">{}{}{}{}{}{}{}{}{}{}{}</div>{}{}{}{}{}</main></div><script>{SCRIPT}</script>"#,
        clock_panel(&snapshot),
        switch_panel(&snapshot),
        fault_panel(),
        user_panel(),
        library_panel(),
        music::music_panel(),
        music::playlist_panel(&snapshot),
        music::limit_panel(&snapshot.limits),
        client_panel(),
        google_panel(&snapshot.google),
        google_account_panel(),
        faults(&snapshot.faults),
        users(&snapshot),
        google_accounts(&snapshot.google),
        clients(&snapshot),
        requests(&log),
    );
    page::document("Control panel", &body, &POLICY)
}

fn clock_panel(snapshot: &Snapshot) -> String {
    let half_year = 184 * 24 * 3600;
    format!(
        r#"<section><h2>Clock and data</h2><p>Now <code>{}</code>, offset <code>{}</code> s</p>
<form data-post="/control/clock" class="fields"><label>Offset in seconds<input name="offset_s" data-kind="number" type="number" value="{}" required></label><button>Set the clock</button></form>
{}{}{}</section>"#,
        snapshot.now,
        snapshot.offset_s,
        snapshot.offset_s,
        button(
            "/control/clock",
            &json!({ "offset_s": half_year }),
            "Six months later"
        ),
        button("/control/reset", &json!({}), "Reset everything"),
        button("/control/log/clear", &json!({}), "Clear the log"),
    )
}

fn switch_panel(snapshot: &Snapshot) -> String {
    let profiles = options(Profile::ALL.map(Profile::name), snapshot.profile.name());
    let policies = options(
        RefreshPolicy::ALL.map(RefreshPolicy::name),
        snapshot.refresh_policy.name(),
    );
    format!(
        r#"<section><h2>Habits</h2>
<form data-post="/control/profile" class="fields"><label>Kind of app<select name="profile">{profiles}</select></label><button>Set the kind of app</button></form>
<form data-post="/control/refresh-policy" class="fields"><label>Refresh tokens<select name="policy">{policies}</select></label>
<label class="check"><input type="checkbox" name="omit_scope"{}><span>Leave <code>scope</code> out of refresh answers</span></label><button>Set the refresh policy</button></form>
<form data-post="/control/refresh-scope" class="fields"><label>Refreshes grant these scopes; empty is all that was ever agreed to<input name="scope" value="{}"></label><button>Set what refreshes grant</button></form>
<form data-post="/control/owner-premium" class="fields"><label class="check"><input type="checkbox" name="lapsed"{}>The owner’s Premium has lapsed</label><button>Set the owner’s Premium</button></form>
<form data-post="/control/token-life" class="fields"><label>Life of new access tokens, in seconds<input name="seconds" data-kind="number" type="number" min="1" value="{}" required></label><button>Set the life</button></form>
<form data-post="/control/library-settings" class="fields"><label class="check"><input type="checkbox" name="accepts_artists"{}><span><code>/me/library</code> takes artists</span></label>
<label>Lists show what was so many seconds ago<input name="list_lag_s" data-kind="number" type="number" min="0" max="3600" value="{}" required></label><button>Set the habits of libraries</button></form></section>"#,
        checked(snapshot.omit_scope),
        escape(snapshot.refresh_scope.as_deref().unwrap_or_default()),
        checked(snapshot.owner_premium_lapsed),
        snapshot.token_life_s,
        checked(snapshot.library.accepts_artists),
        snapshot.library.list_lag_s,
    )
}

fn fault_panel() -> String {
    let ready = [
        (
            "Token endpoint down once",
            Fault::status("/spotify/api/token", 503),
        ),
        (
            "Token endpoint answers HTML once",
            Fault::status("/spotify/api/token", 502)
                .content_type("text/html")
                .body("<html><body><h1>502 Bad Gateway</h1></body></html>"),
        ),
        (
            "Token answer lost once",
            Fault::status("/spotify/api/token", 502).after(),
        ),
        (
            "Answer of one refresh thirty seconds late",
            Fault::delay("/spotify/api/token", 30_000)
                .grant_type("refresh_token")
                .after(),
        ),
        ("Web API hangs once", Fault::hang("/spotify/v1")),
        (
            "Web API five seconds late once",
            Fault::delay("/spotify/v1", 5000),
        ),
        ("Rate limit once", Fault::rate_limited("/spotify/v1", 7)),
        (
            "Quota used up, a hundred times",
            Fault::quota_exhausted("/spotify/v1", 48_925).times(100),
        ),
        (
            "Google’s token endpoint down once",
            Fault::status("/google/token", 503),
        ),
        (
            "Google’s keys out of reach once",
            Fault::status("/google/certs", 503),
        ),
    ];
    let buttons: String = ready
        .into_iter()
        .map(|(label, fault)| button("/control/fault", &json!(fault), label))
        .collect();
    format!(
        r#"<section><h2>Faults</h2>{buttons}{}{}
<form data-post="/control/fault" class="fields"><label>Path<input name="path" value="/spotify/v1/me" required></label>
<label>Status<input name="status" data-kind="number" type="number" min="200" max="599"></label>
<label>Delay in milliseconds<input name="delay_ms" data-kind="number" type="number" min="0"></label>
<label>Body (JSON, else text)<textarea name="body" data-kind="json" rows="3"></textarea></label>
<label>Content type<input name="content_type"></label>
<label>Grant type, of token requests<input name="grant_type"></label>
<label>Times<input name="times" data-kind="number" type="number" min="1" value="1"></label>
<label class="check"><input type="checkbox" name="hang">Never answer</label>
<label class="check"><input type="checkbox" name="hold">Hold until it is released</label>
<label class="check"><input type="checkbox" name="after">Only after it was handled</label><button>Arm the fault</button></form></section>"#,
        button(
            "/control/faults/release",
            &json!({}),
            "Release what is held"
        ),
        button("/control/faults/clear", &json!({}), "Clear all faults"),
    )
}

fn user_panel() -> String {
    r#"<section><h2>Add or replace a listener</h2><form data-post="/control/users" class="fields">
<label>Login<input name="login" required></label><label>Display name<input name="display_name"></label>
<label>User id<input name="id"></label><label>E-mail<input name="email"></label><label>Country<input name="country" maxlength="2"></label>
<label>Product<select name="product"><option>premium</option><option>free</option></select></label>
<label class="check"><input type="checkbox" name="allow_listed" checked>On the allow list</label><button>Save the listener</button></form></section>"#
        .to_owned()
}

fn library_panel() -> String {
    r#"<section><h2>Make a library anew</h2><form data-post="/control/library" class="fields">
<label>Login<input name="login" value="ada" required></label><label>Artists followed<input name="artists" data-kind="number" type="number" min="0" max="5000"></label>
<label>Albums saved<input name="albums" data-kind="number" type="number" min="0" max="150"></label><label>Tracks saved<input name="tracks" data-kind="number" type="number" min="0" max="600"></label>
<label>Length of top lists<input name="top" data-kind="number" type="number" min="0" max="50"></label><button>Make the library</button></form></section>"#
        .to_owned()
}

fn client_panel() -> String {
    r#"<section><h2>Add or replace a client</h2><form data-post="/control/clients" class="fields">
<label>Client id<input name="id" required></label><label>Secret<input name="secret"></label><label>Name<input name="name"></label>
<label>Description<input name="description"></label><label>Redirect URIs, one a line<textarea name="redirect_uris" data-kind="lines" rows="2"></textarea></label>
<label class="check"><input type="checkbox" name="any_loopback">Any loopback redirect URI</label><button>Save the client</button></form></section>"#
        .to_owned()
}

fn google_panel(google: &GoogleSnapshot) -> String {
    let policies = options(
        RefreshPolicy::ALL.map(RefreshPolicy::name),
        google.settings.refresh_policy.name(),
    );
    let json = |value: String| escape(&value).into_owned();
    format!(
        r#"<section><h2>Google</h2>
<form data-post="/control/google/settings" class="fields"><label class="check"><input type="checkbox" name="send_iss"{}><span>Send <code>iss</code> to the callback</span></label>
<label class="check"><input type="checkbox" name="advertise_iss"{}><span>Say so in discovery</span></label>
<label class="check"><input type="checkbox" name="always_refresh_token"{}>A refresh token at every offline sign-in</label>
<label>Keys may be kept for, in seconds<input name="certs_max_age_s" data-kind="number" type="number" min="0" max="86400" value="{}" required></label>
<label>Refresh tokens<select name="refresh_policy">{policies}</select></label><button>Set Google’s habits</button></form>
<p>Signs with <code>{}</code></p>{}{}
<form data-post="/control/google/claims" class="fields"><label>Claims to set (JSON)<textarea name="set" data-kind="json" rows="2">{}</textarea></label>
<label>Claims to leave out, one a line<textarea name="remove" data-kind="lines" rows="2">{}</textarea></label>
<label>Header fields to set (JSON)<textarea name="header" data-kind="json" rows="2">{}</textarea></label><button>Change the next ID tokens</button></form>{}</section>"#,
        checked(google.settings.send_iss),
        checked(google.settings.advertise_iss),
        checked(google.settings.always_refresh_token),
        google.settings.certs_max_age_s,
        google.kids.first().map(String::as_str).unwrap_or_default(),
        button(
            "/control/google/rotate-keys",
            &json!({ "keep_old": true }),
            "Next key, keep the old one published"
        ),
        button(
            "/control/google/rotate-keys",
            &json!({ "keep_old": false }),
            "Next key, drop the old ones"
        ),
        json(json!(google.claims.set).to_string()),
        json(google.claims.remove.join("\n")),
        json(json!(google.claims.header).to_string()),
        button(
            "/control/google/claims",
            &json!({}),
            "Leave ID tokens as they are"
        ),
    )
}

fn google_account_panel() -> String {
    r#"<section><h2>Add or replace a Google account</h2><form data-post="/control/google/accounts" class="fields">
<label>Login<input name="login" required></label><label>Subject<input name="sub" maxlength="255"></label><label>E-mail<input name="email"></label>
<label class="check"><input type="checkbox" name="email_verified" checked>The e-mail address is verified</label>
<label>Name<input name="name"></label><label>Given name<input name="given_name"></label><label>Family name<input name="family_name"></label>
<label>Picture<input name="picture"></label><label>Workspace domain<input name="hd"></label><button>Save the account</button></form></section>"#
        .to_owned()
}

fn google_accounts(google: &GoogleSnapshot) -> String {
    let rows = google.accounts.iter().map(|account| {
        let granted: Vec<_> = google
            .consents
            .iter()
            .filter(|consent| consent.login == account.login)
            .map(|consent| format!("{} ({})", consent.client_id, consent.scopes.join(" ")))
            .collect();
        let verified = if account.email_verified {
            "verified"
        } else {
            "not verified"
        };
        vec![
            account.login.clone(),
            account.name.clone().unwrap_or_else(|| "none".to_owned()),
            account.sub.clone(),
            format!("{} ({verified})", account.email),
            account.hd.clone().unwrap_or_else(|| "none".to_owned()),
            granted.join("; "),
        ]
    });
    let head = ["Login", "Name", "Subject", "E-mail", "Workspace", "Granted"];
    table("Google accounts", &head, rows, "None.")
}

fn faults(faults: &[Fault]) -> String {
    let rows = faults.iter().map(|fault| {
        vec![
            fault.path.clone(),
            fault.times.to_string(),
            json!(fault).to_string(),
        ]
    });
    table("Faults to come", &["Path", "Times", "Fault"], rows, "None.")
}

fn users(snapshot: &Snapshot) -> String {
    let rows = snapshot.users.iter().map(|user| {
        let granted = snapshot
            .consents
            .iter()
            .filter(|consent| consent.login == user.login);
        let granted: Vec<_> = granted
            .map(|consent| format!("{} ({})", consent.client_id, consent.scopes.join(" ")))
            .collect();
        vec![
            user.login.clone(),
            user.display_name
                .clone()
                .unwrap_or_else(|| "null".to_owned()),
            user.id.clone(),
            format!("{}, {}", user.product, user.country),
            if user.allow_listed { "yes" } else { "no" }.to_owned(),
            granted.join("; "),
        ]
    });
    let head = [
        "Login",
        "Display name",
        "User id",
        "Account",
        "Allow list",
        "Granted",
    ];
    table("Listeners", &head, rows, "None.")
}

fn clients(snapshot: &Snapshot) -> String {
    let rows = snapshot.clients.iter().map(|client| {
        let loopback = client.any_loopback.then(|| "any loopback".to_owned());
        let uris: Vec<_> = client
            .redirect_uris
            .iter()
            .cloned()
            .chain(loopback)
            .collect();
        vec![
            client.id.clone(),
            client.secret.clone(),
            client.name.clone(),
            uris.join(", "),
        ]
    });
    table(
        "Clients",
        &["Id", "Secret", "Name", "Redirect URIs"],
        rows,
        "None.",
    )
}

fn requests(log: &[Entry]) -> String {
    let rows = log.iter().rev().take(SHOWN).map(|entry| {
        let pairs = |pairs: &[(String, String)]| {
            pairs
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        vec![
            entry.id.to_string(),
            format!("{} {}", entry.method, entry.path),
            entry
                .status
                .map_or_else(|| "…".to_owned(), |status| status.to_string()),
            pairs(&entry.query),
            entry.header("authorization").unwrap_or_default().to_owned(),
            pairs(&entry.form),
        ]
    });
    let head = ["No.", "Request", "Status", "Query", "Authorization", "Form"];
    table("Requests, newest first", &head, rows, "None so far.")
}

fn table(
    title: &str,
    head: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
    empty: &str,
) -> String {
    let mut body = String::new();
    for row in rows {
        body.push_str("<tr>");
        for cell in row {
            let _ = write!(body, r#"<td dir="auto">{}</td>"#, escape(&cell));
        }
        body.push_str("</tr>");
    }
    if body.is_empty() {
        return format!("<section><h2>{title}</h2><p>{empty}</p></section>");
    }
    let mut columns = String::new();
    for name in head {
        let _ = write!(columns, r#"<th scope="col">{name}</th>"#);
    }
    format!(
        r#"<section><h2>{title}</h2><div class="scroll" tabindex="0" role="region" aria-label="{title}"><table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div></section>"#
    )
}

/// A form of one button that posts this body.
fn button(path: &str, body: &serde_json::Value, label: &str) -> String {
    format!(
        r#"<form data-post="{path}" data-whole="{}" class="fields"><button>{label}</button></form>"#,
        escape(&body.to_string())
    )
}

fn options<const N: usize>(names: [&str; N], current: &str) -> String {
    let mut options = String::new();
    for name in names {
        let selected = if name == current { " selected" } else { "" };
        let _ = write!(options, "<option{selected}>{name}</option>");
    }
    options
}

fn checked(on: bool) -> &'static str {
    if on { " checked" } else { "" }
}
