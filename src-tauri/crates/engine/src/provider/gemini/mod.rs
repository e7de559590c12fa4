//! Google Gemini, `streamGenerateContent`.

mod decode;
mod encode;
mod usage;

use super::Wire;
use super::codec::Codec;

/// The Gemini wire format.
pub(super) static CODEC: Codec = Codec {
    wire: Wire::Gemini,
    body: encode::body,
    decoder: || Box::<decode::GeminiDecoder>::default(),
    whole: decode::whole,
};
