//! From a file of the person's to a picture that Spotify takes: decoded, cut square, shrunk and written
//! as JPEG, all in the browser.

use leptos::prelude::*;
use leptos::web_sys::{Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap};
use spotify::Cover;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Width and height of a cover, in pixels.
pub const SIDE: u32 = 640;

/// The largest file that is opened, in bytes. Phones take pictures of a few million.
const LARGEST: f64 = 60e6;

/// How well the JPEG is written, the best first; it is taken from the first on that is small enough.
const QUALITIES: [f64; 7] = [0.92, 0.85, 0.78, 0.7, 0.6, 0.45, 0.3];

/// Why a file does not become a cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It has 0 bytes.
    #[error("That file is empty.")]
    Empty,
    /// It has more bytes than are opened.
    #[error("That file is too large to open here. A picture of less than 60 MB will do.")]
    TooLarge,
    /// The browser cannot decode it.
    #[error(
        "This browser cannot open that file as a picture. It may be no picture, one of a kind that \
         the browser does not know, damaged, or too large."
    )]
    NoPicture,
    /// The browser cannot write it.
    #[error("This browser cannot make a JPEG of that picture.")]
    NotWritten,
}

/// The part of a picture that becomes the cover, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width and height.
    pub side: u32,
}

/// The largest square of a picture of this size. `at` says where along its longer side: 0 is its left or
/// upper end, 50 the middle, 100 the other end.
pub fn part(width: u32, height: u32, at: u32) -> Part {
    let side = width.min(height);
    let along = |free: u32| {
        let place = u64::from(free) * u64::from(at.min(100)) / 100;
        u32::try_from(place).unwrap_or(free)
    };
    Part {
        x: along(width - side),
        y: along(height - side),
        side,
    }
}

/// The size of a picture shrunk until its shorter side is no longer than [`SIDE`], in its proportions.
pub fn shrunk(width: u32, height: u32) -> (u32, u32) {
    let short = width.min(height);
    if short <= SIDE {
        return (width, height);
    }
    let scaled = |length: u32| {
        let scaled = u64::from(length) * u64::from(SIDE) / u64::from(short);
        u32::try_from(scaled).unwrap_or(length).max(1)
    };
    (scaled(width), scaled(height))
}

/// Draws the picture of `file` onto `canvas`, shrunk, and tells its size there. Browser only.
///
/// # Errors
/// The file is empty, too large, or no picture that this browser opens.
pub async fn open(file: &File, canvas: &HtmlCanvasElement) -> Result<(u32, u32), PictureError> {
    if file.size() <= 0.0 {
        return Err(PictureError::Empty);
    }
    if file.size() > LARGEST {
        return Err(PictureError::TooLarge);
    }
    let no_picture = |_: JsValue| PictureError::NoPicture;
    let decoding = window()
        .create_image_bitmap_with_blob(file)
        .map_err(no_picture)?;
    let bitmap = JsFuture::from(decoding).await.map_err(no_picture)?;
    let bitmap: ImageBitmap = bitmap.unchecked_into();
    let (width, height) = shrunk(bitmap.width(), bitmap.height());
    if width == 0 || height == 0 {
        return Err(PictureError::NoPicture);
    }
    canvas.set_width(width);
    canvas.set_height(height);
    let drawn = context(canvas)?.draw_image_with_image_bitmap_and_dw_and_dh(
        &bitmap,
        0.0,
        0.0,
        f64::from(width),
        f64::from(height),
    );
    bitmap.close();
    drawn.map_err(no_picture)?;
    Ok((width, height))
}

/// Draws a part of one canvas onto another, which is as large as it afterwards. Browser only.
///
/// # Errors
/// The browser gives nothing to draw with.
pub fn cut(
    whole: &HtmlCanvasElement,
    onto: &HtmlCanvasElement,
    part: Part,
) -> Result<(), PictureError> {
    onto.set_width(part.side);
    onto.set_height(part.side);
    let context = context(onto)?;
    // A JPEG has no transparency.
    context.set_fill_style_str("white");
    let side = f64::from(part.side);
    context.fill_rect(0.0, 0.0, side, side);
    context
        .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            whole,
            f64::from(part.x),
            f64::from(part.y),
            side,
            side,
            0.0,
            0.0,
            side,
            side,
        )
        .map_err(|_| PictureError::NotWritten)
}

/// Writes what is on a canvas as JPEG, as well as Spotify takes it. Browser only.
///
/// # Errors
/// The browser writes none, or none that is small enough.
pub async fn write(canvas: &HtmlCanvasElement) -> Result<Cover, PictureError> {
    for quality in QUALITIES {
        let bytes = jpeg(canvas, quality).await?;
        if let Ok(cover) = Cover::read(&bytes) {
            return Ok(cover);
        }
    }
    Err(PictureError::NotWritten)
}

async fn jpeg(canvas: &HtmlCanvasElement, quality: f64) -> Result<Vec<u8>, PictureError> {
    let not_written = |_: JsValue| PictureError::NotWritten;
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        let failed = reject.clone();
        let done = Closure::once_into_js(move |blob: JsValue| {
            // Either may fail only where nobody waits any more.
            let _ = resolve.call1(&JsValue::NULL, &blob);
        });
        let written = canvas.to_blob_with_type_and_encoder_options(
            done.unchecked_ref(),
            "image/jpeg",
            &JsValue::from_f64(quality),
        );
        if written.is_err() {
            let _ = failed.call0(&JsValue::NULL);
        }
    });
    let blob = JsFuture::from(promise).await.map_err(not_written)?;
    let blob: Blob = blob.dyn_into().map_err(not_written)?;
    let buffer = JsFuture::from(blob.array_buffer())
        .await
        .map_err(not_written)?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, PictureError> {
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let context = context.ok_or(PictureError::NotWritten)?;
    // A browser that does not know it draws a little coarser.
    let (name, high) = (
        JsValue::from("imageSmoothingQuality"),
        JsValue::from("high"),
    );
    let _ = js_sys::Reflect::set(&context, &name, &high);
    Ok(context)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::{Part, SIDE, part, shrunk};

    #[test]
    fn square_lies_where_it_was_put() {
        for (width, height, at, x, y, side) in [
            (900, 600, 0, 0, 0, 600),
            (900, 600, 50, 150, 0, 600),
            (900, 600, 100, 300, 0, 600),
            (600, 900, 50, 0, 150, 600),
            (600, 900, 100, 0, 300, 600),
            (600, 600, 70, 0, 0, 600),
            (1, 1, 50, 0, 0, 1),
            (900, 600, 1000, 300, 0, 600),
        ] {
            assert_eq!(part(width, height, at), Part { x, y, side });
        }
    }

    #[test]
    fn square_never_leaves_the_picture() {
        for (width, height) in [(1, 5), (640, 641), (3_000, 2), (4_294_967_295, 1)] {
            for at in 0..=100 {
                let part = part(width, height, at);
                assert!(part.x <= width - part.side && part.y <= height - part.side);
            }
        }
    }

    #[test]
    fn picture_is_shrunk_in_its_proportions_and_never_made_larger() {
        for (size, made) in [
            ((4_000, 3_000), (853, SIDE)),
            ((3_000, 4_000), (SIDE, 853)),
            ((1_280, 1_280), (SIDE, SIDE)),
            ((640, 100_000), (640, 100_000)),
            ((300, 200), (300, 200)),
            ((0, 0), (0, 0)),
        ] {
            assert_eq!(shrunk(size.0, size.1), made);
        }
    }
}
