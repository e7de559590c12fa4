//! The WebDriver in front of the window: `tauri-driver`, which starts WebKitWebDriver, which starts
//! the program.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running driver. It ends, with everything that it started, when dropped.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts a driver on free ports of this machine.
    ///
    /// # Panics
    /// Outside the private desktop of `cargo xtask test`, or if the driver does not come up.
    pub fn start() -> Driver {
        let driver = variable("SWITCHBOARD_TAURI_DRIVER");
        let desktop = PathBuf::from(variable("SWITCHBOARD_TEST_DESKTOP"));
        let (port, native_port) = (free_port(), free_port());
        let log = std::fs::File::create(desktop.join(format!("driver-{port}.log")))
            .expect("the log can be written");
        let mut command = Command::new(driver);
        command
            .args([
                "--port",
                &port.to_string(),
                "--native-port",
                &native_port.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log can be shared"))
            .stderr(log);
        own_group(&mut command);
        let child = command.spawn().expect("tauri-driver starts");
        let driver = Driver { child, port };
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let waited = began.elapsed();
            assert!(
                waited < Duration::from_secs(30),
                "tauri-driver did not come up"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        driver
    }

    /// Returns the address that a WebDriver client connects to.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The whole group: tauri-driver, WebKitWebDriver, the program and its web processes.
        // Through a shell: its own `kill` knows process groups everywhere.
        let kill = format!("kill -9 -- -{}", self.child.id());
        let _ = Command::new("sh")
            .args(["-c", &kill])
            .stderr(Stdio::null())
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the driver as the head of a process group, so that what it starts can be ended with it.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: window tests run as `cargo xtask test --only window-tests`")
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}
