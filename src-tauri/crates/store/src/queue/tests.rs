use super::*;
use switchboard_engine::call::CallId;

fn delta(call: CallId, seq: u64, text: &str) -> CallEvent {
    CallEvent {
        call,
        seq,
        at_ms: seq,
        event: Event::TextDelta {
            text: text.to_owned(),
        },
    }
}

fn fill(queue: &Queue) {
    for _ in 0..BOUND {
        assert!(queue.push(Command::Flush(Box::new(|_| {}))));
    }
}

#[test]
fn text_joins_a_piece_that_waits_near_and_no_further_back() {
    let (queue, call, other) = (Queue::default(), CallId::new(), CallId::new());
    queue.push_event(&delta(call, 1, "a"));
    queue.push_event(&delta(other, 1, "y"));
    queue.push_event(&delta(call, 2, "b"));
    let commands = queue.take(10, None).unwrap();
    assert_eq!(commands.len(), 2);
    let Command::Event(first) = &commands[0] else {
        panic!("not an event")
    };
    assert_eq!(**first, delta(call, 2, "ab"), "as of its last piece");

    queue.push_event(&delta(call, 3, "c"));
    for _ in 0..NEAR {
        queue.push(Command::Flush(Box::new(|_| {})));
    }
    queue.push_event(&delta(call, 4, "d"));
    assert_eq!(queue.take(100, None).unwrap().len(), NEAR + 2);
}

#[test]
fn joined_pieces_are_as_late_as_the_latest_of_them() {
    let (queue, call) = (Queue::default(), CallId::new());
    queue.push_event(&delta(call, 75, "a"));
    queue.push_event(&delta(call, 2, "b"));
    let commands = queue.take(10, None).unwrap();
    let [Command::Event(joined)] = commands.as_slice() else {
        panic!("{} commands", commands.len())
    };
    assert_eq!(**joined, delta(call, 75, "ab"));
}

#[test]
fn above_the_bound_text_joins_what_waits_and_none_is_lost() {
    let (queue, call, other) = (Queue::default(), CallId::new(), CallId::new());
    fill(&queue);
    for seq in 0..1000 {
        queue.push_event(&delta(call, seq, "x"));
        queue.push_event(&delta(other, seq, "y"));
    }
    let commands = queue.take(usize::MAX, None).unwrap();
    assert_eq!(commands.len(), BOUND + 2);
    for (command, text) in commands[BOUND..].iter().zip(["x", "y"]) {
        let Command::Event(event) = command else {
            panic!("not an event")
        };
        assert_eq!(event.seq, 999);
        assert_eq!(
            event.event,
            Event::TextDelta {
                text: text.repeat(1000)
            }
        );
    }
}

#[test]
fn above_the_bound_text_never_overtakes_another_event() {
    let (queue, call) = (Queue::default(), CallId::new());
    fill(&queue);
    queue.push_event(&delta(call, 0, "old"));
    let restarted = Event::Restarted {
        attempt: 1,
        discarded_chars: 3,
    };
    queue.push_event(&CallEvent {
        call,
        seq: 1,
        at_ms: 1,
        event: restarted,
    });
    queue.push_event(&delta(call, 2, "new"));
    assert_eq!(queue.take(usize::MAX, None).unwrap().len(), BOUND + 3);
}

#[tokio::test]
async fn beginning_a_call_waits_for_room() {
    let queue = Queue::default();
    fill(&queue);
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { queue.push_when_room(Command::Flush(Box::new(|_| {}))).await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    queue.take(1, None).unwrap();
    assert!(waiting.await.unwrap());
}

#[test]
fn a_closed_queue_gives_out_what_waits_and_takes_nothing_more() {
    let (queue, call) = (Queue::default(), CallId::new());
    queue.push_event(&delta(call, 1, "a"));
    queue.close();
    assert!(!queue.push_event(&delta(call, 2, "b")));
    assert_eq!(queue.take(10, None).unwrap().len(), 1);
    assert!(queue.take(10, None).is_none());
}

#[test]
fn a_writer_that_gathers_goes_on_at_once_for_who_waits_for_an_answer() {
    let (queue, call) = (Queue::default(), CallId::new());
    let long = std::time::Duration::from_secs(60);
    let writer = std::thread::spawn({
        let queue = queue.clone();
        move || queue.take(10, Some(Instant::now() + long))
    });
    queue.push_event(&delta(call, 1, "a"));
    queue.push(Command::Flush(Box::new(|_| {})));
    assert!(!writer.join().unwrap().unwrap().is_empty());
}

#[test]
fn what_nobody_waits_for_gathers_until_its_time() {
    let (queue, call) = (Queue::default(), CallId::new());
    queue.push_event(&delta(call, 1, "a"));
    let until = Instant::now() + std::time::Duration::from_millis(20);
    assert_eq!(queue.take(10, Some(until)).unwrap().len(), 1);
    assert!(Instant::now() >= until);
}
