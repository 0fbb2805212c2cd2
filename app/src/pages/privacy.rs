//! What is kept, in plain words.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

/// `/privacy`: what is kept where, why, how long, and how to end it.
#[component]
pub fn Privacy() -> impl IntoView {
    view! {
        <Title text="What is kept" />
        <article class="narrow prose">
            <h1>"What is kept, and where"</h1>
            <p class="lead">
                "As little as a sign-in can do with."
            </p>

            <h2>"On this server"</h2>
            <div class="scroll">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col">"Why"</th>
                            <th scope="col">"How long"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">"Your account"</th>
                            <td>"A number of our own, your display name and the address of your picture, so that the page can greet you."</td>
                            <td>"Until you ask for it to be deleted"</td>
                        </tr>
                        <tr>
                            <th scope="row">"Your identity"</th>
                            <td>"The id that Spotify gives you, so that you find the same account next time."</td>
                            <td>"As long as the account"</td>
                        </tr>
                        <tr>
                            <th scope="row">"Your session"</th>
                            <td>"When you signed in and when you were last here, so that signing out ends it at once, also for a stolen cookie."</td>
                            <td>"Until you sign out, or have been away too long; your profile says until when. Its number stays a few minutes longer, so that it cannot be used again."</td>
                        </tr>
                        <tr>
                            <th scope="row">"Used sign-ins"</th>
                            <td>"A fingerprint of each finished sign-in, so that nobody can play it back."</td>
                            <td>"Twenty minutes"</td>
                        </tr>
                    </tbody>
                </table>
            </div>
            <p>
                "No password: you type it at Spotify alone. No e-mail address: it is not asked for. \
                 No list of what you hear: it passes through to your browser and is not written down. \
                 The log says which kind of page was asked for, when and with what result, and not by \
                 whom. Addresses are counted in memory for some minutes, against floods."
            </p>

            <h2>"In your browser"</h2>
            <ul>
                <li>
                    "The keys that Spotify gave for you, sealed, in a cookie that no script can \
                     read. This server can open it only while your browser shows it."
                </li>
                <li>"Who you are here, signed, in a cookie of the same kind."</li>
                <li>
                    "While you are signing in: a secret in this tab. It is gone as soon as the \
                     sign-in has ended, well or not, or the tab is closed; after ten minutes it is \
                     worth nothing."
                </li>
                <li>"Your choice of light or dark, if you made one."</li>
            </ul>
            <p>
                "There is no tracking and no advertising, and no page here loads a script of anybody \
                 else. Pictures come from Spotify's servers, which are not told what page you are on."
            </p>

            <h2>"How to end it"</h2>
            <ul>
                <li>
                    <strong>"Here:"</strong>
                    " sign out. The session ends and the cookies go, in every tab of this browser."
                </li>
                <li>
                    <strong>"At Spotify:"</strong>
                    " remove Stagedoor on "
                    <a href="https://www.spotify.com/account/apps/" rel="external noreferrer">
                        "the page of apps you let in"
                    </a>
                    ". The key we hold stops working within the hour. Spotify ends it by itself six \
                     months after you agreed."
                </li>
                <li>
                    <strong>"Everything:"</strong>
                    " ask whoever runs this installation to delete your account."
                </li>
            </ul>
            <p><A href="/profile">"See what is held for you now"</A></p>
        </article>
    }
    .into_any()
}
