//! Characters that Spotify writes as HTML entities in plain text.

/// How far an entity is looked for, in bytes: the longest that is known here, and more.
const LONGEST: usize = 12;

/// `text` with its entities as the characters that they stand for. What comes out is text and never
/// HTML; what is no entity that is known here stays as it is, and nothing is decoded twice.
///
/// ```
/// assert_eq!(app::entities::decoded("Rock &amp; Roll &#x27;77"), "Rock & Roll '77");
/// ```
pub fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        if let Some((character, length)) = entity(from) {
            out.push(character);
            rest = &from[length..];
        } else {
            out.push('&');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The character of the entity that `text` begins with, and how many bytes it takes.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        numbered => {
            let digits = numbered.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|character| !character.is_control())?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::decoded;

    #[test]
    fn entities_become_characters() {
        for (text, plain) in [
            ("", ""),
            ("plain", "plain"),
            ("a &amp; b", "a & b"),
            ("&lt;b&gt;", "<b>"),
            ("&quot;x&quot; &apos;y&apos; &#39;z&#x27;", "\"x\" 'y' 'z'"),
            ("&#128640;&#x1F680;", "🚀🚀"),
            ("Bj&#xF6;rk", "Björk"),
        ] {
            assert_eq!(decoded(text), plain);
        }
    }

    #[test]
    fn nothing_is_decoded_twice() {
        assert_eq!(decoded("&amp;lt;b&amp;gt;"), "&lt;b&gt;");
    }

    #[test]
    fn what_is_no_entity_stays() {
        for text in [
            "&",
            "&;",
            "R&B",
            "a & b; c",
            "&nope;",
            "&#;",
            "&#x;",
            "&#xD800;",
            "&#0;",
            "&#10;",
            "&#99999999999;",
            "& amp;",
            "&ä;",
        ] {
            assert_eq!(decoded(text), text);
        }
    }
}
