//! What a caller says a call is for: a project and tags.

use crate::api::types::{ApiError, ErrorCode};

/// Most tags of a call.
const TAGS: usize = 16;
/// Longest project or tag, in characters.
const CHARS: usize = 64;

/// Checks labels.
///
/// # Errors
/// `InvalidParams` that names the field and says what fits.
pub(super) fn check_labels(project: Option<&str>, tags: &[String]) -> Result<(), ApiError> {
    if let Some(project) = project {
        check("project", project)?;
    }
    if tags.len() > TAGS {
        return Err(wrong("tags", format!("a call has at most {TAGS} tags")));
    }
    tags.iter().try_for_each(|tag| check("tags", tag))
}

fn check(field: &str, label: &str) -> Result<(), ApiError> {
    let length = label.chars().count();
    if label.trim() != label || !(1..=CHARS).contains(&length) || label.contains(char::is_control) {
        let message =
            format!("a label has 1 to {CHARS} characters on one line, without spaces around it");
        return Err(wrong(field, message));
    }
    Ok(())
}

fn wrong(field: &str, message: String) -> ApiError {
    ApiError {
        code: ErrorCode::InvalidParams,
        message,
        hint: Some("write for example `billing`".to_owned()),
        field: Some(field.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_words_on_one_line() {
        assert!(check_labels(Some("billing"), &["nightly run".to_owned()]).is_ok());
        assert!(check_labels(None, &[]).is_ok());
        for project in ["", " x", "x\n", "a\u{7}b"] {
            let error = check_labels(Some(project), &[]).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("project"), "{project:?}");
        }
        let long = check_labels(None, &["x".repeat(65)]).unwrap_err();
        assert_eq!(long.field.as_deref(), Some("tags"));
        let many = vec!["x".to_owned(); 17];
        assert!(check_labels(None, &many).is_err());
    }
}
