//! Every route of the sandbox.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{MethodRouter, any, get, post, put};

use crate::accounts::{apps, authorize, sign_in, token};
use crate::control::{api, gate, google_api, music_api, page};
use crate::google;
use crate::web_api::{
    error, following, library, me, pictures, recently_played, saved, saving, search, top,
};
use crate::world::World;
use crate::{cors, fault, limits, log};

/// The whole sandbox as an axum router.
pub fn router(world: World) -> Router {
    provider(&world).merge(control(&world)).with_state(world)
}

/// What the providers have: written down first, then CORS, then faults, then limits, then the routes. CORS comes
/// before the faults so that a preflight does not use one up.
fn provider(world: &World) -> Router<World> {
    spotify()
        .merge(google())
        .layer(from_fn_with_state(world.clone(), limits::hold))
        .layer(from_fn_with_state(world.clone(), fault::inject))
        .layer(axum::middleware::from_fn(cors::share))
        .layer(from_fn_with_state(world.clone(), log::record))
}

/// The accounts service and the Web API.
fn spotify() -> Router<World> {
    let web_api = |route: MethodRouter<World>| route.fallback(error::unknown_method);
    Router::new()
        .route("/spotify/authorize", get(authorize::show))
        .route("/spotify/authorize/sign-in", post(sign_in::sign_in))
        .route("/spotify/authorize/switch", post(sign_in::switch))
        .route("/spotify/authorize/consent", post(authorize::decide))
        .route("/spotify/api/token", post(token::token))
        .route("/spotify/account/apps", get(apps::show))
        .route("/spotify/account/apps/remove", post(apps::remove))
        .route("/spotify/images/{kind}/{id}/{file}", get(pictures::picture))
        .route("/spotify/v1/me", web_api(get(me::me)))
        .route("/spotify/v1/search", web_api(get(search::search)))
        .route("/spotify/v1/me/top/{type}", web_api(get(top::top)))
        .route(
            "/spotify/v1/me/following",
            web_api(
                get(following::list)
                    .put(following::follow)
                    .delete(following::unfollow),
            ),
        )
        .route(
            "/spotify/v1/me/following/contains",
            web_api(get(following::contains)),
        )
        .route(
            "/spotify/v1/me/library",
            web_api(put(library::put).delete(library::remove)),
        )
        .route(
            "/spotify/v1/me/library/contains",
            web_api(get(library::contains)),
        )
        .route(
            "/spotify/v1/me/albums",
            web_api(get(saved::albums).put(saving::save).delete(saving::forget)),
        )
        .route(
            "/spotify/v1/me/tracks",
            web_api(get(saved::tracks).put(saving::save).delete(saving::forget)),
        )
        .route(
            "/spotify/v1/me/albums/contains",
            web_api(get(saving::contains)),
        )
        .route(
            "/spotify/v1/me/tracks/contains",
            web_api(get(saving::contains)),
        )
        .route(
            "/spotify/v1/me/player/recently-played",
            web_api(get(recently_played::list)),
        )
        .merge(playlists())
        .merge(catalogue())
        .merge(removed())
        .route("/spotify/v1", any(error::unknown_path))
        .route("/spotify/v1/{*rest}", any(error::unknown_path))
        .route("/spotify/{*rest}", any(async || StatusCode::NOT_FOUND))
}

/// What is there for everybody, the app's own token included.
fn catalogue() -> Router<World> {
    use crate::web_api::{albums, artists, tracks};

    let web_api = |route: MethodRouter<World>| route.fallback(error::unknown_method);
    Router::new()
        .route("/spotify/v1/artists", web_api(get(artists::several)))
        .route("/spotify/v1/artists/{id}", web_api(get(artists::show)))
        .route(
            "/spotify/v1/artists/{id}/albums",
            web_api(get(artists::albums)),
        )
        .route(
            "/spotify/v1/artists/{id}/top-tracks",
            web_api(get(artists::top_tracks)),
        )
        .route("/spotify/v1/albums", web_api(get(albums::several)))
        .route("/spotify/v1/albums/{id}", web_api(get(albums::show)))
        .route(
            "/spotify/v1/albums/{id}/tracks",
            web_api(get(albums::tracks)),
        )
        .route(
            "/spotify/v1/browse/new-releases",
            web_api(get(albums::newest)),
        )
        .route("/spotify/v1/tracks", web_api(get(tracks::several)))
        .route("/spotify/v1/tracks/{id}", web_api(get(tracks::show)))
}

/// What was removed in February 2026 and has no other place here.
fn removed() -> Router<World> {
    use crate::web_api::removed::{gone, markets, unknown};

    let none_here = ["shows", "episodes", "audiobooks", "chapters"];
    let read = [
        "/browse/categories",
        "/browse/categories/{id}",
        "/users/{id}",
        "/playlists/{id}/followers/contains",
        "/me/shows/contains",
        "/me/episodes/contains",
        "/me/audiobooks/contains",
    ];
    let written = ["/me/shows", "/me/episodes", "/me/audiobooks"];
    let web_api = |route: MethodRouter<World>| route.fallback(error::unknown_method);
    let mut router = Router::new().route("/spotify/v1/markets", web_api(get(markets)));
    for kind in none_here {
        let none = move |caller, raw, headers| unknown(kind, caller, raw, headers);
        router = router.route(&format!("/spotify/v1/{kind}"), web_api(get(none)));
    }
    for path in read {
        router = router.route(&format!("/spotify/v1{path}"), web_api(get(gone)));
    }
    for path in written {
        let route = web_api(get(error::unknown_path).put(gone).delete(gone));
        router = router.route(&format!("/spotify/v1{path}"), route);
    }
    router
}

