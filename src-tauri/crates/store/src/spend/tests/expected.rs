//! What a query must tell of calls, from the calls alone.

use super::*;

/// What a query must tell of one label in one bucket: calls, failed, cost, estimated cost, unpriced.
pub(super) type Told = [i128; 5];

/// By label: that of each bucket, then answered, rescued (retry, fallback, continuation), retries, good, tokens, those of other
/// attempts.
pub(super) type Expected = BTreeMap<String, (BTreeMap<usize, Told>, [i128; 8])>;

/// What of a call counts under one model.
struct Counted {
    provider: &'static str,
    model: &'static str,
    simulated: bool,
    told: Told,
    sums: [i128; 8],
}

impl Call {
    /// Its labels, with the model of a part of it.
    fn labels_of(&self, part: &Counted, by: SpendBy) -> Vec<String> {
        let one = |text: Option<&str>| vec![text.unwrap_or_default().to_owned()];
        match by {
            SpendBy::All => one(None),
            SpendBy::Model => vec![format!("{}/{}", part.provider, part.model)],
            SpendBy::Provider => one(Some(part.provider)),
            SpendBy::Route => one(self.route),
            SpendBy::Project => one(self.project),
            SpendBy::Caller => vec![match self.key {
                Some(key) => format!("gateway: {key}"),
                None => "gateway".to_owned(),
            }],
            SpendBy::Prompt => one(self.prompt),
            SpendBy::Tag => match self.tags {
                Some(r#"["x"]"#) => vec!["x".to_owned()],
                Some(r#"["y","x","y",""]"#) => vec!["x".to_owned(), "y".to_owned()],
                _ => one(None),
            },
        }
    }

    /// The labels under which it counts itself.
    pub(super) fn labels(&self, by: SpendBy) -> Vec<String> {
        self.labels_of(&self.itself(), by)
    }

    fn itself(&self) -> Counted {
        let ok = self.status == "ok";
        let rescued = ok && !self.fallback_text;
        let by_continuation = rescued && self.continued;
        let by_fallback = rescued && !self.continued && self.fallbacks > 0;
        let by_retry = rescued && !self.continued && self.fallbacks == 0 && self.retries > 0;
        Counted {
            provider: self.answered.map_or("p", |_| "q"),
            model: self.answered.unwrap_or(self.model),
            simulated: self.simulated,
            told: [
                1,
                i128::from(matches!(self.status, "failed" | "interrupted")),
                0,
                0,
                0,
            ],
            sums: [
                i128::from(ok),
                i128::from(by_retry),
                i128::from(by_fallback),
                i128::from(by_continuation),
                i128::from(self.retries),
                i128::from(self.rating == Some("good")),
                0,
                0,
            ],
        }
    }

    /// The call itself and what each attempt used; what it says as a whole where its attempts say nothing.
    fn counted(&self) -> Vec<Counted> {
        let itself = self.itself();
        let own = |tried: &Tried| {
            self.answered.is_some()
                && (tried.provider, tried.model, tried.simulated)
                    == (itself.provider, itself.model, itself.simulated)
        };
        let whole = Tried {
            provider: itself.provider,
            model: itself.model,
            simulated: itself.simulated,
            cost: self.cost,
            source: self.source,
            tokens: self.tokens,
        };
        let by_attempt = (self.attempts.len() > 1 || self.fallback_text)
            && self.attempts.iter().any(|tried| tried.source.is_some());
        let (tried, main) = match by_attempt {
            true => (self.attempts.clone(), self.attempts.iter().rposition(own)),
            false => (vec![whole], Some(0)),
        };
        let mut counted = vec![itself];
        let mut unpriced_models = Vec::new();
        for (place, tried) in tried.iter().enumerate() {
            let main = main == Some(place);
            let cost = i128::from(tried.cost.unwrap_or(0));
            let tokens = 2 * i128::from(tried.tokens.max(0));
            let unpriced = tried.cost.is_none() && (tokens > 0 || (main && self.status == "ok"));
            let model = (tried.provider, tried.model, tried.simulated);
            let first = unpriced && !unpriced_models.contains(&model);
            unpriced_models.extend(unpriced.then_some(model));
            let estimated = if tried.source == Some("estimated") {
                cost
            } else {
                0
            };
            let aside = if main || unpriced { 0 } else { tokens };
            counted.push(Counted {
                provider: tried.provider,
                model: tried.model,
                simulated: tried.simulated,
                told: [0, 0, cost, estimated, i128::from(first)],
                sums: [0, 0, 0, 0, 0, 0, tokens, aside],
            });
        }
        // What used nothing is nowhere.
        counted.retain(|part| part.told != [0; 5] || part.sums != [0; 8]);
        counted
    }
}

/// What a query must answer.
pub(super) fn expected(calls: &[Call], query: &SpendQuery) -> Expected {
    let mut found = Expected::new();
    for call in calls.iter().filter(|call| call.status != "running") {
        let slot = call.at_ms.div_euclid(SPEND_SLOT_MS);
        let bucket = query
            .edges
            .windows(2)
            .position(|edge| (edge[0]..edge[1]).contains(&slot));
        let Some(bucket) = bucket else { continue };
        for part in call.counted() {
            let fits = part.simulated == query.simulated
                && query
                    .within
                    .iter()
                    .all(|(by, label)| call.labels_of(&part, *by).contains(label));
            if !fits {
                continue;
            }
            for label in call.labels_of(&part, query.by) {
                let is_left_out = query.by != SpendBy::All
                    && query
                        .within
                        .iter()
                        .any(|(by, only)| *by == query.by && *only != label);
                if is_left_out {
                    continue;
                }
                let (points, all) = found.entry(label).or_default();
                let point = points.entry(bucket).or_default();
                for (sum, more) in point.iter_mut().zip(part.told) {
                    *sum += more;
                }
                for (sum, more) in all.iter_mut().zip(part.sums) {
                    *sum += more;
                }
            }
        }
    }
    found
}

/// What an answer says, in the same words.
pub(super) fn told(answer: &SpendAnswer) -> Expected {
    answer
        .values
        .iter()
        .map(|value| {
            let points = value
                .points
                .iter()
                .map(|(bucket, point)| {
                    let told = [
                        point.calls,
                        point.failed,
                        point.cost,
                        point.estimated_cost,
                        point.unpriced,
                    ];
                    (*bucket, told)
                })
                .collect();
            let all = [
                Count::Answered,
                Count::RescuedByRetry,
                Count::RescuedByFallback,
                Count::RescuedByContinuation,
                Count::Retries,
                Count::RatedGood,
            ]
            .map(|count| value.sums.get(count));
            let tokens = value.sums.get(Count::InputUncached) + value.sums.get(Count::Reasoning);
            let aside =
                value.sums.get(Count::AsideInputUncached) + value.sums.get(Count::AsideReasoning);
            let all = [
                all[0], all[1], all[2], all[3], all[4], all[5], tokens, aside,
            ];
            (value.value.clone(), (points, all))
        })
        .collect()
}
