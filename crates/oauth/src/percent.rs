//! Percent-encoding, read strictly: what is not well formed is not guessed at.

/// The byte written as two hexadecimal digits at the start of `digits`.
pub(crate) fn encoded_byte(digits: &[u8]) -> Option<u8> {
    let &[high, low, ..] = digits else {
        return None;
    };
    let high = char::from(high).to_digit(16)?;
    let low = char::from(low).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// One name or value of an `application/x-www-form-urlencoded` text; `None` for a broken
/// escape or for bytes that are not UTF-8.
pub(crate) fn decode_form(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'%' => {
                decoded.push(encoded_byte(tail)?);
                rest = &tail[2..];
            }
            b'+' => decoded.push(b' '),
            other => decoded.push(other),
        }
    }
    String::from_utf8(decoded).ok()
}
