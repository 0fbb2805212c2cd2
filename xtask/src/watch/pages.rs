//! The open pages, which wait on a web socket to hear of changes.
//!
//! The script in the page is Leptos's own (`AutoReload`). It reads messages of JSON: `all` loads the
//! page again, `css` names a style sheet that is loaded again.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tungstenite::{Message, WebSocket};

use crate::failure::Failure;

/// How long a page may take to say hello, or to read.
const PATIENCE: Duration = Duration::from_secs(2);

type Sockets = Arc<Mutex<Vec<WebSocket<TcpStream>>>>;

/// The pages that are open.
pub(super) struct Pages(Sockets);

impl Pages {
    /// Listens for them, until the program ends.
    pub(super) fn listen(address: SocketAddr) -> Result<Self, Failure> {
        let refused = |source| Failure::Port {
            what: "the watch",
            address: address.to_string(),
            source,
        };
        let listener = TcpListener::bind(address).map_err(refused)?;
        let sockets = Sockets::default();
        let open = Arc::clone(&sockets);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let open = Arc::clone(&open);
                // A page that says nothing must not keep the others waiting.
                thread::spawn(move || {
                    if let Some(socket) = welcome(stream) {
                        open.lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(socket);
                    }
                });
            }
        });
        Ok(Self(sockets))
    }

    /// Has every page load this style sheet again, and nothing else.
    pub(super) fn style(&self, path: &str) {
        self.tell(&json!({ "css": path, "view": null, "all": false }));
    }

    /// Has every page load itself again.
    pub(super) fn reload(&self) {
        self.tell(&json!({ "css": null, "view": null, "all": true }));
    }

    fn tell(&self, message: &serde_json::Value) {
        let mut sockets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A page that was closed does not take it any more.
        sockets.retain_mut(|socket| socket.send(Message::text(message.to_string())).is_ok());
    }
}

fn welcome(stream: TcpStream) -> Option<WebSocket<TcpStream>> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    tungstenite::accept(stream).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_page_hears_of_a_change() {
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let pages = Pages::listen(address).unwrap();
        let url = format!("ws://{address}/live_reload");
        let (mut one, _) = tungstenite::connect(&url).unwrap();
        let (mut other, _) = tungstenite::connect(&url).unwrap();
        while pages.0.lock().unwrap().len() < 2 {
            thread::yield_now();
        }
        pages.style("pkg/stagedoor.css");
        for page in [&mut one, &mut other] {
            let heard = page.read().unwrap();
            assert_eq!(
                heard.to_text().unwrap(),
                r#"{"all":false,"css":"pkg/stagedoor.css","view":null}"#
            );
        }
        drop(one);
        pages.reload();
        assert!(
            other
                .read()
                .unwrap()
                .to_text()
                .unwrap()
                .contains(r#""all":true"#)
        );
    }
}
