//! Any answer, cut anywhere and any number of times: what ends as whole is the whole, to the letter.

use crate::script::*;
use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Mutex;
use switchboard_engine::admit::Health;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::Event;
use switchboard_engine::plan::{Candidate, Recovery};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::provider::{HeaderMap, HttpRequest, StatusCode};
use switchboard_engine::redact::Redactor;
use switchboard_engine::run::{Context, run};
use switchboard_engine::transport::{Response, Transport};
use tokio::time::Duration;

/// How an attempt breaks.
#[derive(Debug, Clone, Copy)]
enum Cut {
    End,
    Reset,
    Garbage,
    Hang,
    /// Refuses begun answers, else ends early.
    Refuse,
}

/// A model that always says the same text, carries on what it is given, and breaks as planned.
struct Model {
    text: String,
    /// Characters an attempt says of the text before it breaks, and how.
    cuts: Mutex<VecDeque<(usize, Cut)>>,
    /// Takes begun answers for earlier ones.
    ignores_begun: bool,
    piece: usize,
}

impl Transport for Model {
    async fn open(&self, request: HttpRequest, _: Duration) -> Result<Response, CallError> {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let last = body["messages"].as_array().unwrap().last().unwrap();
        let begun = last["content"].as_str().unwrap().to_owned();
        let begun = (last["role"] == "assistant").then_some(begun);
        let cut = self.cuts.lock().unwrap().pop_front();
        if begun.is_some() && matches!(cut, Some((_, Cut::Refuse))) {
            let refusal =
                json!({"error": {"message": "no prefill", "type": "invalid_request_error"}});
            return Ok(Response {
                status: StatusCode::BAD_REQUEST,
                headers: HeaderMap::new(),
                body: stream::iter([Ok(refusal.to_string().into())]).boxed(),
            });
        }
        let from = match &begun {
            Some(begun) if !self.ignores_begun => {
                assert!(self.text.starts_with(begun.as_str()), "{begun:?}");
                begun.len()
            }
            _ => 0,
        };
        let all: Vec<char> = self.text[from..].chars().collect();
        let most = cut.map_or(all.len(), |(chars, _)| chars.min(all.len()));
        let mut chunks: Vec<Result<bytes::Bytes, CallError>> = all[..most]
            .chunks(self.piece)
            .map(|piece| {
                let said: String = piece.iter().collect();
                let data = json!({"choices": [{"index": 0, "delta": {"content": said}}]});
                Ok(format!("data: {data}\n\n").into())
            })
            .collect();
        let mut hang = false;
        match cut.map(|(_, cut)| cut) {
            None => chunks.push(Ok(
                "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n".into(),
            )),
            Some(Cut::End | Cut::Refuse) => {}
            Some(Cut::Reset) => chunks.push(Err(CallError::new(ErrorKind::Reset, "scripted"))),
            Some(Cut::Garbage) => chunks.push(Ok("data: {\n\n".into())),
            Some(Cut::Hang) => hang = true,
        }
        let body = stream::iter(chunks).chain(stream::once(async move {
            if hang {
                std::future::pending::<()>().await;
            }
            Ok(bytes::Bytes::new())
        }));
        Ok(Response {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.boxed(),
        })
    }
}

fn cut() -> impl Strategy<Value = (usize, Cut)> {
    let how = prop_oneof![
        Just(Cut::End),
        Just(Cut::Reset),
        Just(Cut::Garbage),
        Just(Cut::Hang),
        Just(Cut::Refuse),
    ];
    (0usize..160, how)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn what_ends_as_whole_is_the_whole_text_to_the_letter(
        text in "[a-zé☃🦀 \n]{1,200}",
        mut cuts in prop::collection::vec(cut(), 0..6),
        prefill in any::<[bool; 3]>(),
        ignores_begun in any::<bool>(),
        piece in 1usize..30,
    ) {
        prop_assume!(!text.trim().is_empty());
        // A target that ignores begun answers is told from one that carries on by what it repeats: there
        // must be enough of it.
        let ignores_begun = ignores_begun
            && text.trim_start().len() == text.len()
            && text.chars().count() >= 60;
        if let Some((chars, _)) = cuts.first_mut().filter(|_| ignores_begun) {
            *chars = (*chars).max(45);
        }
        let mut plan = plan(&["a", "b", "c"]);
        plan.recovery = Recovery::Continue;
        plan.deadline = Duration::from_secs(600);
        for (candidate, prefill) in plan.candidates.iter_mut().zip(prefill) {
            if let Candidate::Ready(target) = candidate {
                target.capabilities.prefill = prefill;
            }
        }
        let model = Model {
            text: text.clone(),
            cuts: Mutex::new(cuts.into()),
            ignores_begun,
            piece,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let mut events = Vec::new();
        runtime.block_on(async {
            let context = Context {
                transport: &model,
                redactor: &Redactor::default(),
                health: &Health::default(),
                spender: None,
                limits: RetryLimits::default(),
                chance: fastrand::Rng::with_seed(3),
            };
            run(&request(), &plan, context, &mut events).await;
        });
        let said = shown(&events);
        match events.last() {
            Some(Event::Finished { .. }) => prop_assert_eq!(said, text),
            Some(Event::Failed { .. }) => prop_assert!(text.starts_with(&said), "{:?}", said),
            other => prop_assert!(false, "{:?}", other),
        }
        prop_assert_eq!(events.iter().filter(|event| event.is_final()).count(), 1);
    }
}
