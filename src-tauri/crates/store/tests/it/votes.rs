use crate::support::*;
use switchboard_engine::call::CallId;
use switchboard_store::{Store, StoreError, Verdict, Vote};

async fn compared(store: &Store) -> [CallId; 2] {
    [
        answered(store, new_call("swift"), "a").await,
        answered(store, new_call("steady"), "b").await,
    ]
}

fn vote(calls: &[CallId], verdict: Verdict) -> Vote {
    Vote {
        group: "g".to_owned(),
        prompt_id: Some("p".to_owned()),
        calls: calls.to_vec(),
        verdict,
    }
}

async fn record(store: &Store) -> (u32, Vec<(String, u32, u32, u32)>) {
    let record = store.vote_record("p").await.unwrap();
    let rows = record
        .rows
        .into_iter()
        .map(|row| (row.model, row.wins, row.ties, row.losses));
    (record.votes, rows.collect())
}

#[tokio::test]
async fn a_win_is_the_others_loss() {
    let place = Place::new();
    let store = place.open();
    for verdict in 0..3 {
        let calls = compared(&store).await;
        let verdict = [Verdict::Winner(calls[1]), Verdict::Tie, Verdict::AllBad][verdict];
        store.cast_vote(vote(&calls, verdict)).await.unwrap();
    }
    let expected = vec![
        ("sandbox/steady".to_owned(), 1, 1, 1),
        ("sandbox/swift".to_owned(), 0, 1, 2),
    ];
    assert_eq!(record(&store).await, (3, expected));
}

#[tokio::test]
async fn voting_again_on_the_same_answers_replaces_the_vote() {
    let place = Place::new();
    let store = place.open();
    let calls = compared(&store).await;
    store
        .cast_vote(vote(&calls, Verdict::Winner(calls[0])))
        .await
        .unwrap();
    store
        .cast_vote(vote(&[calls[1], calls[0]], Verdict::Winner(calls[1])))
        .await
        .unwrap();
    let (votes, rows) = record(&store).await;
    assert_eq!(votes, 1);
    assert_eq!(rows[0], ("sandbox/steady".to_owned(), 1, 0, 0));
}

#[tokio::test]
async fn a_vote_that_makes_no_sense_is_refused_whole() {
    let place = Place::new();
    let store = place.open();
    let calls = compared(&store).await;
    let stranger = CallId::new();
    for (calls, verdict) in [
        (vec![], Verdict::Tie),
        (vec![calls[0]], Verdict::Tie),
        (vec![calls[0], calls[0]], Verdict::Tie),
        (calls.to_vec(), Verdict::Winner(stranger)),
    ] {
        let error = store.cast_vote(vote(&calls, verdict)).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)), "{error}");
    }
    let error = store
        .cast_vote(vote(&[calls[0], stranger], Verdict::Tie))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::NotFound { what: "call", .. }),
        "{error}"
    );
    assert_eq!(
        record(&store).await,
        (0, vec![]),
        "nothing half-written stays"
    );
}
