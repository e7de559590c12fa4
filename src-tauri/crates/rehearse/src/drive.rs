//! Makes the calls of one route in virtual time.

use crate::breakers::Breakers;
use crate::chance::{Purpose, source};
use crate::planner::{Asked, Planner, RehearsedFigures};
use crate::record::{End, Fold, Record, Targets};
use crate::report::{BreakerSpan, ExampleCall};
use crate::requests::Requests;
use crate::setup::{Control, Setup, Shape, Stopped, Subject};
use crate::sim::{SimTransport, Tally, World};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use switchboard_engine::admit::Health;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::price::terms_now;
use switchboard_engine::redact::Redactor;
use switchboard_engine::run::{Context, run};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep_until;

/// Examples kept of each kind of failure.
const EXAMPLES: usize = 3;

/// What one route's calls came to, before it is summed up.
#[derive(Debug)]
pub(crate) struct Course {
    /// In the order in which calls began.
    pub(crate) records: Vec<Record>,
    /// By the order in which they failed.
    pub(crate) examples: Vec<(End, ExampleCall)>,
    pub(crate) providers: Vec<String>,
    /// A provider each.
    pub(crate) tallies: Vec<Tally>,
    /// A provider each: calls that sent it anything.
    pub(crate) calls: Vec<u32>,
    pub(crate) breakers: Vec<BreakerSpan>,
    pub(crate) ended_ms: u64,
}

/// Runs one route's calls on a runtime of its own, whose clock stands still until nothing is left to do.
///
/// # Errors
/// [`Stopped`].
pub(crate) fn drive(
    setup: &Setup,
    subject: &Subject,
    control: &Control,
) -> Result<Course, Stopped> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| Stopped::Failed(format!("the system gives no runtime: {error}")))?;
    runtime.block_on(calls(setup, subject, control))
}

/// What the calls of one route share.
struct Shared {
    world: Arc<World>,
    plan: Plan,
    planner: Option<Arc<dyn Planner>>,
    request: ModelRequest,
    /// Each with the request that stands for it; empty: all calls ask `request`.
    shapes: Vec<(Shape, Arc<ModelRequest>)>,
    targets: Targets,
    health: Health,
    redactor: Redactor,
    limits: RetryLimits,
    examples: Mutex<Vec<(End, ExampleCall)>>,
}

async fn calls(setup: &Setup, subject: &Subject, control: &Control) -> Result<Course, Stopped> {
    let mut plan = subject.plan.clone();
    let world = Arc::new(World::new(
        setup.seed,
        &plan,
        subject.request.params.max_tokens,
        &setup.faults,
    ));
    world.mark(&mut plan);
    let shared = Arc::new(Shared {
        targets: ready(&plan),
        plan,
        planner: subject.planner.clone(),
        request: subject.request.clone(),
        shapes: shapes(setup, subject),
        health: Health::default(),
        redactor: Redactor::default(),
        limits: setup.limits,
        examples: Mutex::default(),
        world: Arc::clone(&world),
    });
    let mut breakers = Breakers::new(&shared.targets);
    let mut chance = source(setup.seed, Purpose::Arrivals);
    let arrivals = setup.load.arrivals(setup.calls, setup.span, &mut chance);
    let mut ended = Ended::new(setup.calls, world.providers.len());
    let mut running = JoinSet::new();
    for (call, at) in (0u32..).zip(arrivals) {
        sleep_until(world.started + Duration::from_micros(at)).await;
        running.spawn(one(Arc::clone(&shared), call));
        while let Some(done) = running.try_join_next() {
            ended.take(done, control)?;
        }
        breakers.look(&shared.health, world.now_ms());
        if control.is_stopped() {
            return Err(Stopped::Asked);
        }
    }
    while let Some(done) = running.join_next().await {
        ended.take(done, control)?;
        breakers.look(&shared.health, world.now_ms());
        if control.is_stopped() {
            return Err(Stopped::Asked);
        }
    }
    let ended_ms = world.now_ms();
    let mut examples = shared
        .examples
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(Course {
        records: ended.records(),
        examples: std::mem::take(&mut examples),
        providers: world.providers.clone(),
        tallies: world.tallies(),
        calls: ended.calls,
        breakers: breakers.spans(),
        ended_ms,
    })
}

