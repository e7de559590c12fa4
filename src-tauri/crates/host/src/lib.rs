//! What the window and the command line share as hosts: the operating system's key store, the
//! environment, the folders, and the log.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folders = switchboard_host::Folders::find(None)?;
//! let log = switchboard_host::Log::start(&folders.log_dir, |text| text.into())?;
//! let host = switchboard_host::SystemHost::new(&folders);
//! # drop((log, host)); Ok(())
//! # }
//! ```
//! It shows nothing but notifications: windows and dialogs are the programs' own.

mod folders;
mod keychain;
mod log;
mod notifications;
mod system;

pub use folders::{DATA_DIR_VARIABLE, Folders, NoFolder, default_config_path, default_data_dir};
pub use keychain::SystemKeys;
pub use log::{LOG_VARIABLE, Log};
pub use notifications::SystemNotifier;
pub use system::SystemHost;
