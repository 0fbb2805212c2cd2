//! How a secret text is held: wiped on drop, never printed, never compared, never serialised.

/// Declares a secret text. The rule is a predicate over its bytes; the text is never empty.
macro_rules! secret_text {
    (
        $(#[$meta:meta])*
        $name:ident, max $max:expr, byte $allowed:expr
    ) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $name(zeroize::Zeroizing<String>);

        impl $name {
            /// The longest accepted value, in bytes.
            pub const MAX_BYTES: usize = $max;

            /// Takes a value over; what is refused is wiped too.
            ///
            /// # Errors
            /// The value is empty, too long, or holds a byte that has no place in it.
            pub fn new(value: String) -> Result<Self, $crate::tokens::SecretError> {
                use $crate::tokens::SecretError;
                let value = zeroize::Zeroizing::new(value);
                let allowed: fn(u8) -> bool = $allowed;
                if value.is_empty() {
                    Err(SecretError::Empty)
                } else if value.len() > Self::MAX_BYTES {
                    Err(SecretError::TooLong)
                } else if !value.bytes().all(allowed) {
                    Err(SecretError::Character)
                } else {
                    Ok(Self(value))
                }
            }

            /// The value itself. Every place that calls this must be able to say why.
            pub fn secret(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

pub(crate) use secret_text;
