//! Ids in paths and in lists.

use super::error::ApiError;
use crate::catalogue::is_base62;
use crate::form::Form;

/// Refuses what has not the form of an id.
pub(super) fn check_id(id: &str) -> Result<(), ApiError> {
    if is_base62(id) {
        Ok(())
    } else {
        Err(ApiError::bad("Invalid base62 id"))
    }
}

/// The ids that `ids` names in a query, at most so many.
pub(super) fn listed(form: &Form, most: usize) -> Result<Vec<String>, ApiError> {
    let list = form
        .filled("ids")
        .ok_or_else(|| ApiError::bad("Missing required field: ids"))?;
    let ids = list.split(',').map(|id| id.trim().to_owned()).collect();
    check_ids(ids, most)
}

/// Refuses a list that is too long, or holds what is no id.
pub(super) fn check_ids(ids: Vec<String>, most: usize) -> Result<Vec<String>, ApiError> {
    if ids.len() > most {
        return Err(ApiError::bad("Too many ids requested"));
    }
    for id in &ids {
        check_id(id)?;
    }
    Ok(ids)
}
