//! The `fields` parameter: which parts of an answer are wanted.
//!
//! `name,items(added_at,item(name,href))`, `items.item.name` and `items.item(!album,artists)` are
//! understood as the provider's description tells them. Arrays are passed through.

use serde_json::{Map, Value};

use super::error::ApiError;
use crate::form::Form;

/// How deep parentheses and dots may go.
const DEPTH: usize = 12;

/// What is wanted of one object.
#[derive(Debug, Default)]
struct Wanted {
    names: Vec<(String, Wanted)>,
    not: Vec<String>,
}

/// The answer without what `fields` leaves out.
pub(super) fn only(form: &Form, answer: Value) -> Result<Value, ApiError> {
    match form.filled("fields") {
        None => Ok(answer),
        Some(text) => {
            let wanted = parse(text).ok_or_else(|| ApiError::bad("Invalid field filter"))?;
            Ok(cut(answer, &wanted))
        }
    }
}

fn parse(text: &str) -> Option<Wanted> {
    let mut rest = text;
    let wanted = list(&mut rest, 0)?;
    rest.is_empty().then_some(wanted)
}

/// A comma-separated list, up to the end or a closing parenthesis.
fn list(rest: &mut &str, depth: usize) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    loop {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('!') {
            *rest = after;
            wanted.not.push(name(rest)?);
        } else {
            let (name, inner) = path(rest, depth)?;
            match wanted.names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => {
                    known.names.extend(inner.names);
                    known.not.extend(inner.not);
                }
                None => wanted.names.push((name, inner)),
            }
        }
        *rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Some(wanted),
        }
    }
}

/// A name, and what is wanted within it.
fn path(rest: &mut &str, depth: usize) -> Option<(String, Wanted)> {
    if depth > DEPTH {
        return None;
    }
    let name = name(rest)?;
    if let Some(after) = rest.strip_prefix('.') {
        *rest = after;
        let (inner, wanted) = path(rest, depth + 1)?;
        let names = vec![(inner, wanted)];
        return Some((name, Wanted { names, not: vec![] }));
    }
    if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let inner = list(rest, depth + 1)?;
        *rest = rest.strip_prefix(')')?;
        return Some((name, inner));
    }
    Some((name, Wanted::default()))
}

fn name(rest: &mut &str) -> Option<String> {
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    *rest = after;
    (!name.is_empty()).then(|| name.to_owned())
}

fn cut(value: Value, wanted: &Wanted) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| cut(item, wanted)).collect(),
        Value::Object(mut object) => {
            object.retain(|name, _| !wanted.not.contains(name));
            if wanted.names.is_empty() {
                return Value::Object(object);
            }
            let mut kept = Map::new();
            for (name, inner) in &wanted.names {
                if let Some(value) = object.remove(name) {
                    kept.insert(name.clone(), cut(value, inner));
                }
            }
            Value::Object(kept)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{cut, parse};

    #[test]
    fn what_is_named_is_kept_and_nothing_else() {
        let answer = json!({
            "name": "x", "uri": "y",
            "items": { "total": 1, "items": [{ "added_at": "z", "item": { "id": 1, "album": { "id": 2, "name": 3 } } }] },
        });
        for (text, wanted) in [
            ("name,uri", json!({ "name": "x", "uri": "y" })),
            ("nothing", json!({})),
            ("items.total", json!({ "items": { "total": 1 } })),
            (
                "items(total, items(added_at,item(album(name))))",
                json!({ "items": { "total": 1, "items": [{ "added_at": "z", "item": { "album": { "name": 3 } } }] } }),
            ),
            (
                "items.items.item(!album)",
                json!({ "items": { "items": [{ "item": { "id": 1 } }] } }),
            ),
            (
                "items.items.item.album(!name),name",
                json!({ "items": { "items": [{ "item": { "album": { "id": 2 } } }] }, "name": "x" }),
            ),
            (
                "items.total,items.items.added_at",
                json!({ "items": { "total": 1, "items": [{ "added_at": "z" }] } }),
            ),
        ] {
            let parsed = parse(text).expect("a filter");
            assert_eq!(cut(answer.clone(), &parsed), wanted, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let deep = "a.".repeat(40) + "a";
        for text in [",", "a,", "a(b", "a)b", "a.", "!", "a b", "a(", &deep] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
