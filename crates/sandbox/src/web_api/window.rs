//! Which part of a list, and the page that it is answered with.

use serde_json::{Value, json};

use super::error::ApiError;
use crate::form::Form;

/// The most that one page of a listener's own list holds.
const MOST: usize = 50;
/// What it holds when nothing was said.
const USUAL: usize = 20;

/// Which part of a list that is counted by offset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

impl Window {
    /// Reads `limit` and `offset`.
    pub(crate) fn read(form: &Form) -> Result<Self, ApiError> {
        Self::read_within(form, USUAL, MOST)
    }

    /// Reads `limit`, with another usual value and another most, and `offset`.
    pub(crate) fn read_within(form: &Form, usual: usize, most: usize) -> Result<Self, ApiError> {
        let offset = match form.get("offset") {
            None => 0,
            Some(text) => text.parse().map_err(|_| ApiError::bad("Invalid offset"))?,
        };
        Ok(Self {
            limit: limit_within(form, usual, most)?,
            offset,
        })
    }

    /// The page of a list. `address` is without a query; `parameters` are those that links keep.
    pub(crate) fn page<T>(
        self,
        address: &str,
        parameters: &str,
        list: &[T],
        write: impl Fn(&T) -> Value,
    ) -> Value {
        let Self { limit, offset } = self;
        let link = |offset: usize| format!("{address}?offset={offset}&limit={limit}{parameters}");
        let items: Vec<_> = list.iter().skip(offset).take(limit).map(write).collect();
        let after = offset.saturating_add(limit);
        json!({
            "href": link(offset),
            "items": items,
            "limit": limit,
            "next": (after < list.len()).then(|| link(after)),
            "offset": offset,
            "previous": (offset > 0).then(|| link(offset.saturating_sub(limit))),
            "total": list.len(),
        })
    }
}

/// Reads `limit`. The schema says that 0 is good; the provider does not.
pub(crate) fn limit(form: &Form) -> Result<usize, ApiError> {
    limit_within(form, USUAL, MOST)
}

fn limit_within(form: &Form, usual: usize, most: usize) -> Result<usize, ApiError> {
    match form.get("limit") {
        None => Ok(usual),
        Some(text) => {
            let number = text.parse().ok().filter(|limit| (1..=most).contains(limit));
            number.ok_or_else(|| ApiError::bad("Invalid limit"))
        }
    }
}
