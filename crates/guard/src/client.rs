//! The browser's half: a `server_fn` client that adds the header.

use std::future::Future;

use server_fn::Bytes;
use server_fn::client::Client;
use server_fn::client::browser::BrowserClient;
use server_fn::error::FromServerFnError;
use server_fn::request::browser::BrowserRequest;
use server_fn::response::browser::BrowserResponse;

use crate::{HEADER, HEADER_VALUE};

/// The browser's `fetch` with the header that the guard asks for.
///
/// Every server function names it: `#[server(client = GuardedClient, …)]`. A server build compiles
/// it too and never calls it.
#[derive(Clone, Copy, Debug)]
pub struct GuardedClient;

impl<E, I, O> Client<E, I, O> for GuardedClient
where
    E: FromServerFnError,
    I: FromServerFnError,
    O: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<BrowserResponse, E>> + Send {
        request.headers().set(HEADER, HEADER_VALUE);
        <BrowserClient as Client<E, I, O>>::send(request)
    }

    /// Opens a websocket as [`BrowserClient`] does. The browser gives it no way to carry a header,
    /// so a guarded server refuses the handshake.
    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl futures_util::Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl futures_util::Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, I, O>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, I, O>>::spawn(future);
    }
}
