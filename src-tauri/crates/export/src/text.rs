//! Names, numbers and files, as every gateway wants them.

use crate::gateway::{Language, OutFile};
use crate::input::ExportError;
use serde::Serialize;
use std::time::Duration;

/// Returns a name of lower-case letters, digits and hyphens, as Kubernetes wants one (at most 50
/// characters, so that an ending has room).
pub(crate) fn label(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    name.truncate(50);
    let name = name.trim_matches('-');
    if name.is_empty() { "model" } else { name }.to_owned()
}

/// Returns a name of letters, digits and underscores.
pub(crate) fn identifier(text: &str) -> String {
    label(text).replace('-', "_")
}

/// Returns `name`, with a number if it is taken, and takes it.
pub(crate) fn unique(name: String, taken: &mut Vec<String>) -> String {
    let mut free = name.clone();
    let mut number = 2_u32;
    while taken.contains(&free) {
        free = format!("{name}-{number}");
        number = number.saturating_add(1);
    }
    taken.push(free.clone());
    free
}

/// Returns whole seconds, rounded up; at least one.
pub(crate) fn seconds(duration: Duration) -> u64 {
    let whole = duration.as_secs();
    let more = u64::from(duration.subsec_nanos() > 0);
    whole.saturating_add(more).max(1)
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns each weight over their sum; the shares add up to 1 to within a float's last place.
pub(crate) fn shares(weights: &[u32]) -> Vec<f64> {
    let sum: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
    let count = weights.len().max(1) as f64;
    let share = |weight: &u32| {
        if sum > 0.0 {
            f64::from(*weight) / sum
        } else {
            1.0 / count
        }
    };
    weights.iter().map(share).collect()
}

/// Divides a limit by weight. The parts are whole, at least 1, and add up to the limit if it has one for each.
pub(crate) fn split(limit: u32, weights: &[u32]) -> Vec<u32> {
    let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    let count = u64::try_from(weights.len()).unwrap_or(u64::MAX);
    let share = |weight: u32| {
        // Whole part and rest, both over `sum`.
        let whole = u64::from(limit).saturating_mul(u64::from(weight));
        match whole.checked_div(sum) {
            Some(part) => (part, whole % sum),
            None => (u64::from(limit) / count.max(1), 0),
        }
    };
    let shares: Vec<(u64, u64)> = weights.iter().map(|weight| share(*weight)).collect();
    let mut parts: Vec<u64> = shares.iter().map(|(part, _)| (*part).max(1)).collect();
    let mut left = u64::from(limit).saturating_sub(parts.iter().sum());
    let mut by_rest: Vec<usize> = (0..shares.len()).collect();
    by_rest.sort_by_key(|at| std::cmp::Reverse(shares[*at].1));
    for at in by_rest {
        if left == 0 {
            break;
        }
        parts[at] += 1;
        left -= 1;
    }
    let whole = |part: u64| u32::try_from(part).unwrap_or(u32::MAX);
    parts.into_iter().map(whole).collect()
}

/// Returns a duration as people write it: `45s`, `1500ms`.
pub(crate) fn span(duration: Duration) -> String {
    if duration.subsec_millis() == 0 && duration.as_secs() > 0 {
        format!("{}s", duration.as_secs())
    } else {
        format!("{}ms", millis(duration).max(1))
    }
}

pub(crate) fn json(name: &str, value: &impl Serialize) -> Result<OutFile, ExportError> {
    let text = serde_json::to_string_pretty(value).map_err(unwritable)?;
    Ok(OutFile {
        name: name.to_owned(),
        language: Language::Json,
        text: text + "\n",
    })
}

/// `comment`: lines for the head of the file.
pub(crate) fn toml(
    name: &str,
    comment: &[String],
    value: &impl Serialize,
) -> Result<OutFile, ExportError> {
    let text = toml::to_string_pretty(value).map_err(unwritable)?;
    Ok(OutFile {
        name: name.to_owned(),
        language: Language::Toml,
        text: head(comment) + &text,
    })
}

/// Returns one YAML document.
pub(crate) fn yaml_document(value: &impl Serialize) -> Result<String, ExportError> {
    let mut options = serde_saphyr::SerializerOptions::default();
    options.prefer_block_scalars = false;
    serde_saphyr::to_string_with_options(value, options).map_err(unwritable)
}

pub(crate) fn yaml(name: &str, comment: &[String], text: &str) -> OutFile {
    OutFile {
        name: name.to_owned(),
        language: Language::Yaml,
        text: head(comment) + text,
    }
}

/// Returns the lines as comments of YAML and TOML.
fn head(lines: &[String]) -> String {
    let clean = |line: &String| line.replace(|c: char| c.is_control(), " ");
    lines
        .iter()
        .map(|line| format!("# {}\n", clean(line)))
        .collect()
}

fn unwritable(error: impl std::fmt::Display) -> ExportError {
    ExportError::Unwritable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_kubernetes_takes() {
        assert_eq!(label("GPT-6.1 Sol"), "gpt-6-1-sol");
        assert_eq!(label("é/!"), "model");
        assert!(label(&"a-".repeat(100)).len() <= 50);
    }

    #[test]
    fn shares_add_up_to_one_and_no_weight_at_all_is_an_even_split() {
        assert!((shares(&[80, 20, 7]).iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(shares(&[0, 0]), [0.5, 0.5]);
    }

    #[test]
    fn a_limit_is_divided_without_a_rest() {
        assert_eq!(split(60, &[80, 20]), [48, 12]);
        assert_eq!(split(8, &[80, 20]), [6, 2]);
        assert_eq!(split(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(split(1, &[80, 20]), [1, 1]);
        assert_eq!(split(9, &[0, 0]), [5, 4]);
    }

    #[test]
    fn a_comment_cannot_leave_its_line() {
        assert_eq!(head(&["a\nb: c".to_owned()]), "# a b: c\n");
    }
}
