//! Names and addresses, wherever a user gives one.

use url::Url;

/// Checks the id of a provider.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_id(id: &str) -> Result<(), &'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=40).contains(&id.len()) || !id.bytes().all(allowed) {
        return Err("a provider's id has 1 to 40 lower-case letters, digits and hyphens");
    }
    if id == "sandbox" || id.starts_with("sandbox-") {
        return Err("this id belongs to the built-in simulator");
    }
    Ok(())
}

/// Checks the name of a credential.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_key_name(name: &str) -> Result<(), &'static str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=40).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err("a key's name has 1 to 40 letters, digits, dots, hyphens and underscores")
}

/// Checks the name of a model.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_model_name(name: &str) -> Result<(), &'static str> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if name.is_empty() || name.len() > 200 || name.contains(odd) {
        return Err("a model's name has 1 to 200 characters and no space");
    }
    Ok(())
}

/// Reads the base URL of a provider.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_base_url(text: &str) -> Result<Url, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("an address such as https://api.example.com/v1 is wanted");
    }
    if text.len() > 2000 {
        return Err("an address has at most 2000 characters");
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(_) if !text.contains("://") => {
            return Err("the address must begin with https:// or http://");
        }
        Err(_) => return Err("this is not an address such as https://api.example.com/v1"),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the address must begin with https:// or http://");
    }
    if !url.has_host() {
        return Err("the address has no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a password is never part of the address; keys have their own place");
    }
    if url.query_pairs().any(|(name, _)| is_credential_name(&name)) {
        return Err("a key is never part of the address; keys have their own place");
    }
    if url.fragment().is_some() {
        return Err("an address has no part after `#`");
    }
    Ok(url)
}

fn is_credential_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "token", "secret", "password", "sig", "signature"]
        .iter()
        .any(|word| {
            name == *word
                || name.ends_with(&format!("_{word}"))
                || name.ends_with(&format!("-{word}"))
        })
        || name == "apikey"
}

/// Returns whether an address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
