use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> Fault {
    Fault::parse(text).unwrap()
}

fn wrong(text: &str) -> (&'static str, String) {
    let problem = Fault::parse(text).unwrap_err();
    (problem.part, problem.fix)
}

#[test]
fn an_outage_of_ten_minutes_is_written_as_in_the_help() {
    let fault = parsed("openai=outage:10m");
    assert_eq!(fault.provider, "openai");
    assert_eq!(fault.model, None);
    assert_eq!(fault.kind, Kind::Outage(Outage::Unavailable));
    assert_eq!((fault.from_ms, fault.to_ms), (0, Some(600_000)));
    assert_eq!(fault, parsed("openai=outage+10m"));
}

#[test]
fn start_duration_and_model_are_read() {
    let fault = parsed("openai/gpt-6.1-terra=errors:20%,529@5m+15m");
    assert_eq!(fault.model.as_deref(), Some("gpt-6.1-terra"));
    assert_eq!(
        fault.kind,
        Kind::Errors {
            rate: 2000,
            status: 529
        }
    );
    assert_eq!((fault.from_ms, fault.to_ms), (300_000, Some(1_200_000)));
}

#[test]
fn model_names_may_hold_the_grammars_own_marks() {
    let fault = parsed("sandbox/steady?ttft=300&tps=80=cut:10%");
    assert_eq!(fault.model.as_deref(), Some("steady?ttft=300&tps=80"));
    assert_eq!(
        parsed("ollama/llama3:8b=auth").model.as_deref(),
        Some("llama3:8b")
    );
}

#[test]
fn every_example_of_the_help_is_a_fault() {
    let examples = GRAMMAR.rsplit("For example: ").next().unwrap();
    let examples: Vec<&str> = examples.split_whitespace().collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        parsed(example);
    }
}

#[test]
fn errors_name_the_part_and_the_fix() {
    assert_eq!(wrong("openai").0, "kind");
    assert_eq!(wrong("=outage").0, "target");
    assert_eq!(wrong("openai/=outage").0, "target");
    assert_eq!(
        wrong("openai=outge"),
        ("kind", "did you mean `outage`?".into())
    );
    assert_eq!(wrong("openai=outage:10x").0, "arguments");
    assert_eq!(wrong("openai=outage:10m+5m").0, "duration");
    assert_eq!(wrong("openai=outage:silent,refused").0, "arguments");
    assert_eq!(wrong("openai=errors").0, "rate");
    assert_eq!(wrong("openai=errors:120%").0, "rate");
    assert_eq!(wrong("openai=errors:20%,200").0, "status");
    assert_eq!(wrong("openai=latency:3").0, "arguments");
    assert_eq!(wrong("openai=latency:x0").0, "factor");
    assert_eq!(wrong("openai=latency:8s/2s").0, "p95");
    assert_eq!(wrong("openai=rate_limit:0").0, "requests");
    assert_eq!(wrong("openai=auth:1").0, "arguments");
    assert_eq!(wrong("openai=auth@noon").0, "start");
    assert_eq!(wrong("openai=auth@5m+0s").0, "duration");
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        prop_oneof![
            Just(Outage::Unavailable),
            Just(Outage::Refused),
            Just(Outage::Silent)
        ]
        .prop_map(Kind::Outage),
        (0u32..=10_000, 400u16..=599).prop_map(|(rate, status)| Kind::Errors { rate, status }),
        (1u32..=100_000).prop_map(|factor| Kind::Latency(Latency::Factor(factor))),
        (1u64..1_000_000, 0u64..1_000_000).prop_map(|(p50_ms, more)| {
            Kind::Latency(Latency::FirstToken {
                p50_ms,
                p95_ms: p50_ms + more,
            })
        }),
        (1u64..1_000_000).prop_map(|ms| Kind::SlowStart { ms }),
        (0u32..=10_000).prop_map(|rate| Kind::Cut { rate }),
        (0u32..=10_000).prop_map(|rate| Kind::Stall { rate }),
        (1u32..=1_000_000).prop_map(|per_minute| Kind::RateLimit { per_minute }),
        (1u32..=1_000_000).prop_map(|requests| Kind::Quota { requests }),
        Just(Kind::Auth),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        provider in "[a-z][a-z0-9-]{0,12}",
        model in prop::option::of("[a-z0-9][a-z0-9:@+./=?&-]{0,30}"),
        kind in kinds(),
        from_ms in 0u64..86_400_000,
        length in prop::option::of(1u64..86_400_000),
    ) {
        let to_ms = length.map(|length| from_ms + length);
        let fault = Fault { provider, model, kind, from_ms, to_ms };
        prop_assert_eq!(Fault::parse(&fault.to_string()), Ok(fault));
    }

    #[test]
    fn any_text_gives_a_fault_or_a_sentence(text in "\\PC{0,60}") {
        if let Err(problem) = Fault::parse(&text) {
            prop_assert!(!problem.message.is_empty() && !problem.fix.is_empty());
        }
    }

    #[test]
    fn near_misses_give_a_fault_or_a_sentence(
        text in "[a-z/]{0,5}=(outage|errors|latency|cut|quota|slow_start)[:@+,0-9a-z.%/]{0,24}"
    ) {
        match Fault::parse(&text) {
            Ok(fault) => prop_assert_eq!(Fault::parse(&fault.to_string()), Ok(fault)),
            Err(problem) => prop_assert!(!problem.fix.is_empty()),
        }
    }
}
