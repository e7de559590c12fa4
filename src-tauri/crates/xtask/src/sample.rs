//! `cargo xtask sample-history`: a year of made-up calls. The history's own crate makes them, with little else built.

use crate::checks::cargo_command;
use crate::step;

/// Starts it with what was typed.
///
/// # Errors
/// A sentence if it does not compile or fails; what is wrong with an argument it says itself.
pub(crate) fn history(arguments: &[String]) -> Result<(), String> {
    let mut command = cargo_command();
    command
        .args(["run", "--release", "--locked", "--quiet"])
        .args(["--package", "switchboard-store"])
        .args(["--example", "sample_history", "--"])
        .args(in_full(arguments)?);
    step::must(&mut command)
}

/// Returns the arguments with the folder's whole path: cargo is started in the repository's root.
fn in_full(arguments: &[String]) -> Result<Vec<String>, String> {
    let mut whole = arguments.to_vec();
    for place in 1..whole.len() {
        if whole[place - 1] == "--data-dir" {
            let path = std::path::absolute(&whole[place])
                .map_err(|error| format!("`--data-dir {}`: {error}", whole[place]))?;
            whole[place] = path.to_string_lossy().into_owned();
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::in_full;

    #[test]
    fn the_folder_is_the_one_that_the_shell_stands_in() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let here = std::env::current_dir().expect("a folder");
        let whole = in_full(&words("--calls 5 --data-dir year")).expect("a path");
        assert_eq!(whole[..3], words("--calls 5 --data-dir"));
        assert_eq!(whole[3], here.join("year").to_string_lossy());
        assert_eq!(in_full(&words("--data-dir")), Ok(words("--data-dir")));
    }
}
