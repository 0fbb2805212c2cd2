//! The guard as a tower layer.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::header::{ACCEPT, HeaderMap, HeaderValue, REFERER};
use http::{Request, Response};
use tower::{Layer, Service};

use super::{Guard, Refusal};

/// Headers by which a framework may take a request for one of another method.
const METHOD_OVERRIDES: [&str; 3] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// Puts a [`Guard`] in front of a service. Made by [`Guard::layer`].
#[derive(Clone, Debug)]
pub struct GuardLayer<F> {
    guard: Arc<Guard>,
    refuse: F,
}

impl<F> GuardLayer<F> {
    pub(super) fn new(guard: Guard, refuse: F) -> Self {
        Self {
            guard: Arc::new(guard),
            refuse,
        }
    }
}

impl<S, F: Clone> Layer<S> for GuardLayer<F> {
    type Service = Guarded<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded {
            inner,
            guard: Arc::clone(&self.guard),
            refuse: self.refuse.clone(),
        }
    }
}

/// A service behind a [`Guard`]. Made by [`GuardLayer`].
#[derive(Clone, Debug)]
pub struct Guarded<S, F> {
    inner: S,
    guard: Arc<Guard>,
    refuse: F,
}

impl<S, F, RequestBody, ResponseBody> Service<Request<RequestBody>> for Guarded<S, F>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    F: Fn(Refusal) -> Response<ResponseBody>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<Ready<Result<S::Response, S::Error>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let verdict = self
            .guard
            .check(request.method(), request.uri().path(), request.headers());
        match verdict {
            Ok(()) => {
                clean(request.headers_mut());
                Either::Right(self.inner.call(request))
            }
            Err(refusal) => Either::Left(ready(Ok((self.refuse)(refusal)))),
        }
    }
}

/// Takes away what a server function would act on: with `Accept: text/html` it answers with a
/// redirect to the `Referer`.
fn clean(headers: &mut HeaderMap) {
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.remove(REFERER);
    for header in METHOD_OVERRIDES {
        headers.remove(header);
    }
}
