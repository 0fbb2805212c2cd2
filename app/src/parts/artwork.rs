//! Pictures that belong to somebody else.

use leptos::prelude::*;
use spotify::model::Image;

use crate::page_life::is_web_address;

/// A picture from Spotify, as Spotify gives it: never cropped, nothing laid over it, corners of four
/// pixels (design and branding guidelines, *Artwork*). Without a picture there is a plain tile.
///
/// The browser tells the picture's host nothing about the page (`referrerpolicy`).
#[component]
pub fn Artwork(
    /// Its address; anything but `http` and `https` counts as none.
    address: Option<String>,
    /// What it shows, for those who do not see it; empty where the name stands beside it.
    #[prop(optional, into)]
    alt: String,
    /// Width and height of the square it stands in, in CSS pixels.
    #[prop(default = 160)]
    size: u32,
) -> impl IntoView {
    let class = "artwork";
    match address.filter(|address| is_web_address(address)) {
        Some(address) => view! {
            <img
                class=class
                src=address
                alt=alt
                width=size.to_string()
                height=size.to_string()
                loading="lazy"
                decoding="async"
                referrerpolicy="no-referrer"
            />
        }
        .into_any(),
        None => view! {
            <svg
                class="artwork none"
                viewBox="-12 -12 56 56"
                width=size.to_string()
                height=size.to_string()
                role=(!alt.is_empty()).then_some("img")
                aria-label=(!alt.is_empty()).then_some(alt.clone())
                aria-hidden=alt.is_empty().then_some("true")
            >
                <path d="M12 22a3 3 0 1 1-1.5-2.6V9l11-2v12a3 3 0 1 1-1.5-2.6V11l-8 1.5z" fill="currentColor" />
            </svg>
        }
        .into_any(),
    }
}

/// The address of the smallest of `images` that is still `pixels` wide, else of the widest.
/// Spotify lists them from the widest on, and knows no width for covers that people uploaded.
pub fn fitting(images: &[Image], pixels: u32) -> Option<String> {
    let wide = |image: &&Image| image.width.is_some_and(|width| width >= pixels);
    images
        .iter()
        .rev()
        .find(wide)
        .or(images.first())
        .map(|image| image.url.clone())
}

#[cfg(test)]
mod tests {
    use spotify::model::Image;

    use super::fitting;

    fn image(url: &str, width: Option<u32>) -> Image {
        Image {
            url: url.to_owned(),
            height: width,
            width,
        }
    }

    #[test]
    fn smallest_that_is_wide_enough_is_chosen() {
        let images = [
            image("l", Some(640)),
            image("m", Some(300)),
            image("s", Some(64)),
        ];
        assert_eq!(fitting(&images, 64).as_deref(), Some("s"));
        assert_eq!(fitting(&images, 200).as_deref(), Some("m"));
        assert_eq!(fitting(&images, 2_000).as_deref(), Some("l"));
    }

    #[test]
    fn unknown_width_will_do() {
        assert_eq!(fitting(&[image("u", None)], 64).as_deref(), Some("u"));
        assert_eq!(fitting(&[], 64), None);
    }
}
