//! The HTML document around the app. The server alone writes it.

use leptos::either::Either;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::frame::App;
use crate::port::InlineStyle;
use crate::session::Boot;
use crate::session::boot;

/// The first script of the page: it takes a callback's query out of the address, shows the chosen
/// colours before the first paint, and remembers what is pressed before the program is here.
const FIRST_SCRIPT: &str = include_str!("shell/first.js");

/// The document of every page: head, [`App`], and what is said where the app cannot run.
///
/// It reads the nonce of the Content-Security-Policy from context and gives it to every inline
/// script. The style is in the page where context has an [`InlineStyle`], else in a file of its own. What
/// the browser knows at once, a [`Boot`], comes from context as well.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let boot = use_context::<Boot>().unwrap_or_default().written();
    let style = match use_context::<InlineStyle>() {
        Some(InlineStyle(text)) => Either::Left(view! { <style>{text.to_string()}</style> }),
        None => Either::Right(view! { <HashedStylesheet options=options.clone() id="leptos" /> }),
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <script nonce=use_nonce()>{FIRST_SCRIPT}</script>
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark light" />
                <meta
                    name="description"
                    content="Sign in with the service you already use, and keep the keys to your account out of every script's reach."
                />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {style}
                <AutoReload options=options.clone() />
                <script type="application/json" id=boot::ID nonce=use_nonce()>{boot}</script>
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
                // Behind the app, so that the app still begins at the first node of the body.
                <noscript>
                    <div class="cannot-run">
                        <h2>"This page needs JavaScript and WebAssembly"</h2>
                        <p>
                            "Signing in begins in your browser: it draws a secret there that never \
                             leaves it, so that nobody else can finish your sign-in. That is a \
                             small program, and without it the page cannot sign you in or search. \
                             It comes from this site alone and watches nothing."
                        </p>
                    </div>
                </noscript>
                <div class="cannot-run when-failed" role="alert">
                    <h2>"The page did not start"</h2>
                    <p>
                        "Its program did not arrive, or this browser cannot run it. "
                        <a href="" rel="external">"Load the page again"</a>
                        ". If that does not help, a current version of Firefox, Chrome, Edge or \
                         Safari will."
                    </p>
                </div>
            </body>
        </html>
    }
}
