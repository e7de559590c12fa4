//! What a panic writes to the log.

use std::any::Any;
use std::panic::PanicHookInfo;

/// Writes panics to the log from now on. Only a message that is a literal of the source is written:
/// one that was put together at run time could hold a prompt or a key.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(log));
}

fn log(info: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(
        thread = thread.name().unwrap_or("unnamed"),
        %place,
        message = literal(info.payload()),
        "the program panicked"
    );
}

/// Returns the message of a panic if it is a literal.
fn literal(payload: &(dyn Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(not written: made at run time)")
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_message_made_at_run_time_is_not_written() {
        let secret = String::from("key sk-123");
        let payload = std::panic::catch_unwind(|| std::panic::panic_any(secret)).unwrap_err();
        assert!(!literal(payload.as_ref()).contains("sk-123"));
        let payload =
            std::panic::catch_unwind(|| std::panic::panic_any("plain words")).unwrap_err();
        assert_eq!(literal(payload.as_ref()), "plain words");
    }
}
