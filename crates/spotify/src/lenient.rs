//! Reading fields that may be missing, null or of another type than documented.
//!
//! Spotify removes fields without notice and sends null where its description does not say so.
//! A page with one odd field is worth more than no page.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A field that is `None` unless it reads as `T`.
pub(crate) fn option<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(deserializer)?).ok())
}

/// A field that takes its default unless it reads as `T`.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    option(deserializer).map(Option::unwrap_or_default)
}

/// A list without the entries that do not read as `T`; null and other types are empty.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let Value::Array(entries) = Value::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    Ok(entries
        .into_iter()
        .filter_map(|entry| T::deserialize(entry).ok())
        .collect())
}

/// A list of yes and no in which every place counts: what is neither stays, as `None`.
pub(crate) fn flags<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Option<bool>>, D::Error> {
    let flags = Vec::<Value>::deserialize(deserializer)?;
    Ok(flags.iter().map(Value::as_bool).collect())
}

/// A list in which every place counts: what does not read as `T` stays, as `None`.
pub(crate) fn places<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<Option<T>>, D::Error> {
    let entries = Vec::<Value>::deserialize(deserializer)?;
    Ok(entries
        .into_iter()
        .map(|entry| T::deserialize(entry).ok())
        .collect())
}

/// A field that must be one object: serde would read a struct from an array as well.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<T, D::Error> {
    let object = Map::deserialize(deserializer)?;
    T::deserialize(Value::Object(object)).map_err(serde::de::Error::custom)
}
