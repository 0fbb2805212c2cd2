//! What passes unchecked.

use guard::{Guard, Refusal};
use http::Request;

use crate::{ORIGIN, send};

fn logout_guard() -> Guard {
    Guard::new(ORIGIN).exempt("/api/backchannel-logout")
}

/// A logout call as a provider sends it.
fn call(path: &str) -> http::request::Builder {
    Request::post(path).header("content-type", "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn an_exempt_path_passes() {
    for path in [
        "/api/backchannel-logout",
        "/api/backchannel-logout?x=1",
        "/api/backchannel-logout/google",
        "/api/backchannel-logout/my_oidc-1.test~",
    ] {
        send(logout_guard(), call(path)).await.passed();
    }
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_prefix_makes_no_difference() {
    let guard = || Guard::new(ORIGIN).exempt("/api/backchannel-logout/");
    send(guard(), call("/api/backchannel-logout/google"))
        .await
        .passed();
    send(guard(), call("/api/backchannel-logout-all"))
        .await
        .refused();
}

#[tokio::test]
async fn no_other_path_is_exempt() {
    for path in [
        "/",
        "/api",
        "/api/backchannel-logou",
        "/api/backchannel-logout-all",
        "/api/backchannel-logout/../sign-out",
        "/api/backchannel-logout/.",
        "/api/backchannel-logout/..",
        "/api/backchannel-logout/%2e%2e/sign-out",
        "/api/backchannel-logout/..%2fsign-out",
        "/api/backchannel-logout//x",
        "/api/backchannel-logout/",
        "/api/backchannel-logout/x;y",
        "/api//backchannel-logout",
        "/API/backchannel-logout",
        "/x/api/backchannel-logout",
        "/api/sign-out?/api/backchannel-logout",
        "/api/%62ackchannel-logout",
    ] {
        let outcome = send(logout_guard(), call(path)).await;
        assert_eq!(outcome.refused(), Refusal::HeaderMissing, "{path}");
    }
}

#[tokio::test]
async fn the_root_exempts_nothing() {
    for prefix in ["", "/", "//"] {
        for path in ["/", "/api/sign-out"] {
            let outcome = send(Guard::new(ORIGIN).exempt(prefix), call(path)).await;
            assert_eq!(outcome.refused(), Refusal::HeaderMissing, "{prefix} {path}");
        }
    }
}
