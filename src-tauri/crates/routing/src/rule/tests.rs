//! What the language promises.

use super::ast::{Expr, Order, Test};
use super::number::Number;
use super::pattern::{Case, How, Pattern};
use super::*;
use crate::complexity::Complexity;
use crate::input_text::InputText;
use crate::language::Language;
use crate::local_time::{LocalTime, Weekday};
use proptest::prelude::*;
use proptest::sample::select;

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> RuleError {
    Rule::parse(text).expect_err(text)
}

fn request() -> Facts {
    Facts {
        task: Some("summarization".to_owned()),
        tags: vec!["pii".to_owned(), "vip".to_owned()],
        language: Some(Language::De),
        complexity: Some(Complexity::Standard),
        input_tokens: 99_999,
        images: 2,
        caller: Some("ci-nightly".to_owned()),
        local_time: Some(LocalTime {
            weekday: Weekday::Sat,
            hour: 9,
            minute: 30,
        }),
        budget_used: Some(0.8),
        ..Facts::of("Be brief.", "Please REFUND my order 4711")
    }
}

fn holds(text: &str) -> bool {
    // `of` counted the text; the fixture says otherwise.
    let mut facts = request();
    facts.input_tokens = 99_999;
    facts.language = Some(Language::De);
    rule(text).matches(&facts)
}

