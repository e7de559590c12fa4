use super::*;
use crate::plan::{CauseLists, Recovery, Tier};
use crate::provider::{AuthStyle, Capabilities, Endpoint, Wire};
use std::time::Duration;

fn target(provider: &str, window: Option<u64>) -> Candidate {
    Candidate::Ready(Target {
        provider: provider.into(),
        provider_label: provider.into(),
        endpoint: Endpoint {
            wire: Wire::OpenaiChat,
            base_url: url::Url::parse("https://a.example/v1").unwrap(),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        credential: None,
        key: None,
        model: "m".into(),
        capabilities: Capabilities {
            context_window: window,
            ..Capabilities::default()
        },
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Default::default(),
        price: None,
        simulated: false,
        step: Default::default(),
    })
}

fn plan(candidates: Vec<Candidate>, general: usize, lists: CauseLists) -> Plan {
    Plan {
        route: None,
        candidates,
        general,
        lists,
        hedge: None,
        fallback_text: None,
        deadline: Duration::from_secs(60),
        recovery: Recovery::Continue,
        reasons: Vec::new(),
    }
}

fn names(order: &mut Order<'_>) -> Vec<String> {
    std::iter::from_fn(|| order.take().map(|target| target.provider.clone())).collect()
}

#[test]
fn only_the_general_targets_are_tried_in_general_and_each_once() {
    let plan = plan(
        vec![target("a", None), target("b", None), target("c", None)],
        2,
        CauseLists::default(),
    );
    let mut order = Order::new(&plan, vec![true; 3]);
    assert_eq!(names(&mut order), ["a", "b"]);
    assert!(!order.has_next());
}

#[test]
fn a_list_for_a_cause_replaces_the_order_and_leaves_out_what_was_tried() {
    let lists = CauseLists {
        content_filter: vec![0, 2, 7],
        ..CauseLists::default()
    };
    let plan = plan(
        vec![target("a", None), target("b", None), target("c", None)],
        2,
        lists,
    );
    let mut order = Order::new(&plan, vec![true; 3]);
    let a = order.take().unwrap();
    let following = order.following(a, ErrorKind::ContentFiltered);
    assert_eq!((following.next, following.listed), (Some(2), true));
    assert!(order.leave(a, ErrorKind::ContentFiltered).is_empty());
    assert_eq!(names(&mut order), ["c"]);
}

#[test]
fn without_a_list_a_context_that_is_too_long_goes_to_larger_windows_only() {
    let plan = plan(
        vec![
            target("a", Some(1000)),
            target("b", Some(1000)),
            target("c", None),
            target("d", Some(2000)),
        ],
        4,
        CauseLists::default(),
    );
    let mut order = Order::new(&plan, vec![true; 4]);
    let a = order.take().unwrap();
    let passed: Vec<_> = order
        .leave(a, ErrorKind::ContextTooLong)
        .iter()
        .map(|target| target.provider.clone())
        .collect();
    assert_eq!(passed, ["b"]);
    assert_eq!(names(&mut order), ["c", "d"]);
}

#[test]
fn a_rejected_request_passes_over_the_same_model() {
    let plan = plan(
        vec![target("a", None), target("a", None), target("b", None)],
        3,
        CauseLists::default(),
    );
    let mut order = Order::new(&plan, vec![true; 3]);
    let a = order.take().unwrap();
    assert_eq!(order.following(a, ErrorKind::Rejected).next, Some(2));
    assert_eq!(order.following(a, ErrorKind::Server).next, Some(1));
}