/// Makes one call; returns what is kept of it, and its requests to each provider.
async fn one(shared: Arc<Shared>, call: u32) -> Option<(Record, Vec<u32>)> {
    let like = shape_of(&shared, call);
    let output_tokens = like.map(|(shape, _)| shape.output_tokens);
    let request = like.map_or(&shared.request, |(_, request)| request.as_ref());
    let transport = SimTransport::new(Arc::clone(&shared.world), call, output_tokens);
    let began_ms = shared.world.now_ms();
    let plan = plan_of(&shared, call, request);
    let mut fold = Fold::new(&shared.targets, &plan, &shared.world);
    let context = Context {
        transport: &transport,
        redactor: &shared.redactor,
        health: &shared.health,
        spender: None,
        limits: shared.limits,
        chance: source(shared.world.seed, Purpose::Call(call)),
    };
    Box::pin(run(request, &plan, context, &mut fold)).await;
    let record = fold.record(call, began_ms)?;
    if let End::Failed(_) = record.end {
        let mut examples = shared
            .examples
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = examples.iter().filter(|(end, _)| *end == record.end);
        if known.count() < EXAMPLES {
            let example = ExampleCall {
                call: call.saturating_add(1),
                began_ms,
                elapsed_ms: record.elapsed_ms,
                trail: fold.trail(),
            };
            examples.push((record.end, example));
        }
    }
    Some((record, transport.requests()))
}

/// Returns the shapes that calls are drawn from, each with a request of its size.
fn shapes(setup: &Setup, subject: &Subject) -> Vec<(Shape, Arc<ModelRequest>)> {
    let mut requests = Requests::new(subject.request.params.max_tokens);
    let all = setup.shapes.iter();
    all.map(|shape| (*shape, requests.like(shape))).collect()
}

/// Returns the shape of one call, the same one on every route; `None`: all calls ask the same.
fn shape_of(shared: &Shared, call: u32) -> Option<&(Shape, Arc<ModelRequest>)> {
    let mut chance = source(shared.world.seed, Purpose::Shape(call));
    match shared.shapes.len() {
        0 => None,
        count => shared.shapes.get(chance.usize(..count)),
    }
}

/// Returns what one call may go to. Each rehearsed call is a caller of its own, the same one on every route.
fn plan_of<'a>(shared: &'a Shared, call: u32, request: &ModelRequest) -> Cow<'a, Plan> {
    let Some(planner) = &shared.planner else {
        return Cow::Borrowed(&shared.plan);
    };
    let seed = shared.world.seed;
    let chance = source(seed, Purpose::Pick(call));
    let figures = RehearsedFigures::new(&shared.world, &shared.health, chance);
    let asked = Asked {
        request,
        sticky: &format!("rehearsal {seed}, call {call}"),
    };
    let mut plan = planner.plan(&asked, &figures);
    shared.world.mark(&mut plan);
    Cow::Owned(plan)
}

/// The targets of a plan that can be tried, in its order.
fn ready(plan: &Plan) -> Targets {
    let terms = terms_now();
    let ready = plan.candidates.iter();
    ready
        .filter_map(|candidate| match candidate {
            Candidate::Ready(target) => {
                let price = target.price.clone();
                Some((target.info(), price.map(|price| (price, terms))))
            }
            Candidate::Unusable { .. } => None,
        })
        .collect()
}

/// The calls that have ended.
struct Ended {
    /// Places by call.
    records: Vec<Option<Record>>,
    calls: Vec<u32>,
}

impl Ended {
    fn new(calls: u32, providers: usize) -> Self {
        Self {
            records: vec![None; calls as usize],
            calls: vec![0; providers],
        }
    }

    fn take(
        &mut self,
        done: Result<Option<(Record, Vec<u32>)>, JoinError>,
        control: &Control,
    ) -> Result<(), Stopped> {
        let Ok(Some((record, requests))) = done else {
            let why = "a rehearsed call ended without an end; this is a fault of the program";
            return Err(Stopped::Failed(why.to_owned()));
        };
        control.count();
        for (calls, requests) in self.calls.iter_mut().zip(requests) {
            *calls += u32::from(requests > 0);
        }
        if let Some(place) = self.records.get_mut(record.call as usize) {
            *place = Some(record);
        }
        Ok(())
    }

    fn records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
            .into_iter()
            .flatten()
            .collect()
    }
}
