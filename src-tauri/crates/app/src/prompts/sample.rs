//! The prompt a brand-new history begins with.

use crate::api::types::{Column, NewPrompt, PromptBody};
use switchboard_engine::call::{Message, Role};

/// The columns that need neither key nor account.
const COLUMNS: [&str; 3] = ["sandbox/swift", "sandbox/steady", "sandbox/thinker"];

const SYSTEM: &str = "You are an editor who makes technical news easy to read. Keep every fact and \
number, invent nothing, and leave out what the reader does not need.";

const USER: &str = "Rewrite this release note for {{audience}}. Use at most {{words}} words and a \
{{tone}} tone. End with one sentence on what to do next.\n\n{{note}}";

const NOTE: &str = "4.2.0: Sync now resumes after a lost connection instead of starting over \
(up to 80% less traffic on large libraries). Exports run in the background. The minimum database \
version is now 14; the migration takes about two minutes per gigabyte and cannot be undone, so a \
backup is made first. Fixed: duplicate invitations when two admins click Invite at the same moment.";

/// Returns the sample: a system message, variables with values, and three columns, so that Run works
/// at once.
pub(super) fn sample() -> NewPrompt {
    let variables = [
        ("audience", "customers who are not technical"),
        ("words", "80"),
        ("tone", "friendly, calm"),
        ("note", NOTE),
    ];
    let columns = COLUMNS.iter().zip(1..).map(|(model, place)| Column {
        id: format!("column-{place}"),
        model: (*model).to_owned(),
        fallbacks: Vec::new(),
        params: None,
    });
    NewPrompt {
        title: "Release note, retold".to_owned(),
        body: PromptBody {
            messages: vec![
                Message::text(Role::System, SYSTEM),
                Message::text(Role::User, USER),
            ],
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            columns: columns.collect(),
            ..PromptBody::default()
        },
    }
}
