//! Pages about one thing, whose id stands in the address.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_router::params::ParamsMap;
use spotify::ids::Base62Id;

use crate::pages::not_found::NotFound;

/// What `drawn` makes of the `{id}` of the address, and anew when another one stands there. What is no id
/// of Spotify's is no page, and nobody is asked about it.
pub fn by_id(drawn: fn(Base62Id) -> AnyView) -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(id_in));
    let page = move || match id.get() {
        Some(id) => drawn(id),
        None => view! { <NotFound /> }.into_any(),
    };
    page.into_any()
}

fn id_in(params: &ParamsMap) -> Option<Base62Id> {
    Base62Id::parse(params.get_str("id")?).ok()
}

#[cfg(test)]
mod tests {
    use leptos_router::params::ParamsMap;

    use super::id_in;

    const ID: &str = "0aV6DOiouImYTqrR5YlIqx";

    fn params(name: &'static str, value: &str) -> ParamsMap {
        [(name, value.to_owned())].into_iter().collect()
    }

    #[test]
    fn id_is_read_from_the_address() {
        assert_eq!(id_in(&params("id", ID)).unwrap().as_str(), ID);
    }

    #[test]
    fn address_without_an_id_is_no_page() {
        for odd in [
            "",
            "x",
            "../me",
            "0aV6DOiouImYTqrR5YlIq",
            "0aV6DOiouImYTqrR5YlIq%2f",
        ] {
            assert!(id_in(&params("id", odd)).is_none(), "{odd}");
        }
        assert!(id_in(&params("of", ID)).is_none());
        assert!(id_in(&ParamsMap::new()).is_none());
    }
}
