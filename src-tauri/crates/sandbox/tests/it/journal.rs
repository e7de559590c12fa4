//! The other side's count.

use crate::client::{PATIENCE, ask, send};
use std::time::Duration;
use switchboard_sandbox::{Fault, Options, Outcome, Sandbox, Wire};

#[tokio::test]
async fn it_tells_what_was_asked_and_what_became_of_it() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let journal = sandbox.journal();
    assert!(journal.is_empty());
    ask("instant").send(&sandbox, Wire::Anthropic).await;
    ask("instant?fault=401")
        .whole()
        .send(&sandbox, Wire::OpenaiChat)
        .await;
    ask("instant?fault=cut").send(&sandbox, Wire::Gemini).await;
    send(&sandbox, "GET", "/v1/models?key=geheim", &[], b"", PATIENCE).await;
    let entries = journal
        .wait_for(|entries| {
            entries
                .iter()
                .all(|entry| entry.outcome != Outcome::Running)
        })
        .await;
    assert_eq!(entries.len(), 4);
    let [answered, refused, cut, list] = &entries[..] else {
        panic!()
    };
    assert_eq!(
        (answered.wire, answered.status),
        (Some(Wire::Anthropic), Some(200))
    );
    assert_eq!((answered.outcome, answered.stream), (Outcome::Sent, true));
    assert!(answered.sent_bytes > 1000 && answered.ended_at > Some(answered.at));
    assert_eq!(answered.body.as_ref().unwrap()["max_tokens"], 50_000);
    assert_eq!(
        (refused.status, refused.fault),
        (Some(401), Some(Fault::Unauthorized))
    );
    assert_eq!(refused.key_header, Some("authorization"));
    assert_eq!(
        (cut.outcome, cut.model.as_deref()),
        (Outcome::Broken, Some("instant?fault=cut"))
    );
    assert_eq!(
        (list.path.as_str(), list.query.as_str()),
        ("/v1/models", "key=…")
    );
    assert_eq!(journal.of_model("instant").len(), 1);
    sandbox.reset();
    assert!(journal.is_empty());
}

#[tokio::test]
async fn it_notices_at_once_that_a_client_went_away() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    for model in [
        "steady?fault=stall&ttft=0&tps=max",
        "steady?fault=silence",
        "steady?ttft=60000",
    ] {
        let mut question = ask(model);
        question.patience = Duration::from_millis(50);
        question.send(&sandbox, Wire::OpenaiChat).await;
        let journal = sandbox.journal();
        let left = journal.wait_for(|entries| {
            entries.iter().any(|entry| {
                entry.model.as_deref() == Some(model) && entry.outcome == Outcome::ClientLeft
            })
        });
        let entries = tokio::time::timeout(Duration::from_secs(2), left)
            .await
            .unwrap();
        let entry = entries
            .iter()
            .find(|entry| entry.model.as_deref() == Some(model))
            .unwrap();
        assert!(entry.ended_at.unwrap() - entry.at < Duration::from_secs(1));
    }
}
