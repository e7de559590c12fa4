//! What a chart is drawn on.

pub(crate) mod pixels;
pub(crate) mod svg;
