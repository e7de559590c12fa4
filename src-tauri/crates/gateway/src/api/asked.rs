//! What a client asked, whatever API it speaks.

use switchboard_app::calls::ApiCall;

/// A decoded request.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) call: ApiCall,
    /// Whether the answer is wanted as a stream.
    pub(crate) stream: bool,
    /// Whether the stream is wanted as one JSON array instead of events.
    pub(crate) array: bool,
    /// Whether the stream's end tells the usage (OpenAI chat; the other APIs always do).
    pub(crate) include_usage: bool,
}

/// A decoded request for embedding vectors.
#[derive(Debug)]
pub(crate) struct AskedVectors {
    pub(crate) call: ApiCall,
    /// Whether each vector is wanted as little-endian `f32`s in base64.
    pub(crate) base64: bool,
    /// How many vectors there must be.
    pub(crate) count: usize,
}

/// Why a request cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bad {
    /// The field, as the client wrote it (`messages.0.role`).
    pub(crate) field: String,
    pub(crate) message: String,
}

impl Bad {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}
