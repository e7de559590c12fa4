//! Anthropic Messages.

mod decode;
mod encode;
mod usage;

use super::Wire;
use super::codec::Codec;

/// The Messages wire format.
pub(super) static CODEC: Codec = Codec {
    wire: Wire::Anthropic,
    body: encode::body,
    decoder: || Box::<decode::MessagesDecoder>::default(),
    whole: decode::whole,
};
