//! OpenAI Responses.

mod decode;
mod encode;
mod wire;

use super::Wire;
use super::codec::Codec;

/// The Responses wire format.
pub(super) static CODEC: Codec = Codec {
    wire: Wire::OpenaiResponses,
    body: encode::body,
    decoder: || Box::<decode::ResponsesDecoder>::default(),
    whole: decode::whole,
};
