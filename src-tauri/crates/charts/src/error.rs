//! Why a chart could not be drawn.

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    #[error("the chart cannot be drawn: {0}")]
    Draw(String),
    #[error("the chart cannot be written as PNG: {0}")]
    Png(#[from] png::EncodingError),
}
