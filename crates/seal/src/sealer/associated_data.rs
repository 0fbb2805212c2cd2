//! What a value is bound to, as bytes.

use super::Context;
use crate::KeyId;

/// Writes version, key id, purpose and context one after the other, each with its length in front
/// (eight bytes, big endian). The number of fields is fixed, so two different contexts never give
/// the same bytes.
pub(super) fn encode(version: &str, id: &KeyId, purpose: &str, context: &Context<'_>) -> Vec<u8> {
    let Context {
        provider,
        session,
        name,
    } = *context;
    let fields = [version, id.as_str(), purpose, provider, session, name];
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| 8 + field.len()).sum());
    for field in fields {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Context, KeyId, encode};

    #[test]
    fn every_field_is_bound() {
        let a = KeyId::parse("a").unwrap();
        let b = KeyId::parse("b").unwrap();
        let context = Context {
            provider: "p",
            session: "s",
            name: "n",
        };
        let other = [
            encode("v2", &a, "purpose", &context),
            encode("v1", &b, "purpose", &context),
            encode("v1", &a, "another", &context),
            encode(
                "v1",
                &a,
                "purpose",
                &Context {
                    provider: "q",
                    ..context
                },
            ),
            encode(
                "v1",
                &a,
                "purpose",
                &Context {
                    session: "t",
                    ..context
                },
            ),
            encode(
                "v1",
                &a,
                "purpose",
                &Context {
                    name: "m",
                    ..context
                },
            ),
        ];
        let bound = encode("v1", &a, "purpose", &context);
        for changed in other {
            assert_ne!(changed, bound);
        }
    }
}
