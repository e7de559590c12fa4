//! Where the gateway listens and who may use it.

use crate::config::raw::{Field, Problems};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The gateway, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayConfig {
    /// On this machine unless the file allows the network.
    pub address: IpAddr,
    /// Default 4141.
    pub port: u16,
    /// `None`: open to programs on this machine until the first key is made, then keys only.
    pub access: Option<AccessRule>,
}

/// Who may use the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessRule {
    /// Programs on this machine, with or without a key.
    Open,
    /// Only who shows a key.
    Keys,
}

/// The port when the file names none.
const PORT: u16 = 4141;

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: PORT,
            access: None,
        }
    }
}

impl GatewayConfig {
    /// Returns whether a key is needed; `any_key`: whether a valid one exists.
    pub fn needs_key(&self, any_key: bool) -> bool {
        match self.access {
            Some(AccessRule::Open) => false,
            Some(AccessRule::Keys) => true,
            None => any_key || !self.address.is_loopback(),
        }
    }

    /// Returns the address with its port.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }
}

/// Reads `[gateway]`.
pub(super) fn gateway(field: &Field<'_>, problems: &mut Problems<'_>) -> GatewayConfig {
    let mut result = GatewayConfig::default();
    let Some(mut table) = field.table(problems) else {
        return result;
    };
    if let Some(field) = table.take("port")
        && let Some(port) = field.integer(problems, 1..=65_535)
        && let Ok(port) = u16::try_from(port)
    {
        result.port = port;
    }
    let access = table.take("access");
    if let Some(field) = &access {
        let words = [("open", AccessRule::Open), ("keys", AccessRule::Keys)];
        result.access = field.one_of(problems, &words);
    }
    let address = table.take("address");
    let network = table
        .take("allow_network")
        .and_then(|field| field.boolean(problems))
        .unwrap_or(false);
    if let Some(field) = address
        && let Some(text) = field.text(problems)
    {
        match text.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() || network => result.address = address,
            Ok(_) => field.problem_fix(
                problems,
                "other machines can reach this address",
                "write \"127.0.0.1\", or add allow_network = true if that is what you want",
            ),
            Err(_) => field.problem_fix(
                problems,
                "this is not an IP address",
                "write for example \"127.0.0.1\"",
            ),
        }
    }
    if !result.address.is_loopback()
        && result.access == Some(AccessRule::Open)
        && let Some(field) = &access
    {
        field.problem_fix(
            problems,
            "other machines can reach the gateway, so it is never open",
            "write access = \"keys\"",
        );
    }
    table.finish(problems);
    result
}
