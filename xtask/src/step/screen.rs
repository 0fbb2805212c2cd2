//! What a step shows while it runs: on a terminal one line that changes, elsewhere a line once it
//! is plain that it takes a while, and then one every half minute.

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{line, spoken, without_colours};

/// How often a line that changes changes.
const TURN: Duration = Duration::from_millis(250);
/// After how long a log, where no line can change, gets its first line.
const FIRST_LINE: Duration = Duration::from_secs(2);
/// How often it gets another.
const LINE: Duration = Duration::from_secs(30);
/// The width of a line on a terminal, whose own width is not asked for.
const WIDTH: usize = 79;

pub(super) struct Screen {
    terminal: bool,
    started: Instant,
    /// When the line is shown next.
    due: Duration,
    dirty: bool,
}

impl Screen {
    pub(super) fn begin() -> Self {
        let terminal = io::stdout().is_terminal();
        Self {
            terminal,
            started: Instant::now(),
            due: if terminal { TURN } else { FIRST_LINE },
            dirty: false,
        }
    }

    /// Whether a person watches.
    pub(super) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Shows that `name` is alive, and what it wrote last.
    pub(super) fn alive(&mut self, name: &str, log: &Path) {
        let elapsed = self.started.elapsed();
        if elapsed < self.due {
            return;
        }
        self.due = elapsed + if self.terminal { TURN } else { LINE };
        let last = last_line(log).unwrap_or_default();
        let text = format!("  …       {name}, {}  {last}", spoken(elapsed));
        let text: String = text.trim_end().chars().take(WIDTH).collect();
        if self.terminal {
            print!("\r\u{1b}[2K{text}");
            let _ = io::stdout().flush();
            self.dirty = true;
        } else {
            println!("{text}");
        }
    }

    /// Passes on what was added to `log` since `shown` bytes of it were.
    pub(super) fn copy(&mut self, log: &Path, shown: &mut u64) {
        let new = from(log, *shown).unwrap_or_default();
        if !new.is_empty() {
            self.clear();
            *shown += new.len() as u64;
            let _ = io::stdout()
                .write_all(&new)
                .and_then(|()| io::stdout().flush());
        }
    }

    /// Prints a line of its own.
    pub(super) fn say(&mut self, text: &str) {
        self.clear();
        println!("{text}");
    }

    /// Says how the step ended, and answers how long it took.
    pub(super) fn end(&mut self, name: &str, note: &str, well: bool) -> Duration {
        let took = self.started.elapsed();
        self.say(&line(name, took, note, well));
        took
    }

    fn clear(&mut self) {
        if self.dirty {
            print!("\r\u{1b}[2K");
            self.dirty = false;
        }
    }
}

/// What a file holds from a place on.
fn from(path: &Path, start: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The last line with anything in it for people: messages of cargo for programs are left out.
fn last_line(path: &Path) -> io::Result<String> {
    let length = fs::metadata(path)?.len();
    let bytes = from(path, length.saturating_sub(8192))?;
    let text = without_colours(&String::from_utf8_lossy(&bytes));
    // Tools that draw progress end their lines by a carriage return alone.
    let last = text
        .split(['\n', '\r'])
        .rev()
        .find(|line| !line.trim().is_empty() && !line.ends_with('}'));
    Ok(last.unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_last_with_something_in_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "one\n  Compiling two\r\n\n").unwrap();
        assert_eq!(last_line(file.path()).unwrap(), "Compiling two");
        fs::write(
            file.path(),
            "   Compiling three\n{\"reason\":\"compiler-artifact\"}\n",
        )
        .unwrap();
        assert_eq!(last_line(file.path()).unwrap(), "Compiling three");
        fs::write(file.path(), "").unwrap();
        assert_eq!(last_line(file.path()).unwrap(), "");
    }
}
