use super::*;
use crate::facts::Facts;
use crate::triggers::first_match;
use proptest::prelude::*;

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap()
}

#[test]
fn the_sentence_says_why_from_the_rule_to_the_model() {
    let facts = Facts {
        task: Some("translation".to_owned()),
        input_tokens: 120_000,
        ..Facts::default()
    };
    let (short, long) = (
        rule("task == \"translation\" and input_tokens < 100_000"),
        rule("task == \"translation\""),
    );
    let (found, passed) = first_match([("short", &short), ("long", &long)], &facts);
    let (at, held) = found.unwrap();
    assert_eq!(at, 1);
    assert_eq!(
        passed,
        [Passed::new(
            "short",
            "it is not so that input is under 100,000 tokens: it is 120,000"
        )]
    );
    let decision = Decision {
        asked: "auto".to_owned(),
        route: Some("long".to_owned()),
        by: FoundBy::Rule(held),
        variant: Some(VariantTaken {
            name: "b".to_owned(),
            share: 0.2,
        }),
        pick: Some(TargetPicked {
            target: "deepseek-v4-flash".to_owned(),
            by: Some(By::Cheapest),
            why: "is the cheapest of 3 at about $0.0003".to_owned(),
        }),
        passed,
        ..Decision::default()
    };
    assert_eq!(
        decision.sentence(),
        "Route `long` was taken because task is translation; variant `b` is this key's, as for 20% of them; \
         `deepseek-v4-flash` is the cheapest of 3 at about $0.0003; passed over: `short` (it is not so that input is \
         under 100,000 tokens: it is 120,000)."
    );
}

#[test]
fn every_way_to_a_route_has_its_clause() {
    let told = |by: FoundBy, probability: Option<f64>| {
        Decision {
            asked: "auto".to_owned(),
            route: Some("r".to_owned()),
            by,
            task: Some(TaskSeen {
                name: "data_extraction".to_owned(),
                probability,
            }),
            ..Decision::default()
        }
        .sentence()
    };
    assert_eq!(told(FoundBy::Name, None), "The caller asked for route `r`.");
    assert_eq!(
        told(FoundBy::Task, Some(0.934)),
        "Route `r` was taken because the prompt looks like data extraction (93% sure)."
    );
    assert_eq!(
        told(FoundBy::Task, None),
        "Route `r` was taken because the task is data extraction."
    );
    assert_eq!(
        told(FoundBy::Default, None),
        "Route `r` was taken because no rule held and no task was clear."
    );
    let named = Decision {
        asked: "gpt-6.1-sol".to_owned(),
        ..Decision::default()
    };
    assert_eq!(named.sentence(), "The caller asked for `gpt-6.1-sol`.");
}

#[test]
fn a_rule_that_does_not_hold_is_told_by_its_first_condition_that_fails() {
    let facts = Facts::default();
    for (text, why) in [
        (
            "task == \"x\" and has_images",
            "it is not so that task is x: it is unknown",
        ),
        (
            "not has_images and has_tools",
            "it is not so that there are tools: it is no",
        ),
        (
            "has_images or has_tools",
            "it is not so that there are images: it is no",
        ),
        (
            "text contains \"x\"",
            "it is not so that the input text contains “x”",
        ),
        ("false", "it is not so that never"),
    ] {
        let rule = rule(text);
        let (found, passed) = first_match([("r", &rule)], &facts);
        assert!(found.is_none());
        assert_eq!(passed[0].why, why, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_record_is_bounded_and_reads_back_the_same(
        name in ".{0,200}", text in "[a-z]{0,800}|.{0,40}", count in 0_usize..80, share in any::<f64>(), chance in any::<f64>()
    ) {
        let decision = Decision {
            asked: name.clone(),
            route: Some(name.clone()),
            by: FoundBy::Rule(RuleHeld { name: name.clone(), text: text.clone(), words: text.clone() }),
            task: Some(TaskSeen { name: name.clone(), probability: Some(chance) }),
            complexity: Some(Complexity::Complex),
            variant: Some(VariantTaken { name: name.clone(), share }),
            pick: Some(TargetPicked { target: name.clone(), by: Some(By::Best), why: text.clone() }),
            passed: vec![Passed { what: name.clone(), why: text.clone() }; count],
            passed_more: 0,
        }
        .bounded();
        let json = serde_json::to_string(&decision).unwrap();
        prop_assert!(json.len() < 40_000, "{}", json.len());
        prop_assert!(decision.passed.len() <= Passed::MOST);
        prop_assert_eq!(decision.passed.len() + decision.passed_more as usize, count);
        let back: Decision = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back.sentence(), decision.sentence());
        prop_assert_eq!(&back.passed, &decision.passed);
        prop_assert_eq!(decision.clone().bounded(), decision);
    }
}
