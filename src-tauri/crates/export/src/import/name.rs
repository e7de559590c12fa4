//! Names for what is taken over.

/// Longest name of a provider or route, in characters.
const LONGEST: usize = 40;

/// Returns a name as providers and routes have one: lower-case letters, digits and hyphens.
pub(super) fn name(text: &str) -> String {
    let mut name = crate::text::label(text);
    name.truncate(LONGEST - 4);
    let name = name.trim_matches('-');
    // It has to begin with a letter, as an id does.
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.to_owned()
    } else {
        format!("r-{name}")
    }
}

/// Returns a route's name: as it is where that fits.
pub(super) fn route(text: &str) -> String {
    if switchboard_engine::config::check_route_name(text).is_ok() {
        return text.to_owned();
    }
    let name = name(text);
    match switchboard_engine::config::check_route_name(&name) {
        Ok(()) => name,
        Err(_) => format!("{name}-route"),
    }
}

/// Returns the name with a number if it is taken.
pub(super) fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let mut number = 2_u32;
    loop {
        let next = format!("{name}-{number}");
        if !taken(&next) || number == u32::MAX {
            return next;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ones_that_the_configuration_takes() {
        for text in [
            "GPT 4.1",
            "4o",
            "auto",
            "local",
            "",
            "é",
            &"x".repeat(90),
            "a_b",
        ] {
            let name = route(text);
            assert!(
                switchboard_engine::config::check_route_name(&name).is_ok(),
                "{text}: {name}"
            );
        }
    }
}
