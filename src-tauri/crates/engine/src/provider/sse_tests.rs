use super::*;
use proptest::prelude::*;

type Events = Vec<(String, String)>;

/// Feeds `pieces` to a parser and returns what it dispatches, the end of the body included.
fn parse(pieces: &[&[u8]]) -> Events {
    let mut parser = SseParser::new();
    let mut events = Vec::new();
    let mut keep = |event: SseEvent<'_>| {
        events.push((event.name.to_owned(), event.data.to_owned()));
        Ok(())
    };
    for piece in pieces {
        parser.push(piece, &mut keep).unwrap();
    }
    parser.finish(&mut keep).unwrap();
    events
}

fn one(name: &str, data: &str) -> (String, String) {
    (name.into(), data.into())
}

#[test]
fn every_line_ending_ends_a_line() {
    let expected = vec![one("", "a\nb"), one("x", "c")];
    for end in ["\n", "\r", "\r\n"] {
        let text = "data: a\ndata:b\n\nevent: x\ndata: c\n\n".replace('\n', end);
        assert_eq!(parse(&[text.as_bytes()]), expected, "{end:?}");
    }
}

#[test]
fn a_crlf_cut_in_two_is_one_line_ending() {
    assert_eq!(
        parse(&[b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n"]),
        [one("", "a\nb")]
    );
    // An LF that follows a CR's chunk only after an empty chunk still belongs to it.
    assert_eq!(parse(&[b"data: a\r", b"", b"\n\r\n"]), [one("", "a")]);
}

#[test]
fn comments_bom_unknown_fields_and_fields_without_colon_pass() {
    let text =
        b"\xEF\xBB\xBF: hi\nfoo: bar\ndata\ndata: x\n\n:\n\ndata:\n\nevent: lonely\n\ndata: y\n\n";
    assert_eq!(parse(&[text]), [one("", "\nx"), one("", ""), one("", "y")]);
}

#[test]
fn only_one_space_after_the_colon_is_taken_off() {
    assert_eq!(
        parse(&[b"data:  a \n\ndata:b\n\n"]),
        [one("", " a "), one("", "b")]
    );
}

#[test]
fn id_and_retry_are_kept() {
    let mut parser = SseParser::new();
    parser
        .push(
            b"id: 7\nretry: 1500\nid: a\0b\nretry: 1x\ndata: x\n\n",
            |_| Ok(()),
        )
        .unwrap();
    assert_eq!(parser.last_event_id(), "7");
    assert_eq!(parser.retry(), Some(Duration::from_millis(1500)));
}

#[test]
fn a_whole_event_without_its_blank_line_is_handed_out_at_the_end() {
    assert_eq!(parse(&[b"data: {\"a\":1}"]), [one("", "{\"a\":1}")]);
    assert_eq!(parse(&[b"event: e\ndata: [DONE]\n"]), [one("e", "[DONE]")]);
    assert_eq!(
        parse(&[b"data: {\"a\":1}{\"b\":2}\n"]),
        [one("", "{\"a\":1}{\"b\":2}")]
    );
}

#[test]
fn half_an_event_is_dropped_at_the_end() {
    assert_eq!(parse(&[b"data: {\"a\":"]), []);
    assert_eq!(parse(&[b"data: {\"a\":1}\ndata: {\"b\n"]), []);
    assert_eq!(parse(&[b"data:\n"]), []);
    assert_eq!(parse(&[b"data: [DON"]), []);
}

#[test]
fn bytes_that_are_not_utf8_are_replaced() {
    assert_eq!(parse(&[b"data: a\xFFb\n\n"]), [one("", "a\u{FFFD}b")]);
}

#[test]
fn an_endless_event_is_refused_wherever_it_grows() {
    for pieces in [
        vec![b"data: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n".to_vec()],
        vec![
            b"data: aaaaaaaaaaaa".to_vec(),
            b"aaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec(),
        ],
        vec![b"data: aaaaaaaaaa\n".to_vec(); 9],
        vec![b"data: aaaaaaaaaa\n".to_vec().repeat(9)],
        vec![b"event: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n".to_vec()],
    ] {
        let mut parser = SseParser::with_limit(32);
        let error = pieces
            .iter()
            .find_map(|piece| parser.push(piece, |_| Ok(())).err());
        assert_eq!(error.map(|error| error.kind), Some(ErrorKind::TooLarge));
    }
}

#[test]
fn an_error_of_the_receiver_stops_the_parser() {
    let mut count = 0;
    let outcome = SseParser::new().push(b"data: a\n\ndata: b\n\n", |_| {
        count += 1;
        Err(CallError::new(ErrorKind::Malformed, "no"))
    });
    assert!(outcome.is_err());
    assert_eq!(count, 1);
}

proptest! {
    #[test]
    fn where_the_bytes_are_cut_makes_no_difference(
        text in "(data|event|id|retry|:|[a-z]|é|\u{FEFF}|: |\r\n|\r|\n|\n\n){0,60}",
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let bytes = text.as_bytes();
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.push(0);
        at.push(bytes.len());
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(parse(&pieces), parse(&[bytes]));
    }

    #[test]
    fn any_bytes_are_taken(bytes: Vec<u8>) {
        parse(&[&bytes]);
    }

    #[test]
    fn the_parser_agrees_with_a_plain_reading_of_the_rules(
        text in "(data: x\n|data:y\n|event: e\n|: c\n|\n|z\n){0,40}",
    ) {
        let (mut expected, mut name, mut data) = (Vec::new(), "", None::<String>);
        for line in text.lines() {
            match line {
                "" => {
                    if let Some(data) = data.take() {
                        expected.push(one(name, &data));
                    }
                    name = "";
                }
                "data: x" | "data:y" => {
                    let value = line.trim_start_matches("data:").trim_start();
                    data = Some(data.map_or(value.into(), |before| format!("{before}\n{value}")));
                }
                "event: e" => name = "e",
                _ => {}
            }
        }
        prop_assert_eq!(parse(&[text.as_bytes()]), expected);
    }
}