#[test]
fn every_field_is_asked_as_the_table_says() {
    for text in [
        r#"task in ["summarization", "translation"] and input_tokens < 100_000"#,
        r#"text matches "(?i)refund""#,
        r#"text contains "refund""#,
        r#"text startswith "please""#,
        r#"text endswith "4711""#,
        r#"text matches "\d{4}$""#,
        r#"system contains "brief""#,
        r#""pii" in tags"#,
        r#"tags contains "vip""#,
        r#""hr" not in tags"#,
        r#"tags not contains "hr""#,
        r#"language == "de""#,
        r#"language != "fr""#,
        r#"complexity in ["standard", "complex"]"#,
        "has_images and not has_tools",
        "images == 2",
        "not json_schema and not streaming",
        r#"caller startswith "ci-""#,
        r#"caller not endswith "weekly""#,
        r#"caller matches "^ci-\w+$""#,
        "hour between 8 and 18",
        "hour between 22 and 9",
        "not hour between 22 and 8",
        "time between 09:30 and 09:30",
        "time < 10:00",
        r#"weekday in ["sat", "sun"]"#,
        "budget_used >= 80%",
        "budget_used >= 0.8",
        "budget_used == 80%",
        "budget_used between 50% and 100%",
        "project is unknown",
        "task is known",
        "input_tokens <= 100k",
        "true",
        "always",
        "not never",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in [
        r#"task == "translation""#,
        r#"caller contains "CI-""#,
        r#"hour between 8 and 18 and weekday not in ["sat","sun"]"#,
        "budget_used > 80%",
        r#"project == "x""#,
        r#"project in ["x"]"#,
        "input_tokens > 99_999",
        r#"text matches "refund""#,
        "false",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    assert!(holds("true or true and false"));
    assert!(!holds("(true or true) and false"));
    assert!(holds("not false and true"));
    assert!(!holds("not (false or true)"));
}

#[test]
fn nothing_holds_of_what_is_unknown_and_its_negation_does() {
    let nothing = Facts::default();
    for field in [
        "budget_used < 50%",
        "hour >= 0",
        "time < 12:00",
        "budget_used between 0% and 100%",
    ] {
        assert!(!rule(field).matches(&nothing), "{field}");
        assert!(rule(&format!("not {field}")).matches(&nothing), "{field}");
    }
    assert!(!rule(r#"task == "x""#).matches(&nothing));
    assert!(rule(r#"task != "x""#).matches(&nothing));
    let absurd = Facts {
        budget_used: Some(f64::NAN),
        ..Facts::default()
    };
    assert!(!rule("budget_used >= 0%").matches(&absurd));
    assert!(rule("budget_used is unknown").matches(&absurd));
}

#[test]
fn an_error_names_the_place_and_what_to_write() {
    for (text, at, message, replacement) in [
        (
            "input_token < 5",
            "input_token",
            "there is no field",
            Some("input_tokens"),
        ),
        (
            "tokens < 5",
            "tokens",
            "there is no field",
            Some("input_tokens"),
        ),
        (
            "tag contains \"x\"",
            "tag",
            "there is no field",
            Some("tags"),
        ),
        ("task = \"x\"", "=", "not used here", Some("==")),
        (
            "has_images && has_tools",
            "&&",
            "not used here",
            Some("and"),
        ),
        ("has_images OR has_tools", "OR", "follows another", None),
        (
            "task == summarization",
            "summarization",
            "stands in quotes",
            Some("\"summarization\""),
        ),
        ("task == ", "", "in quotes is expected", None),
        (
            "task in \"x\"",
            "\"x\"",
            "a list is expected",
            Some("[\"x\"]"),
        ),
        (
            "language == \"German\"",
            "\"German\"",
            "is no value",
            Some("\"de\""),
        ),
        (
            "weekday == \"saturday\"",
            "\"saturday\"",
            "is no value",
            Some("\"sat\""),
        ),
        ("text matches \"(\"", "\"(\"", "no regular expression", None),
        ("has_images == 1", "==", "stands alone", None),
        (
            "budget_used > \"80%\"",
            "\"80%\"",
            "a share is expected",
            None,
        ),
        ("hour > 24", "24", "0 to 23", None),
        ("time < 25:00", "25:00", "00:00 to 23:59", None),
        ("input_tokens > -1", "-", "never negative", None),
        (
            "input_tokens between 9 and 3",
            "9",
            "above the second",
            None,
        ),
        ("input_tokens > 1x", "1x", "not a number", None),
        ("input_tokens is known", "known", "never unknown", None),
        ("(task == \"x\"", "", "not closed", None),
        ("task == \"x\")", ")", "not opened", None),
        ("task == \"x", "\"x", "no end", Some("\"x\"")),
        (
            "task like \"x\"",
            "like",
            "cannot be asked",
            Some("contains"),
        ),
        ("task == “x”", "“", "no quotation mark", Some("\"")),
        ("\"pii\"", "", "looked for in a set", None),
        ("\"pii\" in text", "text", "no set of names", None),
        ("task", "", "needs an operator", None),
        ("", "", "is empty", None),
        ("task == \"x\" and", "", "missing at the end", None),
        ("task in []", "]", "list is empty", None),
        (
            "task in [\"a\", \"a\"]",
            "\"a\"",
            "in the list already",
            None,
        ),
    ] {
        let error = refused(text);
        assert_eq!(
            &text[error.start as usize..error.end as usize],
            at,
            "{text}: {error}"
        );
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.fix.is_some(), "{text}: {error}");
        assert_eq!(error.replacement.as_deref(), replacement, "{text}: {error}");
    }
    assert_eq!(
        refused("input_token < 5").to_string(),
        "at 0: there is no field `input_token`; did you mean `input_tokens`?"
    );
}

#[test]
fn a_rule_has_bounds_of_every_kind() {
    let deep = format!("{}true{}", "(".repeat(40), ")".repeat(40));
    assert!(refused(&deep).message.contains("deep"));
    assert!(
        refused(&format!("{}true", "not ".repeat(2_000)))
            .message
            .contains("at most")
    );
    assert!(
        refused(&"has_images or ".repeat(400))
            .message
            .contains("conditions")
    );
    assert!(
        refused(&"x".repeat(limits::TEXT + 1))
            .message
            .contains("bytes")
    );
    assert!(
        refused(&format!("task == \"{}\"", "x".repeat(501)))
            .message
            .contains("bytes")
    );
    let many: Vec<String> = (0..65).map(|n| format!("\"{n}\"")).collect();
    assert!(
        refused(&format!("task in [{}]", many.join(",")))
            .message
            .contains("values")
    );
    let patterns = vec!["text contains \"x\""; 33].join(" or ");
    assert!(refused(&patterns).message.contains("patterns"));
    let large = refused(r#"text matches "(\w{100}){100}""#);
    assert!(large.message.contains("too large"), "{large}");
    let nested = format!("text matches \"{}a{}\"", "(".repeat(60), ")".repeat(60));
    assert!(refused(&nested).message.contains("no regular expression"));
}

#[test]
fn patterns_that_people_write_stay_within_the_bounds() {
    for pattern in [
        r"\b\d{3}-\d{2}-\d{4}\b",
        r"[\w.+-]+@[\w-]+\.[\w.-]+",
        r"\b(?:\d[ -]*?){13,16}\b",
        r"(?i)\b(refund|money back|chargeback|erstatt\w*|rembours\w*)\b",
        r"^\s*(?:summari[sz]e|tl;?dr)\b",
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b",
        r"(?is)system prompt.{0,200}ignore",
        r"[\p{Han}\p{Hiragana}]{2,}",
    ] {
        let text = format!("text matches {}", super::name::quoted(pattern));
        assert_eq!(rule(&text).to_string(), text);
    }
}

#[test]
fn a_rule_is_told_in_words() {
    for (text, words) in [
        (
            r#"task in ["summarization", "translation"] and input_tokens < 100_000"#,
            "task is summarization or translation, and input is under 100,000 tokens",
        ),
        (
            r#"hour between 8 and 18 and weekday not in ["sat","sun"]"#,
            "the hour is from 8 to 18, and the day is none of Saturday and Sunday",
        ),
        ("budget_used >= 80%", "the budget used is at least 80%"),
        (
            r#""pii" in tags or language == "de""#,
            "the tag pii is set, or language is German",
        ),
        (
            "has_images and (has_tools or json_schema) and not streaming",
            "there are images, either there are tools or the answer must follow a JSON schema, and the answer is not streamed",
        ),
        (
            r#"not (has_images and text contains "refund")"#,
            "it is not so that both there are images and the input text contains “refund”",
        ),
        (
            r#"caller not startswith "ci-""#,
            "caller does not begin with “ci-”",
        ),
        (r#"task == "code_generation""#, "task is code generation"),
        ("time < 08:30", "the time is before 08:30"),
        ("true", "always"),
    ] {
        assert_eq!(rule(text).words(), words);
    }
}

#[test]
fn a_rule_is_written_back_in_its_best_form() {
    for (text, written) in [
        ("tags contains 'x'", r#""x" in tags"#),
        ("not task == 'x'", r#"task != "x""#),
        ("not 'x' in tags", r#""x" not in tags"#),
        ("input_tokens<100k", "input_tokens < 100_000"),
        ("input_tokens < 1.5m", "input_tokens < 1_500_000"),
        ("images > 2.5", "images > 2.5"),
        ("budget_used > .5", ""),
        ("budget_used > 0.805", "budget_used > 80.5%"),
        (
            "((has_images)) and (has_tools and streaming)",
            "has_images and has_tools and streaming",
        ),
        ("not not has_images", "has_images"),
        ("not project is known", "project is unknown"),
        (r#"text matches "\d\\s\"""#, r#"text matches "\d\\s\"""#),
        ("time >= 8:05", "time >= 08:05"),
    ] {
        if written.is_empty() {
            refused(text);
        } else {
            assert_eq!(
                rule(text).to_string(),
                written.replace(r"\\s", r"\s"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_tester_sees_every_part_with_its_value() {
    let facts = request();
    let told = rule(r#"task == "summarization" and (text contains "refund" or budget_used > 90%)"#)
        .explain(&facts);
    assert!(told.holds);
    assert_eq!(told.parts.len(), 2);
    assert_eq!(told.parts[0].saw.as_deref(), Some("summarization"));
    let either = &told.parts[1];
    assert_eq!(
        either
            .parts
            .iter()
            .map(|part| (part.holds, part.saw.as_deref()))
            .collect::<Vec<_>>(),
        [(true, Some("REFUND")), (false, Some("80.0%"))]
    );
    assert_eq!(either.parts[1].text, "budget_used > 90%");
    let unknown = rule("project == \"x\"").explain(&facts);
    assert_eq!(unknown.saw.as_deref(), Some("unknown"));
}

#[test]
fn costly_facts_are_asked_for_only_where_a_rule_reads_them() {
    let rule = rule("not (has_images or language == \"de\")");
    assert!(rule.reads(Field::Language) && rule.reads(Field::HasImages));
    assert!(!rule.reads(Field::Task));
}

/// Completes at `|`; returns what is offered and the text with the first offer taken.
fn completed(text: &str) -> (Vec<String>, String) {
    let cursor = text.find('|').unwrap();
    let text = text.replace('|', "");
    let offers = complete(&text, cursor);
    let taken = offers.first().map_or_else(String::new, |offer| {
        format!(
            "{}{}{}",
            &text[..offer.start as usize],
            offer.insert,
            &text[offer.end as usize..]
        )
    });
    (
        offers.into_iter().map(|offer| offer.insert).collect(),
        taken,
    )
}

#[test]
fn what_fits_at_the_cursor_is_offered() {
    for (text, first) in [
        ("|", "task"),
        ("input_t|", "input_tokens"),
        ("task |", "task =="),
        ("task == |", "task == \"classification\""),
        ("task == \"trans|", "task == \"translation\""),
        ("task == \"trans|\"", "task == \"translation\""),
        ("task in |", "task in [\"classification\"]"),
        ("task in [\"summarization\"|", "task in [\"summarization\","),
        ("has_images |", "has_images and"),
        ("has_images and str|", "has_images and streaming"),
        ("(has_images |", "(has_images and"),
        ("hour between 8 |", "hour between 8 and"),
        ("hour between 8 and |", "hour between 8 and 18"),
        ("\"pii\" |", "\"pii\" in"),
        ("\"pii\" in |", "\"pii\" in tags"),
        ("budget_used >|", "budget_used >="),
        ("budget_used >= |", "budget_used >= 80%"),
        ("task is |", "task is known"),
        ("weekday == \"|", "weekday == \"mon\""),
        ("x| and task == \"x\"", ""),
        ("task = |", ""),
        ("text contains |", ""),
    ] {
        let (offers, taken) = completed(text);
        assert_eq!(taken, first, "{text}: {offers:?}");
    }
    let (offers, _) = completed("(has_images |");
    assert_eq!(offers, ["and", "or", ")"]);
    let (offers, _) = completed("language == \"germ|");
    assert!(offers.is_empty(), "{offers:?}");
}

#[test]
fn names_of_the_users_own_calls_are_offered_first() {
    let known = Known {
        tags: vec!["pii".to_owned(), "say \"x\"".to_owned()],
        tasks: vec!["triage".to_owned(), "translation".to_owned()],
        ..Known::default()
    };
    let text = "tags contains ";
    let offers = complete_with(text, text.len(), &known);
    assert_eq!(offers[1].insert, r#""say \"x\"""#);
    let text = "task == ";
    let offers = complete_with(text, text.len(), &known);
    assert_eq!(offers[0].insert, "\"triage\"");
    assert_eq!(offers.len(), 7);
}

#[test]
fn a_rule_is_a_text_in_files() {
    let rule = rule("has_images and \"x\" in tags");
    let json = serde_json::to_string(&rule).unwrap();
    assert_eq!(json, r#""has_images and \"x\" in tags""#);
    assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
    assert!(serde_json::from_str::<Rule>("\"nonsense\"").is_err());
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z-]{1,8}", r#"[\\"'a \u{e9}\n]{0,6}"#]
}

fn of_kind(kinds: &'static [FieldKind]) -> impl Strategy<Value = Field> {
    let fields: Vec<Field> = Field::ALL
        .into_iter()
        .filter(|field| kinds.contains(&field.kind()))
        .collect();
    select(fields)
}

/// A field with numbers that it takes.
fn numbers() -> impl Strategy<Value = (Field, Number, Number)> {
    use FieldKind::{Clock, Count, Hour, Share};
    (
        of_kind(&[Count, Share, Hour, Clock]),
        any::<u64>(),
        any::<u64>(),
    )
        .prop_map(|(field, one, other)| {
            let fit = |value: u64| match field.kind() {
                Hour => Number::whole(value % 24),
                Clock => Number::whole(value % 1_440),
                _ if value.is_multiple_of(2) => Number::whole(value % 1_000_000_000_000),
                _ => Number(value % super::number::MOST),
            };
            (field, fit(one), fit(other))
        })
}

fn tests() -> impl Strategy<Value = Expr> {
    use FieldKind::{Flag, Name, Prose, Set};
    let orders = select(vec![
        Order::Equal,
        Order::Less,
        Order::AtMost,
        Order::More,
        Order::AtLeast,
    ]);
    let missing: Vec<Field> = Field::ALL
        .into_iter()
        .filter(|field| field.can_be_missing())
        .collect();
    prop_oneof![
        Just(Expr::Always),
        Just(Expr::Never),
        of_kind(&[Flag]).prop_map(|field| Expr::Test(Test::Flag(field))),
        select(missing).prop_map(|field| Expr::Test(Test::Known(field))),
        (numbers(), orders)
            .prop_map(|((field, value, _), order)| Expr::Test(Test::Compare(field, order, value))),
        numbers().prop_map(|(field, one, other)| {
            let around = matches!(field.kind(), FieldKind::Hour | FieldKind::Clock);
            let (low, high) = if around {
                (one, other)
            } else {
                (one.min(other), one.max(other))
            };
            Expr::Test(Test::Between(field, low, high))
        }),
        (of_kind(&[Name]), names()).prop_map(|(field, value)| Expr::Test(Test::Is(field, value))),
        select(&Language::ALL[..])
            .prop_map(|value| Expr::Test(Test::Is(Field::Language, value.code().to_owned()))),
        (
            of_kind(&[Name]),
            proptest::collection::btree_set(names(), 1..4)
        )
            .prop_map(|(field, values)| Expr::Test(Test::OneOf(
                field,
                values.into_iter().collect()
            ))),
        (of_kind(&[Set]), names()).prop_map(|(field, value)| Expr::Test(Test::Has(field, value))),
        (of_kind(&[Name, Prose]), select(&How::ALL[..]), names()).prop_filter_map(
            "not a pattern",
            |(field, how, source)| {
                let pattern = Pattern::new(how, &source, Case::Counts).ok()?;
                (!source.is_empty()).then_some(Expr::Test(Test::Like(field, pattern)))
            }
        ),
    ]
}

fn exprs() -> impl Strategy<Value = Expr> {
    tests().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::all),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::any),
            inner.prop_map(Expr::not),
        ]
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    (
        (
            proptest::option::of(names()),
            proptest::collection::vec(names(), 0..3),
            ".{0,40}",
            proptest::option::of(select(&Language::ALL[..])),
            proptest::option::of(select(&Complexity::ALL[..])),
        ),
        (
            any::<u64>(),
            any::<u32>(),
            any::<bool>(),
            proptest::option::of(any::<f64>()),
        ),
        proptest::option::of((select(&Weekday::ALL[..]), any::<u8>(), any::<u8>())),
    )
        .prop_map(
            |((name, tags, text, language, complexity), (tokens, images, flag, budget), time)| {
                Facts {
                    task: name.clone(),
                    caller: name,
                    tags: tags.clone(),
                    tools: tags,
                    text: InputText::from(text),
                    language,
                    complexity,
                    input_tokens: tokens,
                    images,
                    streaming: flag,
                    budget_used: budget,
                    local_time: time.map(|(weekday, hour, minute)| LocalTime {
                        weekday,
                        hour,
                        minute,
                    }),
                    ..Facts::default()
                }
            },
        )
}

/// Text that looks like rules, faulty and not.
fn soup() -> impl Strategy<Value = String> {
    let words = [
        "task",
        "tags",
        "text",
        "hour",
        "time",
        "budget_used",
        "has_images",
        "and",
        "or",
        "not",
        "in",
        "is",
        "known",
        "between",
        "contains",
        "matches",
        "==",
        "!=",
        "<",
        ">=",
        "(",
        ")",
        "[",
        "]",
        ",",
        "\"x\"",
        "\"",
        "'",
        "\\",
        "80%",
        "8",
        "08:30",
        "1_000",
        "é",
        "&&",
        "\"(\"",
        "“",
        " ",
    ];
    proptest::collection::vec(select(words.to_vec()), 0..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused_within_itself(text in prop_oneof![".{0,80}", soup()]) {
        if let Err(error) = Rule::parse(&text) {
            let (start, end) = (error.start as usize, error.end as usize);
            prop_assert!(start <= end && text.get(start..end).is_some(), "{:?}", error);
        }
    }

    #[test]
    fn completions_fit_into_any_text_at_any_place(text in prop_oneof![".{0,30}", soup()], cursor in 0_usize..90) {
        for offer in complete(&text, cursor) {
            let (start, end) = (offer.start as usize, offer.end as usize);
            prop_assert!(start <= end && text.get(start..end).is_some());
        }
    }

    #[test]
    fn what_is_printed_parses_to_the_same_rule(expr in exprs()) {
        let rule = Rule { expr };
        let text = rule.to_string();
        match Rule::parse(&text) {
            Ok(again) => prop_assert_eq!(&again, &rule, "{}", text),
            // The strategy does not keep the bounds.
            Err(error) => prop_assert!(error.message.contains("at most"), "{}: {}", text, error),
        }
    }

    #[test]
    fn a_rule_always_comes_to_yes_or_no_and_not_turns_it(expr in exprs(), facts in facts()) {
        let rule = Rule { expr: expr.clone() };
        let opposite = Rule { expr: expr.not() };
        prop_assert_ne!(rule.matches(&facts), opposite.matches(&facts));
        let told = rule.explain(&facts);
        prop_assert_eq!(told.holds, rule.matches(&facts));
        prop_assert!(!told.words.is_empty());
    }

    #[test]
    fn taking_an_offer_leads_on(text in soup()) {
        // After a whole offer, the text is either fine or still lacks something behind it.
        for offer in complete(&text, text.len()) {
            let mended = format!("{}{}", &text[..offer.start as usize], offer.insert);
            if let Err(error) = Rule::parse(&mended) {
                prop_assert!(error.end as usize >= mended.len() || error.start as usize >= offer.start as usize,
                    "{}: {}", mended, error);
            }
        }
    }
}
