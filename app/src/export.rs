//! A whole list of Spotify's as a file that other programs can read.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value};
use spotify::Request;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::download;
use crate::error::{ApiError, Code};
use crate::music::send;
use crate::page_life::focus_soon;
use crate::paged::{Cursor, Paging, Stretch};
use crate::parts::error_view::{ErrorView, Problem, wait_in_words};
use crate::session::live::{Session, use_session};

/// The longest name of a file without its ending, in characters.
const LONGEST_NAME: usize = 80;

/// The longest that is waited for the next page, in seconds.
const LONGEST_WAIT_S: u32 = 60;

/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// What is saved: rows of values under the names of their columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The names, in their order.
    pub columns: &'static [&'static str],
    /// As many values in each row as there are columns: texts, numbers, flags, or null for what is
    /// not known.
    pub rows: Vec<Vec<Value>>,
}

/// What kind of file it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// For tables.
    Csv,
    /// For programs.
    Json,
}

impl Progress {
    const fn is_under_way(&self) -> bool {
        matches!(self, Self::Reading { .. } | Self::Waiting { .. })
    }
}

impl FileKind {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Csv => "save-csv",
            Self::Json => "save-json",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Csv => "Save as CSV",
            Self::Json => "Save as JSON",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv;charset=utf-8",
            Self::Json => "application/json",
        }
    }

    fn write(self, table: &Table) -> String {
        match self {
            Self::Csv => table.csv(),
            Self::Json => table.json(),
        }
    }
}

impl Table {
    /// As CSV (RFC 4180): with a line of names, lines that end in CR LF, and a byte order mark, by
    /// which tables tell UTF-8. A cell that a table would read as a formula begins with an apostrophe.
    pub fn csv(&self) -> String {
        let mut text = String::from('\u{feff}');
        let names = self.columns.iter().map(|name| cell(name));
        write_line(&mut text, names);
        for row in &self.rows {
            write_line(&mut text, row.iter().map(plain));
        }
        text
    }

    /// As a JSON array of objects, whose members have the names of the columns.
    pub fn json(&self) -> String {
        let objects = self.rows.iter().map(|row| {
            let names = self.columns.iter().map(|&name| name.to_owned());
            Value::Object(names.zip(row.iter().cloned()).collect::<Map<_, _>>())
        });
        let text = serde_json::to_string_pretty(&objects.collect::<Vec<_>>());
        // Values of JSON can all be written.
        text.unwrap_or_default()
    }
}

fn write_line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<_> = cells.collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A value as a cell. Numbers and flags are no texts of others.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => cell(text),
        other => other.to_string(),
    }
}

/// A text as a cell.
fn cell(text: &str) -> String {
    // Tables read what begins so as a formula, quoted or not.
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    let quoted =
        text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted {
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{mark}{text}")
    }
}

/// A name for a file, from the name of what is in it: letters, digits and hyphens alone, never a hidden
/// file or one that a system keeps for itself.
pub fn file_name(name: &str, ending: &str) -> String {
    let words: Vec<&str> = name
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let joined: String = words.join("-").chars().take(LONGEST_NAME).collect();
    let joined = joined.trim_end_matches('-');
    let lower = joined.to_ascii_lowercase();
    let device = lower.trim_end_matches(|digit: char| digit.is_ascii_digit());
    if joined.is_empty() {
        format!("list.{ending}")
    } else if DEVICES.contains(&device) {
        format!("{joined}-list.{ending}")
    } else {
        format!("{joined}.{ending}")
    }
}

/// How far the reading of a list for a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Progress {
    Nothing,
    Reading {
        read: usize,
        total: Option<u32>,
    },
    /// Until the next page may be asked for.
    Waiting {
        seconds: u32,
    },
    Said(String),
    Failed(ApiError),
}

/// What was read so far, and where it goes on.
#[derive(Debug, Default)]
struct Desk {
    rows: Vec<Vec<Value>>,
    next: Cursor,
    kind: Option<FileKind>,
    /// Counts the beginnings. What an earlier one still waits for counts no more.
    turn: u32,
}

/// Buttons that read a whole list, page by page, and save it as a file. The person sees how far it is
/// and can stop it; after trouble it goes on where it was.
///
/// `request` gives the pages, or nothing where there is no such list, `row` the values of an entry in the
/// order of `columns`.
#[component]
pub fn ExportButtons<A>(
    /// What the list is called, of which the file gets its name. Untracked.
    #[prop(into)]
    name: Signal<String>,
    /// The pages.
    request: fn(&Cursor, &str) -> Option<Request<A>>,
    /// What else `request` needs, such as the id of the list.
    #[prop(optional, into)]
    of: String,
    /// The names of the columns.
    columns: &'static [&'static str],
    /// The values of an entry.
    row: fn(A::Item) -> Vec<Value>,
) -> impl IntoView
where
    A: Paging + 'static,
    A::Item: 'static,
{
    let reader = Reader {
        session: use_session(),
        name,
        columns,
        progress: RwSignal::new(Progress::Nothing),
        desk: StoredValue::new(Desk::default()),
    };
    let of = StoredValue::new(of);
    let read_on = Callback::new(move |()| {
        let Some(turn) = reader.begin_turn() else {
            return;
        };
        spawn_local(async move {
            let request = |cursor: &Cursor| request(cursor, &of.try_get_value()?);
            reader.read(turn, request, row).await;
        });
    });
    drawn(reader, read_on)
}

