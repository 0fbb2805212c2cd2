//! What the client of the browser sends. Runs in a browser or in Node.
#![cfg(target_arch = "wasm32")]

use guard::GuardedClient;
use js_sys::{Function, Reflect, global};
use server_fn::ServerFnError;
use server_fn::client::set_server_url;
use server_fn::codec::Json;
use server_fn_macro_default::server;
use wasm_bindgen_test::wasm_bindgen_test;

#[server(client = GuardedClient, input = Json, prefix = "/api", endpoint = "greet")]
async fn greet(name: String) -> Result<String, ServerFnError> {
    Ok(name)
}

/// Stands in for the network: writes down the request and answers with JSON.
const FETCH: &str = r#"
    globalThis.sent = [
        request.method,
        request.url,
        request.headers.get("x-stagedoor-csrf"),
        request.headers.get("content-type"),
    ].join(" ");
    return Promise.resolve(new Response('"hello"'));
"#;

#[wasm_bindgen_test]
async fn a_server_function_sends_the_header() {
    set_server_url("http://127.0.0.1:3000");
    let fetch = Function::new_with_args("request", FETCH);
    Reflect::set(&global(), &"fetch".into(), &fetch).expect("a script may replace `fetch`");

    let answer = greet("Ada".to_owned()).await.expect("the answer is JSON");

    assert_eq!(answer, "hello");
    let sent = Reflect::get(&global(), &"sent".into()).expect("the global object can be read");
    let sent = sent.as_string().expect("a request was sent");
    assert_eq!(
        sent,
        "POST http://127.0.0.1:3000/api/greet 1 application/json"
    );
}