/// Playlists, their items and their covers.
fn playlists() -> Router<World> {
    use crate::web_api::{cover, playlist, playlist_items, playlists};

    let web_api = |route: MethodRouter<World>| route.fallback(error::unknown_method);
    let items = || {
        web_api(
            get(playlist_items::list)
                .post(playlist_items::add)
                .put(playlist_items::update)
                .delete(playlist_items::remove),
        )
    };
    Router::new()
        .route(
            "/spotify/v1/me/playlists",
            web_api(get(playlists::mine).post(playlists::create)),
        )
        .route(
            "/spotify/v1/users/{id}/playlists",
            web_api(get(playlists::of_user).post(playlists::create_of_user)),
        )
        .route(
            "/spotify/v1/playlists/{id}",
            web_api(get(playlist::show).put(playlist::change)),
        )
        .route("/spotify/v1/playlists/{id}/items", items())
        .route("/spotify/v1/playlists/{id}/tracks", items())
        .route(
            "/spotify/v1/playlists/{id}/followers",
            web_api(put(saving::follow_playlist).delete(saving::unfollow_playlist)),
        )
        .route(
            "/spotify/v1/playlists/{id}/images",
            web_api(get(cover::list).put(cover::upload)),
        )
}

/// The provider of identities (OIDC).
fn google() -> Router<World> {
    use google::{authorize, chooser, connections, discovery, picture, revoke, token, userinfo};

    Router::new()
        .route(
            "/google/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route("/google/certs", get(discovery::certs))
        .route(authorize::AUTHORIZE, get(authorize::show))
        .route("/google/signin/choose", post(chooser::choose))
        .route("/google/signin/out", post(chooser::sign_out))
        .route(
            authorize::CONSENT,
            get(authorize::go_on).post(authorize::decide),
        )
        .route("/google/token", post(token::token))
        .route("/google/userinfo", get(userinfo::show).post(userinfo::show))
        .route("/google/revoke", post(revoke::revoke))
        .route(connections::CONNECTIONS, get(connections::show))
        .route(
            "/google/account/connections/remove",
            post(connections::remove),
        )
        .route("/google/pictures/{file}", get(picture::show))
        .route("/google/{*rest}", any(async || StatusCode::NOT_FOUND))
}

/// What tests and people turn; nobody else gets in.
fn control(world: &World) -> Router<World> {
    let set = |route: MethodRouter<World>| route.fallback(api::unknown_method);
    Router::new()
        .route("/", get(async || Redirect::to("/control")))
        .route("/control", set(get(page::show)))
        .route("/control/state", set(get(api::state)))
        .route("/control/users", set(post(api::users)))
        .route("/control/clients", set(post(api::clients)))
        .route("/control/fault", set(post(api::fault)))
        .route("/control/faults/clear", set(post(api::clear_faults)))
        .route("/control/faults/release", set(post(api::release_held)))
        .route("/control/clock", set(post(api::clock)))
        .route("/control/profile", set(post(api::profile)))
        .route("/control/refresh-policy", set(post(api::policy)))
        .route("/control/refresh-scope", set(post(api::refresh_scope)))
        .route("/control/owner-premium", set(post(api::premium)))
        .route("/control/token-life", set(post(api::token_life)))
        .route("/control/library", set(post(api::library)))
        .route(
            "/control/library-settings",
            set(post(api::library_settings)),
        )
        .route("/control/limits", set(post(api::limits)))
        .route("/control/publish", set(post(music_api::publish)))
        .route("/control/rename", set(post(music_api::rename)))
        .route("/control/playlist", set(post(music_api::playlist)))
        .route(
            "/control/playlist-settings",
            set(post(music_api::playlist_settings)),
        )
        .route("/control/authorize", set(post(api::authorize)))
        .route("/control/remove-app", set(post(api::remove_app)))
        .route("/control/google/accounts", set(post(google_api::accounts)))
        .route(
            "/control/google/authorize",
            set(post(google_api::authorize)),
        )
        .route("/control/google/claims", set(post(google_api::claims)))
        .route(
            "/control/google/rotate-keys",
            set(post(google_api::rotate_keys)),
        )
        .route("/control/google/settings", set(post(google_api::settings)))
        .route(
            "/control/google/remove-app",
            set(post(google_api::remove_app)),
        )
        .route("/control/reset", set(post(api::reset)))
        .route("/control/log", set(get(api::log)))
        .route("/control/log/counts", set(get(api::counts)))
        .route("/control/log/clear", set(post(api::clear_log)))
        .route("/control/{*rest}", any(api::unknown))
        .layer(DefaultBodyLimit::max(api::BODY_LIMIT))
        .layer(from_fn_with_state(world.clone(), gate::keep))
}
