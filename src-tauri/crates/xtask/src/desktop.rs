//! A private desktop for window tests: a virtual screen, a session bus, an unlocked key store and a
//! notification daemon, with a home folder of its own. Nothing of the user's is seen or changed.

use crate::split_at_dashes;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Size of the virtual screen, in pixels.
const SCREEN: &str = "1600x1000x24";
/// Opens the key store of the private desktop; it guards nothing.
const KEYRING_PASSWORD: &[u8] = b"testpass";

/// The parts of a private desktop, ended when dropped, last started first.
pub(crate) struct Desktop {
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    parts: Vec<Child>,
}

impl Desktop {
    /// Starts one.
    ///
    /// # Errors
    /// Which part did not start.
    pub(crate) fn start() -> Result<Desktop, String> {
        // Not below `target`: the path of a socket is at most 107 bytes long.
        let folder =
            std::env::temp_dir().join(format!("switchboard-desktop-{}", std::process::id()));
        let mut desktop = Desktop {
            folder,
            variables: Vec::new(),
            parts: Vec::new(),
        };
        desktop.make_home()?;
        desktop.start_screen()?;
        desktop.start_bus()?;
        desktop.start_key_store()?;
        desktop.start_notifications()?;
        Ok(desktop)
    }

    /// Sets a command's environment so that it runs on this desktop.
    pub(crate) fn enter(&self, command: &mut Command) {
        // Cargo and rustup keep their things in the real home folder.
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if let (None, Some(home)) = (std::env::var_os(name), std::env::var_os("HOME")) {
                command.env(name, Path::new(&home).join(folder));
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XAUTHORITY");
    }

    fn make_home(&mut self) -> Result<(), String> {
        let folders = [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "home/.config"),
            ("XDG_DATA_HOME", "home/.local/share"),
            ("XDG_STATE_HOME", "home/.local/state"),
            ("XDG_CACHE_HOME", "home/.cache"),
            ("XDG_RUNTIME_DIR", "run"),
        ];
        for (name, folder) in folders {
            let path = self.folder.join(folder);
            fs::create_dir_all(&path)
                .map_err(|error| format!("cannot make {}: {error}", path.display()))?;
            self.variables.push((name, path.display().to_string()));
        }
        private(&self.folder.join("run"))?;
        // No rendering variables: without compositing, WebKitWebDriver ends when it takes a picture
        // (WebKitGTK 2.50.6).
        self.variables.push(("GDK_BACKEND", "x11".into()));
        self.variables.push((
            "SWITCHBOARD_TEST_DESKTOP",
            self.folder.display().to_string(),
        ));
        // A desktop of its own, also for programs that look for the user's.
        self.variables.push(("XDG_CURRENT_DESKTOP", "GNOME".into()));
        Ok(())
    }

    fn start_screen(&mut self) -> Result<(), String> {
        // `-displayfd 1`: the server picks a free number and prints it when it is ready.
        let arguments = [
            "-displayfd",
            "1",
            "-screen",
            "0",
            SCREEN,
            "-nolisten",
            "tcp",
            "-noreset",
        ];
        let number = self.part("Xvfb", &arguments)?;
        self.variables.push(("DISPLAY", format!(":{number}")));
        Ok(())
    }

    fn start_bus(&mut self) -> Result<(), String> {
        let arguments = ["--session", "--nofork", "--nopidfile", "--print-address=1"];
        let address = self.part("dbus-daemon", &arguments)?;
        self.variables.push(("DBUS_SESSION_BUS_ADDRESS", address));
        Ok(())
    }

    fn start_key_store(&mut self) -> Result<(), String> {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        self.enter(&mut command);
        let mut child = self.spawn(command.stdin(Stdio::piped()))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin
                .write_all(KEYRING_PASSWORD)
                .map_err(|error| format!("gnome-keyring-daemon took no password: {error}"))?;
        }
        self.parts.push(child);
        self.wait_for_name("org.freedesktop.secrets")
    }

    fn start_notifications(&mut self) -> Result<(), String> {
        let configuration = self.folder.join("dunstrc");
        fs::write(&configuration, "")
            .map_err(|error| format!("cannot write dunst's configuration: {error}"))?;
        let mut command = Command::new("dunst");
        command.arg("-conf").arg(&configuration);
        self.enter(&mut command);
        let child = self.spawn(&mut command)?;
        self.parts.push(child);
        self.wait_for_name("org.freedesktop.Notifications")
    }

    /// Waits until a service has its name on the bus.
    fn wait_for_name(&self, name: &str) -> Result<(), String> {
        for _ in 0..100 {
            let mut command = Command::new("dbus-send");
            self.enter(&mut command);
            let answer = command
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                ])
                .args([
                    "org.freedesktop.DBus.NameHasOwner",
                    &format!("string:{name}"),
                ])
                .output();
            if answer.is_ok_and(|answer| contains(&answer.stdout, b"boolean true")) {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err(format!("no service named {name} came up within 10 s"))
    }

    /// Starts a part and returns the first line that it prints, once it is there.
    fn part(&mut self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(program);
        command.args(arguments).stdout(Stdio::piped());
        self.enter(&mut command);
        let mut child = self.spawn(&mut command)?;
        let stdout = child.stdout.take();
        self.parts.push(child);
        stdout.and_then(first_line).ok_or_else(|| {
            format!(
                "{program} ended without a word; see {}",
                self.log(program).display()
            )
        })
    }

    /// Starts a command whose messages go to a log of its own.
    fn spawn(&self, command: &mut Command) -> Result<Child, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        let log = self.log(&program);
        let log = fs::File::create(&log)
            .map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        command
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start {program}: {error}"))
    }

    fn log(&self, program: &str) -> PathBuf {
        self.folder.join(format!("{program}.log"))
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        while let Some(mut part) = self.parts.pop() {
            let _ = part.kill();
            let _ = part.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// `cargo xtask desktop -- COMMAND`: runs a command on a private desktop.
///
/// # Errors
/// What did not start, or how the command ended.
pub(crate) fn run_in(arguments: &[String]) -> Result<(), String> {
    let (_, words) = split_at_dashes(arguments);
    let [program, arguments @ ..] = words else {
        return Err("say which command to run: cargo xtask desktop -- COMMAND".into());
    };
    let desktop = Desktop::start()?;
    let status = command_on(&desktop, program, arguments)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{program} ended with {status}"))
    }
}

fn command_on(
    desktop: &Desktop,
    program: &str,
    arguments: &[String],
) -> Result<ExitStatus, String> {
    let mut command = Command::new(program);
    command.args(arguments.iter().map(OsStr::new));
    desktop.enter(&mut command);
    command
        .status()
        .map_err(|error| format!("cannot start {program}: {error}"))
}

fn first_line(output: impl Read) -> Option<String> {
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).ok()?;
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Makes a folder the owner's alone, as the runtime folder must be.
#[cfg(unix)]
fn private(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(|error| format!("cannot close {} to others: {error}", folder.display()))
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> Result<(), String> {
    Err("the private desktop needs Linux".into())
}