/// The reading of a list for a file. Copy it freely; all copies are the same.
#[derive(Clone, Copy)]
struct Reader {
    session: Session,
    name: Signal<String>,
    columns: &'static [&'static str],
    progress: RwSignal<Progress>,
    desk: StoredValue<Desk>,
}

impl Reader {
    /// Begins, or goes on where it was. The number of this beginning.
    fn begin_turn(self) -> Option<u32> {
        let (turn, read) = self.desk.try_update_value(|desk| {
            desk.turn = desk.turn.wrapping_add(1);
            (desk.turn, desk.rows.len())
        })?;
        self.progress.set(Progress::Reading { read, total: None });
        Some(turn)
    }

    /// Forgets what was read, for a file of this kind.
    fn clear(self, kind: FileKind) {
        self.desk.update_value(|desk| {
            desk.rows.clear();
            desk.next = Cursor::Start;
            desk.kind = Some(kind);
        });
    }

    fn stop(self) {
        self.desk
            .update_value(|desk| desk.turn = desk.turn.wrapping_add(1));
        self.progress
            .set(Progress::Said("Stopped. Nothing was saved.".to_owned()));
        focus_soon(|| document().get_element_by_id(FileKind::Csv.id()));
    }

    /// Whether it was neither stopped nor left nor begun anew.
    fn goes_on(self, turn: u32) -> bool {
        self.desk.try_with_value(|desk| desk.turn) == Some(turn)
    }

    /// Reads to the end and saves the file.
    async fn read<A: Paging>(
        self,
        turn: u32,
        request: impl Fn(&Cursor) -> Option<Request<A>>,
        row: fn(A::Item) -> Vec<Value>,
    ) {
        while self.goes_on(turn) {
            let Some(cursor) = self.desk.try_with_value(|desk| desk.next.clone()) else {
                return;
            };
            let answer = match request(&cursor) {
                Some(request) => send(self.session, &request, None).await,
                None => Err(Code::NotFound.into()),
            };
            if !self.goes_on(turn) {
                return;
            }
            let page = match answer {
                Ok(page) => page.into_stretch(&cursor),
                Err(error) => {
                    let Some(seconds) = patience(&error) else {
                        self.progress.try_set(Progress::Failed(error));
                        return;
                    };
                    self.progress.try_set(Progress::Waiting { seconds });
                    wait(seconds).await;
                    continue;
                }
            };
            if self.take(page, &cursor, row) {
                return;
            }
        }
    }

    /// Takes up a page, and saves the file where it was the last. Whether it was.
    fn take<T>(self, page: Stretch<T>, asked: &Cursor, row: fn(T) -> Vec<Value>) -> bool {
        let Stretch { items, next, total } = page;
        // A list whose next page is the same one would never end.
        let next = next.filter(|next| next != asked);
        let whole = next.is_none();
        let read = self.desk.try_update_value(|desk| {
            desk.rows.extend(items.into_iter().map(row));
            desk.next = next.unwrap_or_default();
            desk.rows.len()
        });
        let Some(read) = read else { return true };
        let progress = if whole {
            Progress::Said(finish(&self.name.get_untracked(), self.columns, self.desk))
        } else {
            Progress::Reading { read, total }
        };
        self.progress.set(progress);
        whole
    }
}

fn drawn(reader: Reader, read_on: Callback<()>) -> AnyView {
    let progress = reader.progress;
    let reading = Memo::new(move |_| progress.with(Progress::is_under_way));
    let begin = move |kind: FileKind| {
        if !reading.get_untracked() {
            reader.clear(kind);
            read_on.run(());
        }
    };
    let buttons = FileKind::ALL.map(|kind| {
        view! {
            <button
                id=kind.id()
                type="button"
                class="button small quiet"
                aria-disabled=move || reading.get().then_some("true")
                on:click=move |_| begin(kind)
            >
                {kind.words()}
            </button>
        }
    });
    view! {
        <div class="export">
            <div class="actions">
                {buttons.into_iter().collect_view()}
                {move || reading.get().then(|| view! {
                    <button type="button" class="button small" on:click=move |_| reader.stop()>
                        "Stop"
                    </button>
                })}
            </div>
            {move || reading.get().then(|| view! {
                <progress
                    class="waiting"
                    aria-label="How much of the list was read"
                    max=move || known(&progress.get()).map(|(_, total)| total.to_string())
                    value=move || known(&progress.get()).map(|(read, _)| read.to_string())
                ></progress>
            })}
            // Not read out: it changes with every page.
            <p class="soft counted">{move || counted(&progress.get())}</p>
            <p role="status">{move || told(&progress.get())}</p>
            {move || match progress.get() {
                Progress::Failed(error) => {
                    let problem = Problem::from(error).naming("Spotify");
                    Some(view! { <ErrorView problem retry=read_on /> })
                }
                _ => None,
            }}
        </div>
    }
    .into_any()
}

