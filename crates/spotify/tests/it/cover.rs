//! Which pictures may be covers.

use spotify::cover::{Cover, CoverError};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// As many bytes as asked for, which begin like a JPEG.
fn jpeg(length: usize) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.resize(length, 0);
    bytes
}

#[test]
fn jpeg_is_encoded_without_anything_around_it() {
    let cover = Cover::read(&[0xff, 0xd8, 0xff, 0xe0, 0x00]).unwrap();
    assert_eq!(cover.as_base64(), "/9j/4AA=");
}

#[test]
fn picture_of_another_kind_is_refused() {
    let mut with_line = vec![b'\n'];
    with_line.extend(jpeg(100));
    for bytes in [
        &b""[..],
        &[0xff],
        &[0xff, 0xd8],
        &[0xff, 0xd8, 0x00, 0xff],
        &[0xd8, 0xff, 0xff],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"/9j/4AAQSkZJRg==",
        b"data:image/jpeg;base64,/9j/4AAQ",
        b"<svg/>",
        &with_line,
    ] {
        assert_eq!(Cover::read(bytes), Err(CoverError::NotJpeg), "{bytes:?}");
    }
}

#[test]
fn larger_picture_is_refused() {
    let largest = Cover::read(&jpeg(Cover::MAX_BYTES)).unwrap();
    assert_eq!(largest.as_base64().len(), Cover::MAX_ENCODED_BYTES);
    let one_more = Cover::read(&jpeg(Cover::MAX_BYTES + 1));
    assert_eq!(one_more, Err(CoverError::TooLarge));
    // What it is comes before how large it is.
    let other = Cover::read(&vec![0; Cover::MAX_BYTES + 1]);
    assert_eq!(other, Err(CoverError::NotJpeg));
}
