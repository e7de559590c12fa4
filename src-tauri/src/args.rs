//! What can be typed after `switchboard`.

use clap::Parser;
use std::path::PathBuf;

/// A desktop workbench for LLM calls.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "switchboard", version, about)]
pub(crate) struct Arguments {
    /// Keep history, configuration and log in this folder instead of the usual ones
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Draw without the graphics card (try this if the window stays white)
    #[arg(long)]
    pub(crate) safe_graphics: bool,
}

impl Arguments {
    /// Reads the command line. Prints help, version or what is wrong with it, and ends the process,
    /// when that is all there is to do.
    pub(crate) fn read() -> Arguments {
        Arguments::parse()
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::{CommandFactory, Parser};
    use std::path::PathBuf;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_data_folder_can_be_given() {
        let arguments = Arguments::parse_from(["switchboard", "--data-dir", "/tmp/x"]);
        assert_eq!(arguments.data_dir, Some(PathBuf::from("/tmp/x")));
        assert!(!arguments.safe_graphics);
    }

    #[test]
    fn an_unknown_flag_is_refused_by_name() {
        let error = Arguments::try_parse_from(["switchboard", "--colour"]).unwrap_err();
        assert!(error.to_string().contains("--colour"), "{error}");
    }
}