/// Writes the file of what was read, and says what came of it.
fn finish(name: &str, columns: &'static [&'static str], desk: StoredValue<Desk>) -> String {
    let taken = desk.try_update_value(|desk| (std::mem::take(&mut desk.rows), desk.kind));
    let Some((rows, Some(kind))) = taken else {
        return String::new();
    };
    let count = rows.len();
    let table = Table { columns, rows };
    let file = file_name(name, kind.ending());
    match download::save(&file, kind.media_type(), &kind.write(&table)) {
        Some(()) => format!("{file} is in your downloads, with {}.", entries(count)),
        None => "This browser does not let the page save a file.".to_owned(),
    }
}

fn known(progress: &Progress) -> Option<(usize, u32)> {
    match progress {
        Progress::Reading { read, total } => total.map(|total| (*read, total.max(1))),
        _ => None,
    }
}

fn counted(progress: &Progress) -> String {
    match progress {
        Progress::Reading { read: 0, .. } => "Asking Spotify…".to_owned(),
        Progress::Reading {
            read,
            total: Some(total),
        } => format!("Read {read} of {total}…"),
        Progress::Reading { read, .. } => format!("Read {read} so far…"),
        _ => String::new(),
    }
}

fn told(progress: &Progress) -> String {
    match progress {
        Progress::Waiting { seconds } => {
            format!(
                "That was a lot in a short time. It goes on {}.",
                wait_in_words(*seconds)
            )
        }
        Progress::Said(said) => said.clone(),
        _ => String::new(),
    }
}

/// How many seconds to wait before the same page is asked for again. Reading may be tried again, and a
/// long list is more than is allowed at once.
fn patience(error: &ApiError) -> Option<u32> {
    let seconds = error.retry_after.unwrap_or(1).max(1);
    (error.code == Code::RateLimited && seconds <= LONGEST_WAIT_S).then_some(seconds)
}

/// Browser only.
async fn wait(seconds: u32) {
    let over = js_sys::Promise::new(&mut |resolve, _| {
        let over = move || {
            // It fails where nobody waits any more.
            let _ = resolve.call0(&JsValue::NULL);
        };
        set_timeout(over, Duration::from_secs(seconds.into()));
    });
    // A promise that is only ever kept.
    let _ = JsFuture::from(over).await;
}

fn entries(count: usize) -> String {
    match count {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use serde_json::json;

    use super::{Table, cell, file_name, patience};
    use crate::error::{ApiError, Code};

    #[test]
    fn csv_is_quoted_where_it_must_be() {
        for (text, written) in [
            ("", ""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            (" spaced ", "\" spaced \""),
            ("Björk", "Björk"),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn formula_is_written_as_text() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+44", "'+44"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            (
                "=HYPERLINK(\"a\",\"b\")",
                "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"",
            ),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn table_has_a_mark_a_head_and_its_lines() {
        let table = Table {
            columns: &["name", "seconds", "explicit"],
            rows: vec![
                vec![json!("a, b"), json!(185), json!(true)],
                vec![json!(null), json!(-1), json!(false)],
            ],
        };
        assert_eq!(
            table.csv(),
            "\u{feff}name,seconds,explicit\r\n\"a, b\",185,true\r\n,-1,false\r\n"
        );
        let read: serde_json::Value = serde_json::from_str(&table.json()).unwrap();
        assert_eq!(
            read,
            json!([
                { "name": "a, b", "seconds": 185, "explicit": true },
                { "name": null, "seconds": -1, "explicit": false },
            ])
        );
    }

    #[test]
    fn a_short_break_is_waited_for_and_a_long_one_is_told() {
        let refused = |code: Code, seconds| ApiError::new(code).retry_after(seconds);
        assert_eq!(patience(&refused(Code::RateLimited, 7)), Some(7));
        assert_eq!(patience(&ApiError::new(Code::RateLimited)), Some(1));
        assert_eq!(patience(&refused(Code::RateLimited, 61)), None);
        assert_eq!(patience(&refused(Code::QuotaExhausted, 7)), None);
        assert_eq!(patience(&ApiError::new(Code::Offline)), None);
    }

    #[test]
    fn file_name_is_safe_wherever_it_comes_from() {
        for (name, file) in [
            ("Summer mix", "Summer-mix.csv"),
            ("../../etc/passwd", "etc-passwd.csv"),
            (".hidden", "hidden.csv"),
            ("a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j.csv"),
            ("日本の歌", "日本の歌.csv"),
            ("\u{202e}gpj.exe", "gpj-exe.csv"),
            ("con", "con-list.csv"),
            ("LPT1", "LPT1-list.csv"),
            ("  ", "list.csv"),
            ("🎵🎵", "list.csv"),
        ] {
            assert_eq!(file_name(name, "csv"), file);
        }
        assert_eq!(file_name(&"x".repeat(300), "json").len(), 85);
    }
}
