//! What was asked of the providers, request by request.

use std::collections::{BTreeMap, VecDeque};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::form::{Form, media_type};
use crate::world::World;

/// How many requests are kept.
const CAPACITY: usize = 10_000;
/// The longest body a provider reads; a playlist cover is at most 256 kB.
const BODY_LIMIT: usize = 512 * 1024;
/// How much of a body that is no form is kept.
const BODY_KEPT: usize = 8 * 1024;

/// How many kinds of requests are counted.
const MOST_COUNTS: usize = 20_000;

/// The headers worth keeping.
const HEADERS: [&str; 12] = [
    "accept",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "if-none-match",
    "origin",
    "referer",
    "sec-fetch-mode",
    "sec-fetch-site",
    "user-agent",
    "x-request-id",
];

/// One request to a provider and the status of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Counts up from 1.
    pub id: u64,
    /// When it came, in the sandbox's unix milliseconds.
    pub at: i64,
    /// The method.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Headers of interest, names in lower case, secrets in the clear.
    pub headers: BTreeMap<String, String>,
    /// Whether any cookie was sent.
    pub cookie: bool,
    /// The fields of a form body, decoded, in order.
    pub form: Vec<(String, String)>,
    /// The beginning of any other body that is text.
    pub body: Option<String>,
    /// The status answered; `None` while there is no answer.
    pub status: Option<u16>,
}

impl Entry {
    /// The first value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    /// The first value of a form field.
    pub fn form_value(&self, name: &str) -> Option<&str> {
        first(&self.form, name)
    }

    /// A header of interest.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// What the form of a token request asks for, as further layers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantType(pub(crate) String);

/// How many requests of one kind there were. Nothing secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The method.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// `grant_type` of a form, where it says one.
    pub grant_type: Option<String>,
    /// How many came.
    pub sent: u64,
    /// How many were answered, by status. A caller that hung up gets no answer.
    pub answered: BTreeMap<u16, u64>,
}

/// The last requests, and the number of all.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    last_id: u64,
    counts: BTreeMap<CountKey, (u64, BTreeMap<u16, u64>)>,
}

/// Method, path and grant type.
type CountKey = (String, String, Option<String>);

impl Log {
    fn begin(&mut self, at: i64, parts: &Parts, body: &[u8]) -> u64 {
        self.last_id += 1;
        let form = Form::of_body(&parts.headers, body).into_pairs();
        let is_form = media_type(&parts.headers)
            .is_some_and(|kind| kind == "application/x-www-form-urlencoded");
        let grant = first(&form, "grant_type").map(str::to_owned);
        let key = (parts.method.to_string(), parts.uri.path().to_owned(), grant);
        if self.counts.len() < MOST_COUNTS || self.counts.contains_key(&key) {
            self.counts.entry(key).or_default().0 += 1;
        }
        let headers = HEADERS.iter().filter_map(|name| {
            let value = parts.headers.get(*name)?;
            Some((
                (*name).to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            ))
        });
        self.entries.push_back(Entry {
            id: self.last_id,
            at,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: Form::of_query(parts.uri.query().unwrap_or_default()).into_pairs(),
            headers: headers.collect(),
            cookie: parts.headers.contains_key(header::COOKIE),
            form,
            body: (!is_form && !body.is_empty())
                .then(|| String::from_utf8_lossy(&body[..body.len().min(BODY_KEPT)]).into_owned()),
            status: None,
        });
        while self.entries.len() > CAPACITY {
            self.entries.pop_front();
        }
        self.last_id
    }

    fn finish(&mut self, id: u64, status: u16) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.id == id) {
            entry.status = Some(status);
            let grant = entry.form_value("grant_type").map(str::to_owned);
            let key = (entry.method.clone(), entry.path.clone(), grant);
            if let Some((_, answered)) = self.counts.get_mut(&key) {
                *answered.entry(status).or_default() += 1;
            }
        }
    }

    pub(crate) fn counts(&self) -> Vec<Count> {
        self.counts
            .iter()
            .map(|((method, path, grant_type), (sent, answered))| Count {
                method: method.clone(),
                path: path.clone(),
                grant_type: grant_type.clone(),
                sent: *sent,
                answered: answered.clone(),
            })
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.counts.clear();
    }

    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }
}

/// The layer: reads the body, writes the request down, and its status when there is one.
pub(crate) async fn record(State(world): State<World>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let read = to_bytes(body, BODY_LIMIT).await;
    let bytes = read.as_deref().unwrap_or_default();
    let id = world.with(|data| {
        let at = data.clock.now_ms();
        data.log.begin(at, &parts, bytes)
    });
    let response = match read {
        Ok(bytes) => {
            let grant = Form::of_body(&parts.headers, &bytes)
                .get("grant_type")
                .map(|grant| GrantType(grant.to_owned()));
            let mut request = Request::from_parts(parts, Body::from(bytes));
            if let Some(grant) = grant {
                request.extensions_mut().insert(grant);
            }
            next.run(request).await
        }
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    world.with(|data| data.log.finish(id, response.status().as_u16()));
    response
}
