//! The size of an image, read from the first bytes of its file: PNG, JPEG, GIF, WebP.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Bytes that are looked at. A JPEG's size stands behind its preview image.
const LOOKED_AT: usize = 96 * 1024;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns width and height in pixels of an image in base64; `None`: another format, or broken.
pub(crate) fn of_base64(data: &str) -> Option<(u32, u32)> {
    let most = data.len().min(LOOKED_AT / 3 * 4);
    let begin = data.get(..most - most % 4)?;
    of_bytes(&LENIENT.decode(begin).ok()?)
}

fn of_bytes(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        (big(bytes, 16, 4)?, big(bytes, 20, 4)?)
    } else if bytes.starts_with(b"GIF8") {
        (little(bytes, 6, 2)?, little(bytes, 8, 2)?)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        webp(bytes)?
    } else if bytes.starts_with(b"\xff\xd8") {
        jpeg(bytes)?
    } else {
        return None;
    };
    (size.0 > 0 && size.1 > 0).then_some(size)
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8 " => Some((
            little(bytes, 26, 2)? & 0x3fff,
            little(bytes, 28, 2)? & 0x3fff,
        )),
        _ => None,
    }
}

/// Goes from segment to segment to the one that says how a frame is coded.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        while *bytes.get(at)? == 0xff && *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        let frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if frame {
            return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
        }
        let bare = matches!(marker, 0x01 | 0xd0..=0xd8);
        at += if bare {
            2
        } else {
            2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?
        };
    }
}

fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(count)?)?;
    Some(part.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(count)?)?;
    Some(
        part.iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    fn size(bytes: &[u8]) -> Option<(u32, u32)> {
        of_base64(&BASE64_STANDARD.encode(bytes))
    }

    #[test]
    fn every_format_tells_its_size() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 4, 0, 0, 0, 3, 0, 8, 2, 0, 0, 0]);
        assert_eq!(size(&png), Some((1024, 768)));
        assert_eq!(size(b"GIF89a\x40\x01\xf0\x00\0\0"), Some((320, 240)));
        let mut jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc0\0\x11\x08".to_vec();
        jpeg.extend([0x02, 0x58, 0x03, 0x20, 3, 0, 0]);
        assert_eq!(size(&jpeg), Some((800, 600)));
        let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
        webp.extend([0xff, 0x03, 0, 0xff, 0x01, 0, 0, 0]);
        assert_eq!(size(&webp), Some((1024, 512)));
        assert_eq!(size(b"<svg/>"), None);
        assert_eq!(of_base64("not base64!"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(head in prop::sample::select(vec![
            &b""[..], b"\xff\xd8", b"\xff\xd8\xff\xff", b"RIFF\0\0\0\0WEBPVP8L", b"GIF89a", b"\x89PNG\r\n\x1a\n",
        ]), tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let bytes = [head, &tail[..]].concat();
            if let Some((width, height)) = size(&bytes) {
                prop_assert!(width > 0 && height > 0);
            }
        }
    }
}
