//! What a request needs of its model, checked before anything is sent.

use super::Capabilities;
use crate::call::{ModelRequest, Part, ResponseFormat, Role};
use crate::error::{CallError, ErrorKind};

/// Checks that the model can do what the request needs.
///
/// # Errors
/// `Incapable`, naming the need.
pub(crate) fn check(request: &ModelRequest, capabilities: &Capabilities) -> Result<(), CallError> {
    check_model(&request.model, request, capabilities)
}

/// Checks that the model of this name, whichever the request names, can do what the request needs.
///
/// # Errors
/// As [`check`].
pub fn check_model(
    model: &str,
    request: &ModelRequest,
    capabilities: &Capabilities,
) -> Result<(), CallError> {
    let lacks = |need: &str, hint: &str| {
        Err(
            CallError::new(ErrorKind::Incapable, format!("the model `{model}` {need}"))
                .with_hint(hint),
        )
    };
    let image_of = |role: Option<Role>| {
        request
            .messages
            .iter()
            .filter(|message| role.is_none_or(|role| message.role == role))
            .any(|message| {
                message
                    .parts
                    .iter()
                    .any(|part| matches!(part, Part::Image { .. }))
            })
    };
    if !capabilities.images && image_of(None) {
        return lacks(
            "takes no images",
            "remove the image or choose a model that takes images",
        );
    }
    if [Role::System, Role::Assistant, Role::Tool]
        .into_iter()
        .any(|role| image_of(Some(role)))
    {
        return lacks(
            "takes images in user messages only",
            "move the image to a user message",
        );
    }
    if !capabilities.tools && !request.tools.is_empty() {
        return lacks(
            "cannot call tools",
            "remove the tools or choose a model that calls tools",
        );
    }
    if !capabilities.json_schema
        && matches!(request.response_format, ResponseFormat::JsonSchema { .. })
    {
        return lacks(
            "cannot be held to a JSON schema",
            "ask for plain text or choose a model with structured output",
        );
    }
    Ok(())
}
