//! A provider on this machine that answers over real HTTP, in the place of one that costs money.

use crate::window::built;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running `switchboard-sandbox`. It ends when dropped.
#[derive(Debug)]
pub struct Upstream {
    child: Child,
    address: String,
}

impl Upstream {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start() -> Upstream {
        let mut child = Command::new(built("switchboard-sandbox"))
            .args(["--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let stdout = child.stdout.take().expect("its output is read");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let address = address.unwrap_or_else(|| panic!("no address: {line}"));
        Upstream {
            address: address.to_owned(),
            child,
        }
    }

    /// Returns its entry of the configuration: provider `id`, with models that have prices.
    pub fn config(&self, id: &str, models: &[&str]) -> String {
        let models = models.iter().map(|model| {
            format!("[[providers.{id}.models]]\nname = \"{model}\"\nprice = {{ input = 200, output = 900 }}\n")
        });
        format!(
            "[providers.{id}]\nwire = \"openai_chat\"\nbase_url = \"{}/v1\"\nneeds_key = false\n{}",
            self.address,
            models.collect::<String>()
        )
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
