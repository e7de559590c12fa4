//! Taking routes to other gateways, and bringing other programs' configurations here.
//!
//! [`export`] writes a route in the own form of a gateway for production, with a report of what does not
//! hold there as it holds here. [`import`] reads such configurations. Both are functions from text to text.
//!
//! No key is ever written: an export names environment variables and secrets, an import says where a key
//! stood and hands it over on its own.

mod bifrost;
mod budget;
mod common;
mod envoy;
mod gateway;
pub mod import;
mod input;
mod litellm;
mod loss;
mod openrouter;
mod place;
mod portkey;
mod resolve;
mod source;
mod tensorzero;
mod text;
mod vendor;

pub use budget::{Budget, BudgetScope, Window};
pub use gateway::{Gateway, Language, OutFile};
pub use input::{ExportError, Input, by_name};
pub use loss::{Loss, Severity};

/// A route in a gateway's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The main file first; never empty.
    pub files: Vec<OutFile>,
    /// What does not hold there as it holds here, the gravest first.
    pub losses: Vec<Loss>,
}

/// Writes a route in a gateway's form. The same input gives the same bytes.
///
/// # Errors
/// If none of the targets of the route's first steps can be named there, or a file cannot be written.
pub fn export(input: &Input<'_>, to: Gateway) -> Result<Export, ExportError> {
    let mut losses = loss::Losses::default();
    let route = resolve::route(input, to, &mut losses)?;
    common::report(&route, &mut losses);
    common::report_limits(&route, &mut losses);
    let files = match to {
        Gateway::LiteLlm => litellm::files(&route, &mut losses),
        Gateway::Portkey => portkey::files(&route, &mut losses),
        Gateway::Envoy => envoy::files(&route, &mut losses),
        Gateway::Bifrost => bifrost::files(&route, &mut losses),
        Gateway::TensorZero => tensorzero::files(&route, &mut losses),
        Gateway::OpenRouter => openrouter::files(&route, &mut losses),
    }?;
    Ok(Export {
        files,
        losses: losses.into_list(),
    })
}
