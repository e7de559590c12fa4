//! Where things are: one folder if the user names it, else the platform's own places.

use std::path::{Path, PathBuf, absolute};

/// Variable that moves everything into one folder.
pub const DATA_DIR_VARIABLE: &str = "SWITCHBOARD_DATA_DIR";

/// Name of our folders, and of our entries in the key store.
const NAME: &str = "switchboard";

/// The places of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Holds `history.sqlite`.
    pub data_dir: PathBuf,
    pub config_path: PathBuf,
    pub log_dir: PathBuf,
    /// Name of our entries in the key store. A folder of the user's choice has entries of its own, so
    /// that trying things out never touches the real ones.
    pub key_service: String,
}

/// The system does not say where data belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this system names no folder for application data; set SWITCHBOARD_DATA_DIR")]
pub struct NoFolder;

impl Folders {
    /// Returns the places: below `chosen` (an option of the command line) if it is given, else below
    /// `SWITCHBOARD_DATA_DIR` if it is set, else the platform's. Creates nothing.
    ///
    /// # Errors
    /// [`NoFolder`] if nothing is chosen and the platform has no place either.
    pub fn find(chosen: Option<&Path>) -> Result<Self, NoFolder> {
        let variable = std::env::var_os(DATA_DIR_VARIABLE).filter(|value| !value.is_empty());
        match chosen
            .map(Path::to_path_buf)
            .or(variable.map(PathBuf::from))
        {
            Some(dir) => Ok(Self::below(&dir)),
            None => Self::of_platform().ok_or(NoFolder),
        }
    }

    /// Returns the places below one folder.
    pub fn below(dir: &Path) -> Self {
        let dir = absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
        Self {
            config_path: dir.join("config.toml"),
            log_dir: dir.join("log"),
            key_service: format!("{NAME}-{:016x}", fnv1a(dir.as_os_str().as_encoded_bytes())),
            data_dir: dir,
        }
    }

    fn of_platform() -> Option<Self> {
        let data_dir = dirs::data_dir()?.join(NAME);
        Some(Self {
            config_path: dirs::config_dir()?.join(NAME).join("config.toml"),
            log_dir: data_dir.join("log"),
            key_service: NAME.to_owned(),
            data_dir,
        })
    }
}

/// Returns the folder of the history, `SWITCHBOARD_DATA_DIR` honoured.
///
/// # Errors
/// [`NoFolder`].
pub fn default_data_dir() -> Result<PathBuf, NoFolder> {
    Folders::find(None).map(|folders| folders.data_dir)
}

/// Returns the path of the configuration file, `SWITCHBOARD_DATA_DIR` honoured.
///
/// # Errors
/// [`NoFolder`].
pub fn default_config_path() -> Result<PathBuf, NoFolder> {
    Folders::find(None).map(|folders| folders.config_path)
}

/// The FNV-1a hash of 64 bits: short, and the same in every version of the program.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_holds_everything() {
        let folders = Folders::find(Some(Path::new("/tmp/x"))).unwrap();
        assert_eq!(folders.data_dir, Path::new("/tmp/x"));
        assert_eq!(folders.config_path, Path::new("/tmp/x/config.toml"));
        assert_eq!(folders.log_dir, Path::new("/tmp/x/log"));
    }

    #[test]
    fn a_folder_of_ones_own_has_key_entries_of_its_own() {
        let one = Folders::below(Path::new("/tmp/x")).key_service;
        let two = Folders::below(Path::new("/tmp/y")).key_service;
        assert!(one.starts_with("switchboard-") && one != two);
        assert_eq!(one, Folders::below(Path::new("/tmp/x")).key_service);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
