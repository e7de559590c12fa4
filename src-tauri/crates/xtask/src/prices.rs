//! `cargo xtask prices`: the bundled price file and the figures that it is tested with, from two published
//! packages at pinned versions.

use crate::{root, step, target};
use std::path::PathBuf;
use std::process::Command;

/// The packages, with the day on which these versions were taken. Change all of it together.
const GENAI_PRICES: &str = "0.2.3";
const LITELLM: &str = "1.110.2";
const AS_OF: &str = "2026-11-25";

/// Writes `crates/prices/data/` and the figures of the two calculators in `crates/prices/tests/oracle/`.
///
/// # Errors
/// A sentence with what could not be run.
pub(crate) fn write() -> Result<(), String> {
    let home = target().join("prices");
    let python = environment(&home)?;
    let packages = step::output(
        &python,
        &[
            "-c",
            "import genai_prices, pathlib; print(pathlib.Path(genai_prices.__file__).parents[1])",
        ],
    )
    .ok_or(
        "the Python package genai-prices cannot be imported; remove target/prices and try again",
    )?;
    let crate_folder = root().join("src-tauri/crates/prices");
    step::must(
        Command::new(&python)
            .arg(crate_folder.join("data/generate.py"))
            .args([&packages, &packages])
            .arg(crate_folder.join("data"))
            .args([GENAI_PRICES, LITELLM, AS_OF]),
    )?;
    step::must(
        Command::new(&python)
            .arg(crate_folder.join("tests/oracle/oracle.py"))
            .arg(crate_folder.join("data/prices.tsv"))
            .arg(crate_folder.join("tests/oracle/cases.tsv"))
            // Its price file is then the one of the package, not one from the net.
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
    )
}

/// Makes a Python environment with the packages, unless it is there; returns its interpreter.
fn environment(home: &PathBuf) -> Result<String, String> {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = home.join("venv").join(folder).join("python");
    let interpreter = if cfg!(windows) { "python" } else { "python3" };
    std::fs::create_dir_all(home)
        .map_err(|error| format!("cannot make {}: {error}", home.display()))?;
    if !python.exists() {
        step::must(
            Command::new(interpreter)
                .args(["-m", "venv"])
                .arg(home.join("venv")),
        )
        .map_err(|error| format!("{error}; install Python 3.10 or newer"))?;
    }
    step::must(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        &format!("genai-prices=={GENAI_PRICES}"),
        &format!("litellm=={LITELLM}"),
    ]))?;
    Ok(python.to_string_lossy().into_owned())
}
