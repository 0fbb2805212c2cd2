//! Who can sign in: the sandbox says so.

use serde_json::Value;

/// A person the sandbox knows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listener {
    login: String,
    name: Option<String>,
    product: String,
}

/// Reads the answer of `GET /control/state`; what cannot be read is left out, for this is
/// courtesy.
pub(super) fn read(state: &str) -> Vec<Listener> {
    let state: Value = serde_json::from_str(state).unwrap_or_default();
    let users = state["users"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    users
        .iter()
        .filter_map(|user| {
            Some(Listener {
                login: user["login"].as_str()?.to_owned(),
                name: user["display_name"].as_str().map(str::to_owned),
                product: user["product"].as_str().unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

/// The listeners as lines of text.
pub(super) fn told(listeners: &[Listener]) -> Vec<String> {
    if listeners.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["Continue with Spotify, and sign in as".to_owned()];
    for Listener {
        login,
        name,
        product,
    } in listeners
    {
        let name = name.as_deref().unwrap_or("a listener without a name");
        let product = if product.is_empty() {
            String::new()
        } else {
            format!(", {product}")
        };
        lines.push(format!("  {login:<10} {name}{product}"));
    }
    lines.push("No password is checked.".to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listeners_are_named_with_their_logins() {
        let state = r#"{"now": 1, "users": [
            {"login": "ada", "display_name": "Ada Lindqvist", "product": "premium"},
            {"login": "newcomer", "display_name": null, "product": "free"}]}"#;
        let lines = told(&read(state));
        assert_eq!(lines[1], "  ada        Ada Lindqvist, premium");
        assert_eq!(lines[2], "  newcomer   a listener without a name, free");
    }

    #[test]
    fn an_answer_that_says_nothing_is_left_out() {
        assert_eq!(read("no JSON"), []);
        assert_eq!(read(r#"{"users": [{"name": "x"}]}"#), []);
        assert_eq!(told(&[]), Vec::<String>::new());
    }
}
