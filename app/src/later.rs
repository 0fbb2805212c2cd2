//! Functions and components whose program arrives when they are first needed.
//!
//! The build cuts the body of each out of the program that every page loads, into a *part*, as it
//! does with [pages](crate::lazy_page). What a page needs only once somebody does something is worth
//! it: it is neither downloaded nor compiled before the page can be used.

use futures::FutureExt as _;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use crate::error::{ApiError, Code};
use crate::lazy_page::Awaited;

/// Makes an async function of a part, with a body that is in no other.
///
/// ```text
/// later! {
///     /// Tells who is signed in.
///     pub async fn session() -> Result<SessionView, ApiError> in session {
///         api::session().await
///     }
/// }
/// ```
///
/// Its error must be made `From<SplitLoaderError>`, for the part may not arrive; asking again tries
/// again. The server, and a program that is not built in parts, have everything at once.
#[macro_export]
macro_rules! later {
    ($(#[$doc:meta])* $vis:vis async fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> Result<$ok:ty, $err:ty> in $part:ident $body:block) => {
        $(#[$doc])*
        $vis async fn $name($($arg: $type),*) -> Result<$ok, $err> {
            #[cfg(feature = "parts")]
            {
                use ::leptos::wasm_split;

                type Answer = ::std::pin::Pin<Box<dyn Future<Output = Result<$ok, $err>>>>;

                #[wasm_split::wasm_split($part, wasm_split_path = wasm_split, fallible)]
                fn $name($($arg: $type),*) -> Result<Answer, wasm_split::SplitLoaderError> {
                    Ok(Box::pin(async move $body))
                }

                $name($($arg),*).await?.await
            }
            #[cfg(not(feature = "parts"))]
            $body
        }
    };
}

/// Makes a component of a part, as a function of what it shows.
///
/// ```text
/// later_view! {
///     /// The menu of `account`.
///     fn menu(account: AccountView) in session {
///         view! { <Menu account /> }.into_any()
///     }
/// }
/// ```
///
/// It is drawn at once where the part is here, as on the server, else as soon as it has arrived; where
/// it does not arrive, that is said in its place. So it is for what comes after the page is live: a
/// page is taken over as it was drawn. What the server draws of it has to be waited for before, by the
/// `arrive` of the module that stands behind `after`: `… in session, after menu_is_here { … }`.
#[macro_export]
macro_rules! later_view {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) in $part:ident, after $arrival:ident $body:block) => {
        /// The arrival of the part.
        pub(crate) mod $arrival {
            #[cfg(feature = "parts")]
            use super::*;
            use ::leptos::wasm_split;

            /// Draws it, once the part is here.
            #[cfg(feature = "parts")]
            #[wasm_split::wasm_split($part, wasm_split_path = wasm_split, preload(arrive), fallible)]
            pub(crate) fn $name($($arg: $type),*) -> Result<::leptos::prelude::AnyView, wasm_split::SplitLoaderError> {
                Ok($body)
            }

            /// Waits for it.
            #[cfg(not(feature = "parts"))]
            pub(crate) async fn arrive() -> Result<(), wasm_split::SplitLoaderError> {
                Ok(())
            }
        }

        $(#[$doc])*
        $vis fn $name($($arg: $type),*) -> ::leptos::prelude::AnyView {
            #[cfg(feature = "parts")]
            {
                $crate::later::drawn(
                    || Box::pin($arrival::arrive()),
                    Box::new(move || Box::pin($arrival::$name($($arg.clone()),*))),
                )
            }
            #[cfg(not(feature = "parts"))]
            $body
        }
    };
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) in $part:ident $body:block) => {
        $(#[$doc])*
        $vis fn $name($($arg: $type),*) -> ::leptos::prelude::AnyView {
            #[cfg(feature = "parts")]
            {
                use ::leptos::wasm_split;

                #[wasm_split::wasm_split($part, wasm_split_path = wasm_split, preload(arrive), fallible)]
                fn $name($($arg: $type),*) -> Result<::leptos::prelude::AnyView, wasm_split::SplitLoaderError> {
                    Ok($body)
                }

                $crate::later::drawn(
                    || Box::pin(arrive()),
                    Box::new(move || Box::pin($name($($arg.clone()),*))),
                )
            }
            #[cfg(not(feature = "parts"))]
            $body
        }
    };
}

later! {
    /// Has the part come that most of what somebody does needs, before anybody does it.
    ///
    /// # Errors
    /// It did not arrive.
    pub async fn prepare() -> Result<(), SplitLoaderError> in session {
        Ok(())
    }
}

/// What `draw` draws, once the part that it is in is here. For [`later_view!`](crate::later_view)
/// alone.
#[doc(hidden)]
pub fn drawn(
    arrive: fn() -> Awaited<()>,
    draw: Box<dyn Fn() -> Awaited<AnyView> + Send>,
) -> AnyView {
    let now = move || draw().now_or_never()?.ok();
    if let Some(drawn) = now() {
        return drawn;
    }
    let arrived = RwSignal::new(None);
    let arrival = arrive();
    spawn_local(async move {
        arrived.try_set(Some(arrival.await.is_ok()));
    });
    (move || match arrived.get() {
        None => ().into_any(),
        Some(true) => now().into_any(),
        Some(false) => view! { <NotArrived /> }.into_any(),
    })
    .into_any()
}

/// What stands in the place of a component that did not arrive.
#[component]
fn NotArrived() -> impl IntoView {
    view! {
        <p class="soft small" role="alert">
            "Something of this page did not arrive: the connection may be down, or the app was \
             renewed meanwhile. "
            <a href="" rel="external">"Load everything again"</a>
        </p>
    }
    .into_any()
}

/// To the person it is the same as an answer that did not come: the connection is down, or the app
/// was renewed meanwhile.
impl From<SplitLoaderError> for ApiError {
    fn from(_: SplitLoaderError) -> Self {
        // Looked up by the compiler: the other sentences are in the part.
        const SENTENCE: &str = Code::Offline.sentence();
        Self {
            code: Code::Offline,
            message: SENTENCE.to_owned(),
            retry_after: None,
            permission: None,
            reference: None,
        }
    }
}
