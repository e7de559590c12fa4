// Generated from the Rust types by `cargo xtask types`. Do not edit.

/**
 * Something about spending that a person should know.
 */
export type Alert = { id: number, 
/**
 * Milliseconds since 1970.
 */
at_ms: number, level: AlertLevel, title: string, 
/**
 * One or two sentences.
 */
text: string, 
/**
 * The budget it is about.
 */
budget?: string, 
/**
 * The caller it is about, who can be stopped.
 */
caller?: string, dismissed: boolean, 
/**
 * Whether it was kept quiet: no notification, no webhook.
 */
muted: boolean, };

/**
 * How much an alert matters.
 */
export type AlertLevel = "info" | "warning" | "alarm";

/**
 * Alerts, newest first.
 */
export type AlertList = { alerts: Array<Alert>, 
/**
 * How many are not dismissed.
 */
open: number, };

/**
 * Which alerts there are, and where they go.
 */
export type AlertSettings = { enabled: boolean, 
/**
 * Spending of a day that is told, in USD as text, rising.
 */
ladder_usd: Array<string>, 
/**
 * Spending of a sliding hour that is told; absent: none.
 */
hour_usd?: string, 
/**
 * Spending of a day that raises the alarm; absent: none.
 */
day_usd?: string, notifications: boolean, 
/**
 * Why this program cannot show notifications now. Absent: it can.
 */
notifications_problem?: string, runaway: boolean, webhook: WebhookState, };

/**
 * An error of a use-case; the UI switches on `code`.
 */
export type ApiError = { code: ErrorCode, 
/**
 * One sentence: lower case, no final period.
 */
message: string, hint?: string, 
/**
 * The field at fault, as a path such as `providers.openai.base_url`.
 */
field?: string, };

/**
 * What the shell shows about the program.
 */
export type AppInfo = { version: string, 
/**
 * `linux`, `macos` or `windows`.
 */
os: string, data_dir: string, config_path: string, history_path: string, history_calls: number, history_bytes: number, in_flight: number, keychain: KeychainState, 
/**
 * `None`: the file on disk is the active configuration.
 */
config_error: ConfigProblem | null, 
/**
 * Why history is not being written now; `None`: it is. What waits is kept in memory.
 */
history_error: string | null, 
/**
 * Whether any provider other than the simulator has a usable credential or needs none.
 */
has_real_provider: boolean, 
/**
 * Calls found unfinished at this launch and marked interrupted.
 */
interrupted_at_launch: number, };

/**
 * Adds what an import found to the configuration file.
 */
export type ApplyImport = { 
/**
 * As given to the preview.
 */
text: string, kind: ImportKind, 
/**
 * Puts keys written in the text into the key store; otherwise they are left out.
 */
store_keys: boolean, };

export type AskExperiment = { route: string, 
/**
 * How far back, in days; `None`: 30.
 */
days?: number, };

/**
 * How often calls were tried.
 */
export type AttemptCount = { total: number, per_call: number, 
/**
 * How many calls had 0, 1, 2, … attempts.
 */
histogram: Array<number>, };

/**
 * One attempt of a recorded call. Times are milliseconds since the call began.
 */
export type AttemptDetail = { attempt: number, target: TargetInfo, started_ms: number, headers_ms: number | null, first_token_ms: number | null, 
/**
 * `None` while it runs.
 */
ended_ms: number | null, 
/**
 * Wait after this attempt before the next; 0 if none.
 */
wait_ms: number, 
/**
 * What was done after it failed; `None` if it did not fail.
 */
next: Next | null, status: number | null, request_id: string | null, error: CallError | null, usage: Usage, 
/**
 * What it cost; `None`: not known, or it runs.
 */
cost?: PicoUsd, 
/**
 * How the cost is known; `None`: it runs, or it was recorded by an older version.
 */
cost_source?: CostSource, 
/**
 * Text this attempt had shown before it was discarded; empty if none.
 */
discarded: string, };

/**
 * One message of the live channel: at most one per ~33 ms, under 6 KB.
 */
export type Batch = { 
/**
 * Counts from 0 per subscription; a gap means: fetch open calls anew with `calls.get`.
 */
seq: number, items: Array<Live>, };

/**
 * How a target behaves when nothing is wrong.
 */
export type Behaviour = { 
/**
 * First token: median and 95th percentile of a lognormal distribution.
 */
first_token_p50_ms: number, first_token_p95_ms: number, tokens_per_second: number, 
/**
 * Length of an answer: median and 95th percentile of a lognormal distribution, in tokens.
 */
output_p50_tokens: number, output_p95_tokens: number, 
/**
 * Share of requests that fail with HTTP 500 on an ordinary day, 0 to 1.
 */
error_rate: number, };

/**
 * A time in which a target's breaker was not closed.
 */
export type BreakerSpan = { target: TargetInfo, state: BreakerState, from_ms: number, 
/**
 * `None`: until the end.
 */
to_ms?: number, 
/**
 * The kind of failure that led to it, in words; empty if none is known.
 */
why: string, };

/**
 * How a breaker that is not closed stands.
 */
export type BreakerState = "open" | "half_open" | "down";

/**
 * What happens from 95 % of a budget on.
 */
export type BudgetDegrade = { "do": "never" } | { "do": "cheapest" } | { "do": "to", name: string, };

/**
 * All budgets, and the calendar they go by.
 */
export type BudgetList = { 
/**
 * In the order of the configuration file.
 */
budgets: Array<BudgetState>, 
/**
 * The zone whose days count, for example `Europe/Berlin`.
 */
zone: string, };

/**
 * Names a budget.
 */
export type BudgetName = { name: string, };

/**
 * A budget and how it stands.
 */
export type BudgetState = { name: string, scope: Scope, 
/**
 * The scope in words: `all calls`, `route simple`.
 */
scope_text: string, 
/**
 * The budget that counts each by itself, of which this is one: it is shown beside the others and changed with
 * that. The whole's own standing is that of the one that is spent furthest.
 */
part_of?: string, window: Period, 
/**
 * With a raise that is in force.
 */
limit: PicoUsd, 
/**
 * The limit exactly as text in USD, without a raise: `10.00`.
 */
limit_usd: string, 
/**
 * What is spent in the current window; 0 for single calls.
 */
spent: PicoUsd, 
/**
 * What is set aside for attempts under way, at their worst cost.
 */
reserved: PicoUsd, 
/**
 * `spent` through `limit`, from 0; may be above 1. 1 for a limit of 0.
 */
share: number, step: Step, 
/**
 * When spending next leaves: the end of the window; in a sliding hour, when its oldest spending is an hour old.
 * Milliseconds since 1970. Absent: nothing leaves.
 */
resets_at_ms?: number, 
/**
 * `resets Mon 00:00 (Europe/Berlin), in 2 d 4 h`. Absent: nothing leaves.
 */
resets_text?: string, 
/**
 * Whether calls are refused at the limit; if not, it is only told.
 */
blocks: boolean, degrade: BudgetDegrade, 
/**
 * Until when a raise holds, in milliseconds since 1970. Absent: none is in force.
 */
raised_until_ms?: number, 
/**
 * Until when its alerts are muted. Absent: they are not.
 */
muted_until_ms?: number, };

/**
 * A call opened.
 */
export type CallDetail = { summary: CallSummary, 
/**
 * The answer so far, or whole.
 */
text: string, reasoning: string, tool_calls: Array<ToolCall>, attempts: Array<AttemptDetail>, 
/**
 * What was asked, after variables were filled in.
 */
request: CallRequest, 
/**
 * Last event's `seq`; live batches continue after it.
 */
seq: number, 
/**
 * Sentences that say what happened, in order.
 */
explanation: Array<string>, };

/**
 * One failure, fit to be shown: the sentence never holds a body, a key or a prompt.
 */
export type CallError = { kind: ErrorKind, 
/**
 * What failed, for what, and the knob: lower case, no final period.
 */
message: string, 
/**
 * What the person can do next; `None` if nothing better than trying again.
 */
hint?: string, 
/**
 * HTTP status, if a response was received.
 */
status?: number, 
/**
 * The provider's own code or type for the error.
 */
provider_code?: string, 
/**
 * The request parameter the provider named as the culprit.
 */
param?: string, 
/**
 * How long the provider asks to wait, in milliseconds.
 */
retry_after_ms?: number, 
/**
 * The provider's explicit word on whether a retry can help (`x-should-retry`).
 */
should_retry?: boolean, 
/**
 * The budget that refused it.
 */
budget?: string, 
/**
 * The raw reply: redacted, at most [`DETAIL_LIMIT`] bytes.
 */
detail?: string, };

/**
 * An event of one call in order. `seq` counts from 0 within the call; `at_ms` from the call's start.
 *
 * Coalesced deltas carry the `seq` of their last piece, so `seq` may skip but never goes back.
 */
export type CallEvent = { call: CallId, seq: number, at_ms: number, } & ({ "type": "planned", targets: Array<TargetInfo>, reasons: Array<string>, deadline_ms: number, 
/**
 * The route that chose the targets; `None`: they were named.
 */
route?: string, } | { "type": "target_skipped", target: TargetInfo, error: CallError, } | { "type": "queued", target: TargetInfo, wait_ms: number, why: string, } | { "type": "attempt_started", attempt: number, max_attempts: number, target: TargetInfo, 
/**
 * Whether it runs beside an attempt that is slow to begin. The first to bring a token wins.
 */
hedge: boolean, } | { "type": "response_started", attempt: number, after_ms: number, status: number, request_id?: string, } | { "type": "first_token", attempt: number, after_ms: number, } | { "type": "text_delta", text: string, } | { "type": "reasoning_delta", text: string, } | { "type": "tool_call_delta", index: number, id?: string, name?: string, arguments: string, } | { "type": "usage", usage: Usage, } | { "type": "attempt_failed", attempt: number, error: CallError, elapsed_ms: number, next: Next, } | { "type": "charged", attempt: number, charge: Charge, } | { "type": "restarted", attempt: number, discarded_chars: number, } | { "type": "continued", attempt: number, kept_chars: number, } | { "type": "hedge_lost", attempt: number, target: TargetInfo, error?: CallError, usage: Usage, } | { "type": "finished", outcome: Outcome, } | { "type": "failed", report: Report, } | { "type": "cancelled", elapsed_ms: number, usage: Usage, });

/**
 * Identifies one call for ever; a UUIDv7, so ids sort by the time the call was made.
 */
export type CallId = string;

export type CallPage = { calls: Array<CallSummary>, 
/**
 * Pass as `before` for the next page; `None` at the end.
 */
next: CallId | null, };

export type CallQuery = { 
/**
 * Words looked for in model, prompt, answer and error; empty for all.
 */
search: string, 
/**
 * Only calls older than this one (keyset paging); newest first.
 */
before: CallId | null, 
/**
 * 1 to 500.
 */
limit: number, 
/**
 * Only calls begun at this time or later (RFC 3339).
 */
from?: string, 
/**
 * Only calls begun before this time (RFC 3339).
 */
to?: string, only?: SpendFilter, };

export type CallRef = { call: CallId, };

/**
 * What a call asked, kept so that it can be opened in Compose and run again.
 */
export type CallRequest = { 
/**
 * As edited, with `{{variables}}`.
 */
body: PromptBody, 
/**
 * As sent.
 */
messages: Array<Message>, model: string, fallbacks: Array<string>, params: Params, };

/**
 * Where a call stands.
 */
export type CallStatus = "running" | "ok" | "failed" | "cancelled" | "interrupted";

/**
 * A call in the list.
 */
export type CallSummary = { id: CallId, status: CallStatus, 
/**
 * RFC 3339 with milliseconds.
 */
started_at: string, 
/**
 * The first target.
 */
requested: TargetInfo, 
/**
 * The target that answered (or was tried last); `None` before the first attempt.
 */
answered: TargetInfo | null, 
/**
 * The model that answered, in the provider's words; `None` if it did not say.
 */
response_model: string | null, 
/**
 * `None` unless the answer is whole.
 */
finish_reason: FinishReason | null, attempts: number, 
/**
 * Same target again.
 */
retries: number, 
/**
 * Changes of target.
 */
fallbacks: number, first_token_ms: number | null, elapsed_ms: number | null, usage: Usage, 
/**
 * What its attempts cost together so far; `None`: that of one of them is not known, or nothing is charged yet.
 */
cost: PicoUsd | null, 
/**
 * How the cost is known; `None`: nothing is charged yet, or it was recorded by an older version.
 */
cost_source?: CostSource, 
/**
 * How urgently the last attempt was served; `None` as for `cost_source`.
 */
service_tier?: ServiceTier, 
/**
 * Whether no target answered and the text is the route's fallback text.
 */
fallback_text: boolean, 
/**
 * Whether the answer was carried on after a cut.
 */
continued: boolean, 
/**
 * What it was for, in its caller's words.
 */
project?: string, tags: Array<string>, prompt_id: string | null, prompt_title: string | null, prompt_version: number | null, 
/**
 * Groups the columns of one comparison.
 */
group: string | null, column: string | null, 
/**
 * `window`, `cli` or `gateway`.
 */
caller: string, 
/**
 * Name of the gateway key it was made with; `None`: without one.
 */
caller_key?: string, 
/**
 * The route that chose the targets; `None`: they were named.
 */
route?: string, 
/**
 * The first cause, for failed calls.
 */
error: CallError | null, rating: Rating | null, 
/**
 * Start of the answer.
 */
excerpt: string, };

/**
 * Names a caller to stop or to let go on.
 */
export type CallerRef = { 
/**
 * `window`, `cli`, `gateway`, or `key:NAME`.
 */
caller: string, 
/**
 * Why it is stopped.
 */
reason?: string, };

/**
 * What a model can take and do. Unknown counts as able: the provider has the last word.
 */
export type Capabilities = { images: boolean, tools: boolean, 
/**
 * Native JSON-schema answers.
 */
json_schema: boolean, 
/**
 * Whether it streams reasoning or takes a reasoning effort.
 */
reasoning: boolean, 
/**
 * Parameters (fields of `Params`) the model rejects; they are not sent.
 */
rejected_params: Array<string>, 
/**
 * Input and output together, in tokens; `None` if unknown.
 */
context_window: number | null, 
/**
 * Most output tokens; `None` if unknown.
 */
max_output_tokens: number | null, };

/**
 * A vote of a blind comparison.
 */
export type CastVote = { group: string, prompt_id: string | null, 
/**
 * The calls that were compared, in the order shown.
 */
calls: Array<CallId>, verdict: Verdict, };

/**
 * What one attempt used and what it cost.
 */
export type Charge = { usage: Usage, 
/**
 * `None`: not known.
 */
cost?: PicoUsd, source: CostSource, 
/**
 * How urgently it was served.
 */
service_tier: ServiceTier, };

/**
 * A bar.
 */
export type ChartBar = { 
/**
 * Place in `buckets`.
 */
bucket: number, 
/**
 * Place in `series`.
 */
series: number, x: number, y: number, width: number, height: number, };

/**
 * A place on the x axis.
 */
export type ChartBucket = { 
/**
 * Milliseconds since 1970, inclusive.
 */
from_ms: number, 
/**
 * Milliseconds since 1970, exclusive.
 */
to_ms: number, 
/**
 * Its whole name: `Tue 25 Nov 2026`.
 */
name: string, 
/**
 * Its left edge.
 */
x: number, width: number, 
/**
 * By series, in the chart's unit; `None`: nothing was measured.
 */
values: Array<number | null>, 
/**
 * By series, to be shown.
 */
texts: Array<string>, 
/**
 * Of bar charts: the sum of the values.
 */
total: number | null, 
/**
 * Of bar charts: the sum, to be shown.
 */
total_text: string | null, 
/**
 * Calls whose price is not known.
 */
unpriced: number, };

/**
 * Asks for a rehearsal's chart.
 */
export type ChartRehearsal = { 
/**
 * Of the compared route instead of the first.
 */
compared: boolean, dark: boolean, 
/**
 * In pixels, 300 to 4,000.
 */
width: number, 
/**
 * In pixels, 150 to 4,000.
 */
height: number, };

/**
 * A series of a chart.
 */
export type ChartSeries = { label: string, 
/**
 * The interface's colour without `--`: `series-1`, `series-other`.
 */
colour: string, dashed: boolean, };

/**
 * What the parts of a chart stand for. Coordinates are those of the picture's `viewBox`.
 */
export type ChartSidecar = { 
/**
 * Of the `viewBox`.
 */
width: number, 
/**
 * Of the `viewBox`.
 */
height: number, 
/**
 * Where values are drawn: from `left`, `top`…
 */
left: number, top: number, 
/**
 * …to `right`, `bottom`: the line of 0.
 */
right: number, bottom: number, unit: ChartUnit, series: Array<ChartSeries>, buckets: Array<ChartBucket>, 
/**
 * Of bar charts: every bar that has a height.
 */
bars: Array<ChartBar>, };

/**
 * A theme whose colours a file gets.
 */
export type ChartTheme = "light" | "dark";

/**
 * What a chart's values are.
 */
export type ChartUnit = "pico_usd" | "ms" | "percent" | "count";

export type CheckRoute = { draft: RouteDraft, 
/**
 * The name under which the route is active now; `None`: it is new.
 */
original?: string, };

/**
 * The state of a target's circuit breaker.
 */
export type Circuit = "closed" | "open" | "half_open" | "down_until_fixed";

/**
 * One column of a comparison.
 */
export type Column = { 
/**
 * Chosen by the UI, stable while the column lives.
 */
id: string, 
/**
 * `provider/model`.
 */
model: string, 
/**
 * Tried in order when `model` fails.
 */
fallbacks: Array<string>, 
/**
 * Overrides of the prompt's parameters; `None`: none.
 */
params: Params | null, };

/**
 * What the data bear.
 */
export type CompareSays = "better" | "worse" | "no_difference_shown" | "not_enough_data";

/**
 * The second side against the first.
 */
export type CompareVerdict = { 
/**
 * Second less first, in the unit of the figures; rates from -1 to 1. 0 where a side has no data.
 */
difference: number, 
/**
 * Lower end of the 95 % interval of the difference; `None` where there is none.
 */
low: number | null, 
/**
 * Upper end of it.
 */
high: number | null, 
/**
 * How often a difference like this comes by chance alone, 0 to 1; `None` where it cannot be said.
 */
p: number | null, says: CompareSays, 
/**
 * Calls of the first and the second side.
 */
counts: [number, number], 
/**
 * Calls a side that would show a difference of this size four times in five, roughly; `None` where the data have
 * no difference, or the verdict is given.
 */
needed: number | null, };

export type CompleteRule = { text: string, 
/**
 * In bytes of UTF-8.
 */
cursor: number, };

/**
 * The tier of models that a prompt needs.
 */
export type Complexity = "simple" | "standard" | "complex";

/**
 * Who wrote a version.
 */
export type ConfigOrigin = "file" | "window" | "cli" | "gateway";

/**
 * Why the configuration file on disk is not active.
 */
export type ConfigProblem = { file: string, 
/**
 * Counted from 1; `None` if the problem has no place.
 */
line: number | null, column: number | null, field: string | null, message: string, fix: string | null, };

/**
 * What became of a broken configuration file.
 */
export type ConfigPutBack = { 
/**
 * Where the broken file is now; `None`: there was none.
 */
kept: string | null, };

/**
 * One version of the configuration file that was active.
 */
export type ConfigVersion = { 
/**
 * Counts up from 1.
 */
id: number, 
/**
 * RFC 3339, UTC.
 */
at: string, origin: ConfigOrigin, 
/**
 * What was changed, in one clause; `None`: it was changed by hand.
 */
note?: string, 
/**
 * The version it brought back.
 */
restored_from?: number, bytes: number, 
/**
 * Whether it is the one that is active now.
 */
active: boolean, };

export type ConfigVersionId = { id: number, };

/**
 * A version with its text and what sets it apart from the active one.
 */
export type ConfigVersionText = { version: ConfigVersion, text: string, 
/**
 * From the active text to this one, line by line.
 */
diff: Diff, added_lines: number, removed_lines: number, };

/**
 * What the calls would have cost, failed attempts included. Amounts are exact.
 */
export type CostRange = { 
/**
 * Of all calls whose price is known.
 */
total: PicoUsd, 
/**
 * Of a call; `None`: no call has a known price.
 */
p5?: PicoUsd, p50?: PicoUsd, p95?: PicoUsd, max?: PicoUsd, 
/**
 * Of `total`, what was spent on attempts that did not answer.
 */
wasted: PicoUsd, 
/**
 * Calls with an attempt that cost something, but nobody knows what.
 */
unpriced_calls: number, };

/**
 * How a cost is known.
 */
export type CostSource = "reported" | "computed" | "estimated" | "unknown";

/**
 * A prompt whose tokens are wanted, at some models.
 */
export type CountTokens = { messages: Array<Message>, 
/**
 * Values of `{{name}}` in the messages, by name. A name without a value counts as it is written.
 */
variables: { [key in string]: string }, tools: Array<Tool>, response_format: ResponseFormat, 
/**
 * As a column names them: models or routes, up to 32.
 */
models: Array<string>, };

/**
 * Makes a gateway key. A command of its own in every host, because the key crosses with its answer.
 */
export type CreateGatewayKey = { 
/**
 * 1 to 60 characters on one line; not that of another valid key.
 */
name: string, };

/**
 * A new gateway key. The only time it is shown: what is kept is its hash.
 */
export type CreatedGatewayKey = { key: GatewayKey, 
/**
 * The key itself. Show it once; never keep or log it.
 */
secret: string, };

export type Diff = { 
/**
 * In reading order. Word by word; line by line when the texts are long.
 */
spans: Array<DiffSpan>, };

export type DiffKind = "same" | "removed" | "added";

/**
 * A piece of a comparison of two texts.
 */
export type DiffSpan = { kind: DiffKind, text: string, };

export type DiffTexts = { before: string, after: string, };

/**
 * One figure of two routes.
 */
export type Difference = { 
/**
 * For people, for example `first token p95`.
 */
figure: string, unit: Unit, 
/**
 * `None` where there is no such figure.
 */
from: number | null, to: number | null, 
/**
 * Whether the change is for the better; `None`: it is neither, or there is none.
 */
better: boolean | null, };

/**
 * Which alerts to dismiss.
 */
export type DismissAlerts = { 
/**
 * Absent: all.
 */
id?: number, };

/**
 * Asks for a chart as a file.
 */
export type DrawSpend = { 
/**
 * With the size that the chart has on the screen.
 */
query: SpendQuery, format: SpendPictureFormat, 
/**
 * Whose colours it gets.
 */
theme: ChartTheme, };

/**
 * No parameters, or nothing to say.
 */
export type Empty = Record<symbol, never>;

/**
 * The kinds of [`ApiError`].
 */
export type ErrorCode = "invalid_params" | "unknown_method" | "not_found" | "conflict" | "config" | "keychain_locked" | "keychain_none" | "store" | "provider" | "internal";

/**
 * What happened. Its snake_case name is the value of OpenTelemetry's `error.type`.
 */
export type ErrorKind = "dns" | "connect" | "tls" | "reset" | "connect_timeout" | "headers_timeout" | "first_token_timeout" | "idle_timeout" | "too_slow" | "total_timeout" | "malformed" | "truncated" | "too_large" | "not_an_api" | "rate_limited" | "quota_exhausted" | "billing" | "plan_limit" | "overloaded" | "server" | "auth" | "permission" | "not_found" | "rejected" | "context_too_long" | "content_filtered" | "empty_answer" | "output_invalid" | "no_credential" | "incapable" | "circuit_open" | "queue_full" | "budget" | "caller_stopped" | "misconfigured" | "cancelled" | "interrupted";

/**
 * One call of a rehearsal.
 */
export type ExampleCall = { 
/**
 * Counted from 1, in the order in which the calls began.
 */
call: number, began_ms: number, 
/**
 * At the call's end, counted from its start.
 */
elapsed_ms: number, trail: Array<TrailStep>, };

/**
 * A route's variants side by side.
 */
export type Experiment = { route: string, days: number, 
/**
 * Fewest calls, or ratings, of each side for a verdict.
 */
least: number, 
/**
 * The one with most calls first: the others are held against it.
 */
variants: Array<VariantReport>, };

export type ExplainCall = { call: CallId, };

/**
 * A request as far as routing looks at it.
 */
export type ExplainRequest = { 
/**
 * `auto`, a route or a model; empty: `auto`.
 */
model: string, system?: string, prompt?: string, 
/**
 * What else is known; what the texts tell is filled in. `None`: nothing.
 */
facts?: RoutingFacts, 
/**
 * What weighted options stay the same for; `None`: a draw.
 */
sticky?: string, };

/**
 * How a file is to be coloured.
 */
export type ExportLanguage = "yaml" | "json" | "toml";

/**
 * A route in a gateway's form.
 */
export type ExportPreview = { 
/**
 * The main file first; never empty.
 */
files: Array<ExportedFile>, 
/**
 * What does not hold there as it holds here, the gravest first.
 */
losses: Array<TransferLoss>, };

/**
 * Asks for a report as a file.
 */
export type ExportSpend = { query: SpendQuery, format: SpendFormat, };

/**
 * A gateway whose own configuration can be written.
 */
export type ExportTo = "litellm" | "portkey" | "envoy" | "bifrost" | "tensorzero" | "openrouter";

/**
 * One file of an export. Holds no key: names of environment variables and secrets only.
 */
export type ExportedFile = { 
/**
 * A file name without folders.
 */
name: string, language: ExportLanguage, text: string, };

/**
 * One failed attempt in a [`Report`].
 */
export type FailedAttempt = { attempt: number, target: TargetInfo, error: CallError, };

/**
 * Calls that failed in one way.
 */
export type FailureCount = { 
/**
 * The first cause.
 */
kind: ErrorKind, calls: number, 
/**
 * The first few, with what happened to each.
 */
examples: Array<ExampleCall>, };

/**
 * What is wrong with a fault line.
 */
export type FaultProblem = { 
/**
 * The part at fault: `target`, `kind`, `arguments`, `start`, `duration`, or an argument's name.
 */
part: string, 
/**
 * One sentence: lower case, no final period.
 */
message: string, 
/**
 * What to write instead.
 */
fix: string, };

/**
 * A fault as it was understood.
 */
export type FaultWindow = { 
/**
 * In the grammar, with everything that was left out filled in.
 */
text: string, provider: string, 
/**
 * `None`: all models of the provider.
 */
model?: string, 
/**
 * The kind's word: `outage`, `errors`, …
 */
kind: string, 
/**
 * One sentence for people.
 */
means: string, from_ms: number, 
/**
 * `None`: to the end.
 */
to_ms?: number, };

/**
 * Why the model stopped. Providers' own words are mapped onto these.
 */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "other";

/**
 * A credential found in the environment or in a `.env` file.
 */
export type FoundKey = { variable: string, 
/**
 * Preset the variable belongs to.
 */
preset: string, label: string, last4: string | null, 
/**
 * Whether the provider is configured and has a credential already.
 */
already: boolean, };

/**
 * Who may use the gateway.
 */
export type GatewayAccess = "open_on_loopback" | "keys_only";

/**
 * An API that the gateway speaks.
 */
export type GatewayApi = "openai" | "anthropic" | "gemini";

/**
 * Where clients of one API find the gateway.
 */
export type GatewayBaseUrl = { api: GatewayApi, url: string, };

/**
 * A key for clients of the gateway, without the key.
 */
export type GatewayKey = { id: string, 
/**
 * Shown in history as the caller.
 */
name: string, 
/**
 * The key's first characters, to tell keys apart.
 */
prefix: string, 
/**
 * RFC 3339 with milliseconds, as all times here.
 */
created_at: string, 
/**
 * Exact to a minute; `None`: never used.
 */
last_used_at?: string, 
/**
 * `None`: it is valid.
 */
revoked_at?: string, };

/**
 * Names a gateway key.
 */
export type GatewayKeyId = { id: string, };

/**
 * The gateway as it is now.
 */
export type GatewayStatus = { 
/**
 * Whether this program serves it.
 */
running: boolean, 
/**
 * For example `127.0.0.1:4141`; `None`: it is off.
 */
address: string | null, 
/**
 * The port it takes when it is started without one.
 */
port: number, 
/**
 * Since when it is at that address; `None`: it is off.
 */
since?: string, 
/**
 * Why it could not be started the last time, or is not where the configuration says; `None`: nothing is
 * wrong.
 */
problem: string | null, 
/**
 * Whether its place is tried again every few seconds until it is free.
 */
waiting: boolean, 
/**
 * Whether this program can serve it at all.
 */
available: boolean, 
/**
 * What clients of each API are given as base URL; while it is off, what they would be given.
 */
base_urls: Array<GatewayBaseUrl>, access: GatewayAccess, 
/**
 * Newest first, revoked ones included.
 */
keys: Array<GatewayKey>, };

/**
 * What an import added.
 */
export type ImportDone = { providers: Array<string>, routes: Array<string>, 
/**
 * Keys that were put into the key store.
 */
keys: Array<ImportedKey>, };

export type ImportKeys = { token: string, variables: Array<string>, 
/**
 * Reference environment variables by name instead of copying values to the key store
 * (only for the environment's own variables).
 */
by_reference: boolean, };

/**
 * What a text to import is.
 */
export type ImportKind = "auto" | "litellm" | "openrouter" | "portkey" | "environment";

/**
 * What an import would add to the configuration file.
 */
export type ImportPreview = { 
/**
 * What the text was read as; never `auto`.
 */
kind: ImportKind, 
/**
 * The tables that would be added, as TOML. Empty: there is nothing to add.
 */
toml: string, 
/**
 * Ids of providers that would be added.
 */
providers: Array<string>, 
/**
 * Names of routes that would be added.
 */
routes: Array<string>, 
/**
 * Keys written in the text itself. They never go into the file.
 */
keys: Array<ImportedKey>, 
/**
 * What stands in the way; empty: it can be applied.
 */
problems: Array<ImportProblem>, 
/**
 * What is not taken over, or not as it was.
 */
losses: Array<TransferLoss>, };

/**
 * Why an import cannot be applied.
 */
export type ImportProblem = { 
/**
 * Counted from 1.
 */
line?: number, 
/**
 * Path in the text, for example `model_list[0].litellm_params.model`; `None`: the text as a whole.
 */
field?: string, 
/**
 * One clause: lower case, no final period. Repeats no value of the text.
 */
message: string, };

/**
 * A key found in an imported text, by its place only.
 */
export type ImportedKey = { 
/**
 * Id of the provider it is for.
 */
provider: string, 
/**
 * Its name within the provider.
 */
name: string, };

/**
 * Text of a request, whole up to 64 KiB (about 16,000 tokens), else its first and last 32 KiB: instructions stand at
 * either end, and no rule may take long because somebody pasted a book.
 */
export type InputText = string;

export type InstallCommand = { 
/**
 * For example "Debian, Ubuntu".
 */
system: string, command: string, };

/**
 * A named credential. There is no way to read the credential itself back.
 */
export type KeyInfo = { name: string, source: KeySource, present: boolean, 
/**
 * Last four characters; `None` if absent or short.
 */
last4: string | null, 
/**
 * RFC 3339; `None` if unknown.
 */
updated_at: string | null, };

export type KeyRef = { provider: string, name: string, };

/**
 * What a scan found. `token` names the scan for [`ImportKeys`]; the values stay on the Rust side.
 */
export type KeyScan = { token: string, 
/**
 * "environment" or the file's path.
 */
origin: string, found: Array<FoundKey>, };

/**
 * Where a credential lives.
 */
export type KeySource = { "kind": "keychain" } | { "kind": "environment", variable: string, } | { "kind": "session" };

/**
 * The state of the OS key store.
 */
export type KeychainState = { "state": "ok" } | { "state": "locked", message: string, } | { "state": "none", message: string, commands: Array<InstallCommand>, };

/**
 * The colour of a provider's lamp. Never the only signal: a text stands beside it.
 */
export type Lamp = "ok" | "warning" | "down" | "idle" | "simulated";

/**
 * Calls that are not replayed.
 */
export type LeftOut = { 
/**
 * A clause without a subject: `were cancelled`.
 */
why: string, calls: number, };

/**
 * Targets for single causes, as `provider/model` or `local`.
 */
export type ListsDraft = { 
/**
 * Empty: the general order, only to larger windows.
 */
context_too_long: Array<string>, 
/**
 * Empty: filtered content is sent to nobody else.
 */
content_filter: Array<string>, 
/**
 * For a refused key; empty: the call stops.
 */
auth: Array<string>, };

/**
 * Something a window must know at once.
 */
export type Live = { "kind": "call_started", summary: CallSummary, } | { "kind": "event", event: CallEvent, 
/**
 * For text and reasoning deltas: how many UTF-16 units of that text came before this piece
 * since the call (or its last restart) began. A piece that overlaps what is known already
 * is cut by the reader; a piece beyond it means that something was missed.
 */
offset?: number, } | { "kind": "config_changed", error: ConfigProblem | null, } | { "kind": "history_changed", error: string | null, } | { "kind": "providers_changed", } | { "kind": "keychain_changed", keychain: KeychainState, } | { "kind": "rehearsal_progress", progress: RehearsalProgress, } | { "kind": "what_if_progress", progress: RehearsalProgress, } | { "kind": "gateway_changed", } | { "kind": "budgets_changed", } | { "kind": "alert_raised", alert: Alert, };

/**
 * How calls are spread over the span.
 */
export type Load = "constant" | "poisson" | "ramp" | "burst";

/**
 * The time on the user's wall when a call begins. The clock is read by whoever asks, not here.
 */
export type LocalTime = { 
/**
 * The day of the week.
 */
weekday: Weekday, 
/**
 * The hour of the day, 0 to 23.
 */
hour: number, 
/**
 * The minute of the hour, 0 to 59.
 */
minute: number, };

/**
 * How much of a setting is lost.
 */
export type LossSeverity = "dropped" | "approximated" | "note";

/**
 * What is compared.
 */
export type Measure = "cost" | "latency" | "answered" | "liked" | "retries";

/**
 * One measure of a variant against the first.
 */
export type Measured = { measure: Measure, verdict: CompareVerdict, 
/**
 * The verdict as one clause.
 */
words: string, };

/**
 * One turn of the conversation.
 */
export type Message = { role: Role, parts: Array<Part>, };

/**
 * A model that can be picked.
 */
export type ModelInfo = { 
/**
 * `provider/model`: what a column and the command line take.
 */
id: string, provider: string, provider_label: string, model: string, capabilities: Capabilities, 
/**
 * Pico-USD per input token; `None`: no price is known.
 */
input_price: PicoUsd | null, output_price: PicoUsd | null, local: boolean, simulated: boolean, 
/**
 * `None` if it can be called now, else why not ("no key for OpenAI").
 */
unavailable: string | null, 
/**
 * One line for simulated models: what they play. `None` for others.
 */
about: string | null, };

/**
 * Keeps a budget's alerts quiet until it resets.
 */
export type MuteAlerts = { budget: string, 
/**
 * False: takes it back.
 */
muted: boolean, };

export type NewPrompt = { title: string, body: PromptBody, };

/**
 * What the loop does after a failed attempt.
 */
export type Next = { "do": "retry", after_ms: number, } | { "do": "fallback", to: TargetInfo, why: string, } | { "do": "continue", on: TargetInfo, why: string, } | { "do": "stop", why: string, };

/**
 * Asks the host to open a web address in the user's browser (after the UI had it confirmed).
 */
export type OpenUrl = { url: string, };

/**
 * One of a step's equals.
 */
export type OptionDraft = { 
/**
 * `provider/model`, or `local` for a model on this machine.
 */
model: string, 
/**
 * Its share is this over the sum of the step's weights; counts only where `pick` is `weighted`.
 */
weight: number, };

/**
 * One of the equals.
 */
export type OptionPick = { 
/**
 * `provider/model`.
 */
model: string, 
/**
 * What it was judged by: a share, a cost, a time, a score; `None`: nothing is known.
 */
value?: string, picked: boolean, };

/**
 * One option of a step: whether a call could be sent to it now, and what holds there.
 */
export type OptionState = { model: string, 
/**
 * Provider id; of a provider that is not configured, the preset's.
 */
provider: string, provider_label: string, local: boolean, ready: boolean, 
/**
 * Why it would be passed over; `None`: it is ready.
 */
why_not?: string, 
/**
 * `None`: it was not used lately.
 */
circuit?: Circuit, 
/**
 * How long it asked to be left alone for; `None`: it did not.
 */
cooling_ms?: number, 
/**
 * USD per token; `None`: no price is known.
 */
input_price?: PicoUsd, output_price?: PicoUsd, 
/**
 * Tokens; `None`: unknown.
 */
context_window?: number, 
/**
 * The clocks that hold, the step's own among them.
 */
first_token_ms: number, idle_ms: number, total_ms: number, retries: number, 
/**
 * `None`: not limited by the configuration.
 */
requests_per_minute?: number, tokens_per_minute?: number, 
/**
 * Median of recent first-token times; `None`: too few are known.
 */
first_token_p50_ms?: number, };

/**
 * How a whole answer came about.
 */
export type Outcome = { target: TargetInfo, 
/**
 * The model that answered, in the provider's words; `None` if it did not say.
 */
response_model?: string, finish_reason: FinishReason, 
/**
 * Usage of the attempt that answered.
 */
usage: Usage, 
/**
 * What all attempts cost together; `None`: that of one of them is not known.
 */
cost?: PicoUsd, 
/**
 * How the cost is known: as the least sure of its parts.
 */
cost_source: CostSource, attempts: number, 
/**
 * Whether the text was carried on after a cut.
 */
continued: boolean, 
/**
 * Whether no target answered and the text is the route's fallback text.
 */
fallback_text: boolean, 
/**
 * First content or reasoning after the call began, failed attempts included.
 */
first_token_ms: number, 
/**
 * The whole call.
 */
elapsed_ms: number, };

/**
 * A price of the user's own, for any time, tier and length.
 */
export type OwnPrice = { 
/**
 * A provider that is set up.
 */
provider: string, model: string, input: string, output: string, 
/**
 * `None`: as other input.
 */
cache_read?: string, 
/**
 * `None`: as other input.
 */
cache_creation?: string, };

/**
 * Sampling parameters. `None` means "not sent", so the provider's own default holds.
 */
export type Params = { 
/**
 * Randomness, 0 to 2.
 */
temperature?: number, 
/**
 * Nucleus sampling mass, 0 to 1.
 */
top_p?: number, 
/**
 * Most tokens the answer may have, reasoning included where the provider counts it so.
 */
max_tokens?: number, 
/**
 * Texts at which the model stops.
 */
stop?: Array<string>, 
/**
 * Seed for repeatable sampling, where the provider has one.
 */
seed?: number, reasoning_effort?: ReasoningEffort, };

/**
 * Asks what a line of the fault grammar means, as it is being typed.
 */
export type ParseFault = { text: string, };

/**
 * What a line of the fault grammar means; exactly one of the two is there.
 */
export type ParsedFault = { fault?: FaultWindow, problem?: FaultProblem, };

/**
 * One piece of a message.
 */
export type Part = { "type": "text", text: string, } | { "type": "image", 
/**
 * MIME type, for example `image/png`.
 */
media_type: string, 
/**
 * The bytes, base64 (standard alphabet, padded).
 */
data: string, } | { "type": "tool_call", id: string, name: string, 
/**
 * The arguments as the model wrote them: JSON text.
 */
arguments: string, } | { "type": "tool_result", tool_call_id: string, text: string, };

export type PathState = "taken" | "failed" | "skipped" | "not_reached";

/**
 * A target on the path.
 */
export type PathStep = { 
/**
 * `provider/model`.
 */
model: string, simulated: boolean, state: PathState, 
/**
 * Why it was skipped or left; `None`: there is nothing to say.
 */
why?: string, 
/**
 * Attempts made at it.
 */
attempts: number, };

/**
 * Over which time a budget counts.
 */
export type Period = "hour" | "day" | "week" | "month" | "call";

/**
 * An amount of money in pico-USD: 1 USD = 10^12. Rounded only when shown.
 */
export type PicoUsd = number;

/**
 * A provider to add, with everything filled in but the key.
 */
export type Preset = { id: string, label: string, wire: Wire, base_url: string, needs_key: boolean, local: boolean, 
/**
 * Environment variable in which its users keep the key.
 */
env: string | null, key_url: string | null, models: Array<string>, 
/**
 * What must be changed before it can work (Azure's resource name); `None` if nothing.
 */
note: string | null, };

/**
 * Asks for a route in a gateway's form.
 */
export type PreviewExport = { 
/**
 * Name of a route, configured or built in.
 */
route: string, to: ExportTo, };

/**
 * Asks what an import would add.
 */
export type PreviewImport = { text: string, kind: ImportKind, };

/**
 * Asks how a route would be rehearsed.
 */
export type PreviewRehearsal = { 
/**
 * As in [`StartRehearsal`].
 */
route: string, 
/**
 * As in [`StartRehearsal`].
 */
draft?: RouteEdit, };

/**
 * A base URL as typed, to see where calls would go.
 */
export type PreviewUrl = { wire: Wire, base_url: string, };

/**
 * The price book that counts.
 */
export type PriceBook = { models: number, sources: Array<PriceSource>, 
/**
 * Whether it is a file that the user gave, in place of the one that comes with the program.
 */
from_file: boolean, 
/**
 * Why such a file is there and does not count; `None`: it counts, or there is none.
 */
problem?: string, };

/**
 * Where the sources of the price book differ. The book follows the base.
 */
export type PriceConflict = { kind: string, 
/**
 * Which price, in words.
 */
what: string, 
/**
 * As the base says; empty: it says nothing.
 */
base: string, 
/**
 * As the other says; empty: it says nothing.
 */
overlay: string, };

/**
 * What was found, the user's own first, then models that are set up.
 */
export type PriceMatches = { models: Array<PriceSummary>, 
/**
 * How many fit, shown or not.
 */
total: number, book: PriceBook, };

/**
 * Something to know about a model before it happens, or while it holds.
 */
export type PriceNotice = { kind: PriceNoticeKind, provider: string, model: string, in_use: boolean, 
/**
 * The day on which it happens, UTC.
 */
on?: string, 
/**
 * One clause.
 */
text: string, };

export type PriceNoticeKind = "retired" | "retires" | "dearer" | "changes" | "deprecated";

/**
 * Which announcements to give.
 */
export type PriceNoticesQuery = { 
/**
 * Also of models that no provider that is set up offers. Default: no.
 */
all?: boolean, };

/**
 * What is wrong with a price file, and how to put it right.
 */
export type PriceProblem = { 
/**
 * From 1; 0: the file as a whole.
 */
line: number, row: string, message: string, };

/**
 * Which prices to look for.
 */
export type PriceQuery = { 
/**
 * Words that must all occur in `provider/model`; empty: the user's own prices and the models that are set up.
 */
text?: string, 
/**
 * At most this many, 1 to 500; `None`: 100.
 */
limit?: number, };

/**
 * A model of a provider that is set up, or of one of the price book.
 */
export type PriceRef = { provider: string, model: string, };

/**
 * One price with its conditions.
 */
export type PriceRow = { tier: ServiceTier, 
/**
 * First UTC day.
 */
from?: string, 
/**
 * Hours of the week in UTC, like `12345@16:30-24:00`; 1 is Monday.
 */
hours?: string, 
/**
 * For the whole of a request with more input tokens than this; 0: of any.
 */
above: number, input?: string, output?: string, cache_read?: string, cache_write?: string, cache_write_1h?: string, reasoning?: string, 
/**
 * USD per million requests.
 */
request?: string, source: PriceSource, 
/**
 * Whether a short request on this tier is charged by it now.
 */
current: boolean, };

/**
 * Every price of a model.
 */
export type PriceSheet = { provider: string, model: string, 
/**
 * The seller's name for people.
 */
label: string, 
/**
 * Where the seller publishes its prices.
 */
url?: string, 
/**
 * What the price book calls it, as `provider/model`; `None`: it does not have it.
 */
book_name?: string, 
/**
 * Tokens.
 */
context_window?: number, 
/**
 * Tokens.
 */
max_output?: number, abilities: Array<string>, retires?: string, deprecated: boolean, 
/**
 * The user's own price, which counts; `None`: the price book's do.
 */
own?: OwnPrice, 
/**
 * Prices of the book, by tier, date, hours and length.
 */
rows: Array<PriceRow>, 
/**
 * Days on which the standard price changes, soonest first.
 */
changes: Array<string>, conflicts: Array<PriceConflict>, 
/**
 * Providers that are set up and can be given a price of the user's own for this model.
 */
providers: Array<string>, };

/**
 * Where prices are from.
 */
export type PriceSource = { name: string, 
/**
 * Day on which the data was taken.
 */
date?: string, licence?: string, };

/**
 * What a short request of a model costs today.
 */
export type PriceSummary = { 
/**
 * A provider that is set up, or one of the price book.
 */
provider: string, model: string, 
/**
 * `None`: not known today.
 */
input?: string, output?: string, 
/**
 * Where the price is from; `None`: no price is known.
 */
source?: PriceSource, 
/**
 * Whether it is the user's own.
 */
own: boolean, 
/**
 * Whether a provider that is set up offers the model.
 */
in_use: boolean, 
/**
 * First day on which the provider no longer serves it.
 */
retires?: string, 
/**
 * Whether the provider advises against it.
 */
deprecated: boolean, 
/**
 * Next day on which the price changes.
 */
changes?: string, 
/**
 * How often the sources of its prices differ.
 */
conflicts: number, };

/**
 * What became of a price file.
 */
export type PriceUpdate = { 
/**
 * Empty: the file is taken. Else the book stays what it was.
 */
problems: Array<PriceProblem>, 
/**
 * Models whose prices are not what they were.
 */
changed: number, 
/**
 * Models that were not known before.
 */
added: number, 
/**
 * Models that are no longer known.
 */
gone: number, 
/**
 * The book that counts now.
 */
book: PriceBook, };

/**
 * A prompt opened for editing.
 */
export type Prompt = { id: string, title: string, version: number, 
/**
 * Whether `body` differs from the latest version.
 */
dirty: boolean, body: PromptBody, 
/**
 * RFC 3339; when the draft was last written.
 */
saved_at: string, };

/**
 * Everything that makes a prompt: what is asked, in which form, of which models.
 */
export type PromptBody = { messages: Array<Message>, 
/**
 * Values of `{{name}}` in the messages, by name.
 */
variables: { [key in string]: string }, tools: Array<Tool>, response_format: ResponseFormat, params: Params, columns: Array<Column>, };

export type PromptId = { id: string, };

/**
 * A language that rules can name, by its ISO 639-1 code.
 */
export type PromptLanguage = "ar" | "cs" | "da" | "de" | "el" | "en" | "es" | "fi" | "fr" | "he" | "hi" | "hu" | "it" | "ja" | "ko" | "nl" | "pl" | "pt" | "ro" | "ru" | "sv" | "th" | "tr" | "uk" | "zh";

export type PromptQuery = { 
/**
 * Words that must occur in title or messages; empty for all.
 */
search: string, 
/**
 * Include deleted ones (for undo).
 */
deleted: boolean, };

/**
 * A prompt in the list.
 */
export type PromptSummary = { id: string, title: string, 
/**
 * Latest saved version; 0 before the first.
 */
version: number, 
/**
 * RFC 3339.
 */
updated_at: string, 
/**
 * Start of the first user message.
 */
excerpt: string, };

export type PromptVersion = { version: number, 
/**
 * RFC 3339.
 */
created_at: string, body: PromptBody, 
/**
 * Calls made with this version.
 */
calls: number, };

export type ProviderId = { id: string, };

/**
 * A provider as configured.
 */
export type ProviderInfo = { 
/**
 * Lower-case id, the part before `/` in a model reference.
 */
id: string, label: string, wire: Wire, base_url: string, 
/**
 * Where a call really goes, for example `https://api.openai.com/v1/chat/completions`.
 */
request_url: string, simulated: boolean, 
/**
 * Runs on this machine and needs no key.
 */
local: boolean, needs_key: boolean, keys: Array<KeyInfo>, 
/**
 * Name of the credential that calls use; `None` if none is usable.
 */
active_key: string | null, lamp: Lamp, 
/**
 * Short text beside the lamp: "212 ms", "no key", "simulated", "not running".
 */
lamp_text: string, 
/**
 * For how long models of it are still left alone, in milliseconds from now: they failed too often, or asked for
 * it. `None`: none is.
 */
rest_ms?: number, 
/**
 * Where a key can be made; `None` if unknown.
 */
key_url: string | null, 
/**
 * Models listed in the configuration (others may exist at the provider).
 */
models: Array<string>, };

/**
 * What reached one provider.
 */
export type ProviderLoad = { provider: string, 
/**
 * Calls that sent it at least one request.
 */
calls: number, requests: number, 
/**
 * Requests a call; 1: nothing was repeated.
 */
amplification: number, 
/**
 * Most requests within one second of the rehearsal's clock.
 */
peak_requests_per_second: number, };

/**
 * The outcome of trying a provider's connection.
 */
export type ProviderTest = { "result": "ok", elapsed_ms: number, models: Array<string>, } | { "result": "failed", error: CallError, };

/**
 * Raises a budget until it resets. The configuration file stays as it is.
 */
export type RaiseBudget = { name: string, 
/**
 * The limit until then, in USD; absent: the limit and half of it more, or as much as the dearest refused
 * attempt needs.
 */
limit_usd?: string, };

export type RateCall = { call: CallId, 
/**
 * `None` takes the rating back.
 */
rating: Rating | null, };

/**
 * What a person thought of an answer.
 */
export type Rating = "good" | "bad";

/**
 * How long a reasoning model may think.
 */
export type ReasoningEffort = "minimal" | "low" | "medium" | "high";

/**
 * What happens to an answer that breaks after its first token.
 */
export type Recovery = "continue" | "restart" | "fail";

/**
 * A chart as an SVG document.
 */
export type RehearsalChart = { svg: string, };

/**
 * What a rehearsal of a route would run on.
 */
export type RehearsalPreview = { targets: Array<RehearsedTarget>, 
/**
 * Why these: one short sentence each.
 */
reasons: Array<string>, 
/**
 * What can stand before the `=` of a fault: the providers, then the models.
 */
fault_targets: Array<string>, };

/**
 * The rehearsal that runs, or that ran last.
 */
export type RehearsalProgress = { 
/**
 * Counts from 1 in this process; 0: there was none yet.
 */
id: number, state: RehearsalState, 
/**
 * Calls that have ended, of both routes where two are compared.
 */
done: number, 
/**
 * All calls, of both routes where two are compared.
 */
calls: number, 
/**
 * Why it failed; only with `failed`.
 */
error?: string, };

/**
 * A whole rehearsal: one route, or two on the same calls and the same chance.
 */
export type RehearsalReport = { calls: number, seed: number, 
/**
 * Over how long the calls are spread.
 */
span_ms: number, load: Load, 
/**
 * Calls of the history whose shapes the rehearsed ones have; 0: all calls have one made-up shape.
 */
shapes: number, 
/**
 * In the order given.
 */
faults: Array<FaultWindow>, result: RouteResult, 
/**
 * The other route; `None`: none was asked for.
 */
compared?: RouteResult, 
/**
 * From `result` to `compared`, a row a figure; empty without a comparison.
 */
differences: Array<Difference>, };

/**
 * How far a rehearsal is.
 */
export type RehearsalState = "none" | "running" | "done" | "stopped" | "failed";

/**
 * A target and how it is assumed to behave when nothing is wrong.
 */
export type RehearsedTarget = { target: TargetInfo, provider_label: string, tier: Tier, 
/**
 * `None`: no price is known.
 */
price?: TokenPrice, 
/**
 * Whether it is tried in general; if not, only for causes that the route lists it for.
 */
general: boolean, behaviour: Behaviour, };

export type RenameRoute = { name: string, to: string, };

/**
 * A route that gets another name.
 */
export type RenamedRoute = { from: string, to: string, 
/**
 * Titles of prompts whose columns name it.
 */
prompts: Array<string>, 
/**
 * Budgets that count its calls or fall back to it.
 */
budgets: Array<string>, };

/**
 * Why a call failed: the first cause, then all that was tried.
 */
export type Report = { 
/**
 * The first attempt's error: the cause a person should look at first.
 */
error: CallError, attempts: Array<FailedAttempt>, elapsed_ms: number, };

/**
 * The form the answer must have.
 */
export type ResponseFormat = { "type": "text" } | { "type": "json_schema", name: string, schema: unknown, };

export type RestoreVersion = { id: string, version: number, };

/**
 * Who speaks in a message.
 */
export type Role = "system" | "user" | "assistant" | "tool";

/**
 * A named chain of targets that a call can name in place of a model.
 */
export type Route = { 
/**
 * What a call names; `sim:` and this name runs it on simulated twins of its targets.
 */
name: string, 
/**
 * One line on what it is for.
 */
about: string, source: RouteSource, 
/**
 * Tried in order.
 */
targets: Array<RouteTarget>, lists: RouteLists, settings: RouteSettings, };

/**
 * What is to be said about a form as it stands.
 */
export type RouteCheck = { 
/**
 * In the order of the form.
 */
problems: Array<RouteProblem>, 
/**
 * Of each step, of each of its options, in order.
 */
options: Array<Array<OptionState>>, 
/**
 * The rule in words; `None`: there is none, or it is faulty.
 */
when_words?: string, 
/**
 * At most, whatever happens. `None`: there is nothing to estimate.
 */
worst?: RouteEstimate, typical?: RouteEstimate, };

/**
 * How a call came to its route and models. Recorded with the call, without its texts.
 */
export type RouteDecision = { 
/**
 * What the caller named: `auto`, a route or a model.
 */
asked: string, 
/**
 * `None`: the caller named a model.
 */
route?: string, by: RoutedBy, 
/**
 * Why this route, as one clause.
 */
why: string, 
/**
 * The rules that were looked at, in order, up to the one that held.
 */
rules: Array<RuleOutcome>, 
/**
 * What the classifier took it for; `None`: it was not asked.
 */
task?: TaskGuess, complexity?: Complexity, 
/**
 * What the decision looked at, without the texts. `None`: nothing was looked at.
 */
facts?: RoutingFacts, 
/**
 * Of each step with several options: which was picked.
 */
picks: Array<StepPick>, };

/**
 * What changes would make of the file.
 */
export type RouteDiff = { before: string, after: string, 
/**
 * Line by line.
 */
diff: Diff, added_lines: number, removed_lines: number, 
/**
 * Routes that get another name, with what names them and gets it too.
 */
renamed: Array<RenamedRoute>, };

/**
 * A route's whole form. What is `None` or empty is not written in the file.
 */
export type RouteDraft = { 
/**
 * 1 to 40 lower-case letters, digits, hyphens and underscores.
 */
name: string, 
/**
 * One line on what it is for.
 */
about: string, 
/**
 * When a call that names no route comes here; `None`: only by name.
 */
when?: string, 
/**
 * Among rules that fit, the route of the highest priority is taken. 0 to 1000.
 */
priority: number, 
/**
 * Tried in order.
 */
steps: Array<StepDraft>, lists: ListsDraft, 
/**
 * Causes after which the next target is tried, though they end a call in general.
 */
fall_back_on: Array<ErrorKind>, 
/**
 * Causes that end the call at once.
 */
stop_on: Array<ErrorKind>, recovery?: Recovery, 
/**
 * For the whole call.
 */
deadline_ms?: number, tier?: Tier, 
/**
 * Most tokens of an answer where the call does not say.
 */
max_tokens?: number, 
/**
 * When a second request goes out beside one that is slow to begin; `None`: never.
 */
hedge_after_ms?: number, 
/**
 * The answer when no target answers; `None`: the call fails.
 */
fallback_text?: string, task?: RouteTask, };

/**
 * One route's new form.
 */
export type RouteEdit = { 
/**
 * The name under which it is active now; `None`: it is new. A built-in route's own name is both.
 */
original?: string, draft: RouteDraft, };

/**
 * Changes to routes that are made together.
 */
export type RouteEdits = { drafts: Array<RouteEdit>, 
/**
 * Names of routes that are taken out of the file.
 */
remove: Array<string>, };

/**
 * What a call of a route costs and takes.
 */
export type RouteEstimate = { 
/**
 * `None`: the price of one of its models is not known.
 */
cost?: PicoUsd, 
/**
 * `None`: nothing is known to judge by.
 */
elapsed_ms?: number, 
/**
 * What it rests on, in one clause.
 */
rests_on: string, };

/**
 * Why a call takes, or took, its model.
 */
export type RouteExplanation = { 
/**
 * All of it in one sentence.
 */
sentence: string, 
/**
 * Targets in the order of the plan.
 */
path: Array<PathStep>, 
/**
 * `None`: the call is older than decisions are recorded.
 */
decision?: RouteDecision, };

/**
 * A route with its form, as it is active.
 */
export type RouteForm = { draft: RouteDraft, source: RouteSource, 
/**
 * Whether a built-in route of this name stands behind it: removing it brings that one back.
 */
replaces_built_in: boolean, check: RouteCheck, };

/**
 * Targets for failures that the general order does not help with. Empty: see each.
 */
export type RouteLists = { 
/**
 * Empty: the general order, only to larger windows.
 */
context_too_long: Array<RouteTarget>, 
/**
 * Empty: filtered content is sent to nobody else.
 */
content_filter: Array<RouteTarget>, 
/**
 * For a refused key; empty: the call stops.
 */
auth: Array<RouteTarget>, };

export type RouteName = { name: string, };

/**
 * How one of a step's equals is picked.
 */
export type RoutePick = "weighted" | "cheapest" | "fastest" | "best";

/**
 * Something wrong with a form.
 */
export type RouteProblem = { 
/**
 * Path in the form: `steps[0].options[1].model`, `lists.auth[0]`, `when`, `name`; empty: all of it.
 */
field: string, 
/**
 * One clause, lower case.
 */
message: string, fix?: string, 
/**
 * Whether it keeps the form from being activated.
 */
blocking: boolean, };

/**
 * One route's part of a rehearsal.
 */
export type RouteResult = { 
/**
 * As it was asked for.
 */
route: string, targets: Array<RehearsedTarget>, calls: number, 
/**
 * `first_try`, the three rescues and `fallback_text` together.
 */
answered: number, 
/**
 * By the first attempt of the call.
 */
first_try: number, 
/**
 * By the first target, after a failed attempt.
 */
rescued_by_retry: number, 
/**
 * By another target than the first.
 */
rescued_by_fallback: number, 
/**
 * A broken answer that was carried on.
 */
rescued_by_continuation: number, 
/**
 * No target answered; the caller got the route's fallback text.
 */
fallback_text: number, failed: number, 
/**
 * Most frequent first.
 */
failures: Array<FailureCount>, 
/**
 * From a call's start to the end of its answer; `None`: nothing was answered.
 */
latency?: Spread, 
/**
 * From a call's start to its first token; `None`: nothing was answered.
 */
first_token?: Spread, cost: CostRange, attempts: AttemptCount, 
/**
 * In the order in which the route names them.
 */
providers: Array<ProviderLoad>, 
/**
 * By target, then time. Closed breakers are not listed.
 */
breakers: Array<BreakerSpan>, 
/**
 * Answers over time, for the chart.
 */
timeline: Timeline, 
/**
 * When the last call ended, counted from the first one's earliest start.
 */
ended_ms: number, };

/**
 * What a route sets beside its targets. `None`: as the program's settings have it.
 */
export type RouteSettings = { task?: RouteTask, recovery?: Recovery, 
/**
 * For the whole call.
 */
deadline_ms?: number, tier?: Tier, 
/**
 * Most tokens of an answer where the call does not say; models that think get room for that besides.
 */
max_tokens?: number, 
/**
 * When a second request goes out beside one that is slow to begin; `None`: never.
 */
hedge_after_ms?: number, 
/**
 * The answer when no target answers.
 */
fallback_text?: string, };

/**
 * Where a route comes from.
 */
export type RouteSource = "built-in" | "config";

/**
 * One target of a route, and whether a call could be sent to it now.
 */
export type RouteTarget = { model: string, 
/**
 * Provider id; of a built-in route whose provider is not configured, the preset's.
 */
provider: string, provider_label: string, local: boolean, ready: boolean, 
/**
 * Why it would be passed over; `None`: it is ready.
 */
why_not?: string, 
/**
 * Preset with which its provider can be added; `None`: the provider is configured.
 */
preset?: string, };

/**
 * What kind of work a route is for.
 */
export type RouteTask = "classification" | "summarization" | "code_generation" | "complex_reasoning" | "translation" | "data_extraction";

/**
 * What chose the route.
 */
export type RoutedBy = "model" | "name" | "rule" | "task" | "complexity" | "default";

/**
 * What is known of a request before a model is chosen. What is not known is `None`, and no rule holds because of it.
 */
export type RoutingFacts = { 
/**
 * The task's name: told by the caller, or by the classifier where it was sure.
 */
task: string | null, 
/**
 * Tags of the request.
 */
tags: Array<string>, 
/**
 * System prompts and instructions, joined.
 */
system: InputText, 
/**
 * The text of the user's messages, joined; the last message last.
 */
text: InputText, 
/**
 * The language of `text`.
 */
language: PromptLanguage | null, 
/**
 * How demanding the prompt is.
 */
complexity: Complexity | null, 
/**
 * Characters of the whole input, also of what `text` does not keep.
 */
input_chars: number, 
/**
 * Tokens of the whole input, estimated.
 */
input_tokens: number, 
/**
 * Images in the request.
 */
images: number, 
/**
 * Names of the tools that the model may call.
 */
tools: Array<string>, 
/**
 * Whether the answer must follow a JSON schema.
 */
json_schema: boolean, 
/**
 * Whether the answer is streamed.
 */
streaming: boolean, 
/**
 * Who calls: the gateway key's name, or the program.
 */
caller: string | null, 
/**
 * The project the call belongs to.
 */
project: string | null, 
/**
 * The saved prompt it was made from.
 */
prompt: string | null, 
/**
 * The time where the user is.
 */
local_time: LocalTime | null, 
/**
 * The share of the narrowest budget that is used: 0 is none, 1 all, more is overspent. `None`: no budget.
 */
budget_used: number | null, };

/**
 * Something that fits at the cursor.
 */
export type RuleCompletion = { 
/**
 * What is written, in the place of `start..end`.
 */
insert: string, 
/**
 * First byte of what it replaces.
 */
start: number, 
/**
 * First byte after it: the cursor, or behind a closing quotation mark there.
 */
end: number, 
/**
 * What it is.
 */
kind: RuleCompletionKind, 
/**
 * One clause about it; may be empty.
 */
about: string, };

/**
 * What a completion is.
 */
export type RuleCompletionKind = "field" | "operator" | "value" | "word";

/**
 * The first fault of a rule.
 */
export type RuleError = { 
/**
 * First byte of the place in the rule's text, always at the border of a character.
 */
start: number, 
/**
 * First byte after it; equal to `start` where something is missing.
 */
end: number, 
/**
 * What does not fit, as a lower-case clause.
 */
message: string, 
/**
 * What to do about it, as a lower-case clause.
 */
fix: string | null, 
/**
 * Text that mends it when put in the place of `start..end`.
 */
replacement: string | null, };

/**
 * A part of a rule, held against a request.
 */
export type RuleExplained = { 
/**
 * The part as it is written.
 */
text: string, 
/**
 * The part in words.
 */
words: string, 
/**
 * Whether it holds.
 */
holds: boolean, 
/**
 * What a condition saw: the field's value, or the piece of text that a pattern found. `None` for `and`, `or`,
 * `not`, and where there is nothing to see.
 */
saw: string | null, 
/**
 * The parts of `and`, `or` and `not`.
 */
parts: Array<RuleExplained>, };

/**
 * A rule that was looked at.
 */
export type RuleOutcome = { route: string, 
/**
 * The rule in words.
 */
words: string, held: boolean, };

/**
 * What came of it.
 */
export type RuleTest = { holds: boolean, 
/**
 * The rule in words; `None`: it is faulty.
 */
words?: string, 
/**
 * The rule as it is best written; `None`: it is faulty.
 */
written?: string, 
/**
 * Every part and what it saw; `None`: it is faulty.
 */
explained?: RuleExplained, error?: RuleError, 
/**
 * What the request is taken for.
 */
facts: RoutingFacts, };

/**
 * An autosaved draft.
 */
export type SaveDraft = { id: string, title: string, body: PromptBody, };

/**
 * A provider to add or change. Written to the configuration file, comments kept.
 */
export type SaveProvider = { id: string, label: string, wire: Wire, base_url: string, needs_key: boolean, 
/**
 * Preset the entry came from.
 */
preset?: string, models?: Array<string>, };

/**
 * Asks the host to let the user choose a file and to save text there.
 */
export type SaveText = { suggested_name: string, text: string, 
/**
 * Whether `text` is Base64 of the file's bytes.
 */
base64?: boolean, };

export type SavedFile = { 
/**
 * `None`: the user cancelled.
 */
path: string | null, };

/**
 * Whose spending counts.
 */
export type Scope = { "of": "global" } | { "of": "project", "name": string } | { "of": "route", "name": string } | { "of": "model", "name": string } | { "of": "provider", "name": string } | { "of": "key", "name": string } | { "of": "caller", "name": string } | { "of": "each_project" } | { "of": "each_key" } | { "of": "each_caller" };

/**
 * Calls that one target answered.
 */
export type Series = { 
/**
 * `provider/model`, or `fallback text`.
 */
label: string, 
/**
 * A step each.
 */
calls: Array<number>, };

/**
 * How urgently a request is served.
 */
export type ServiceTier = "standard" | "batch" | "flex" | "priority" | "fast";

/**
 * Changes which alerts there are. Absent: as it is.
 */
export type SetAlerts = { enabled?: boolean, ladder_usd?: Array<string>, 
/**
 * Empty: none.
 */
hour_usd?: string, 
/**
 * Empty: none.
 */
day_usd?: string, notifications?: boolean, runaway?: boolean, };

/**
 * A budget to be written into the configuration file, in place of one of the same name.
 */
export type SetBudget = { name: string, 
/**
 * The name it had, if it is to have another.
 */
old_name?: string, scope: Scope, window: Period, 
/**
 * In USD as plain decimal text: `10.00`.
 */
limit_usd: string, 
/**
 * Absent: they are.
 */
blocks?: boolean, 
/**
 * Absent: cheapest.
 */
degrade?: BudgetDegrade, };

/**
 * A credential to store. It crosses once, on entry.
 */
export type SetKey = { provider: string, 
/**
 * Name of the credential, `default` if the user gives none.
 */
name: string, key: string, 
/**
 * Keep in memory until the program ends, instead of the OS key store.
 */
session_only: boolean, };

export type SetUiState = { key: string, 
/**
 * `null` forgets the key.
 */
value: unknown, };

/**
 * The address of the webhook. It crosses once, on entry, and is kept in the key store.
 */
export type SetWebhook = { 
/**
 * Absent: it is forgotten.
 */
url?: string, };

/**
 * One bar's time.
 */
export type SpendBucket = { from: string, 
/**
 * Exclusive.
 */
to: string, 
/**
 * `14:00` or `25 Nov`; the hour that a clock change repeats has its offset too.
 */
label: string, 
/**
 * The range ends or begins within this bucket, or it is not over yet.
 */
partial: boolean, };

/**
 * What a series and a row of the table stand for.
 */
export type SpendBy = "model" | "provider" | "route" | "project" | "caller" | "prompt" | "tag";

/**
 * A drawn chart.
 */
export type SpendChart = { 
/**
 * Follows the page's theme.
 */
svg: string, 
/**
 * Where each bar is and what it says, as JSON: for hover and keyboard.
 */
sidecar: string, };

/**
 * A chart's size in pixels.
 */
export type SpendChartSize = { 
/**
 * 300 to 4,000.
 */
width: number, 
/**
 * 150 to 4,000.
 */
height: number, };

/**
 * A file to be saved by `save_text`.
 */
export type SpendFile = { suggested_name: string, text: string, };

/**
 * Only calls that are all of these. An empty text means calls without one (no route, no project, no tag).
 *
 * Of a model (or provider): the calls that it answered, and what its attempts used and cost, also in calls that another
 * model answered. So the rows of any kind, narrowed to one model, add up to that model's own row.
 */
export type SpendFilter = { model?: string, provider?: string, route?: string, project?: string, caller?: string, prompt?: string, tag?: string, };

/**
 * What will have been spent at the end of the window, if the rest of it goes like the days before.
 */
export type SpendForecast = { 
/**
 * The window: `November`, or `today`.
 */
label: string, from: string, to: string, 
/**
 * What is spent already in the window.
 */
so_far: PicoUsd, 
/**
 * In 8 of 10 resampled futures the window ends between these two.
 */
low: PicoUsd, high: PicoUsd, middle: PicoUsd, 
/**
 * Whole days of history that it rests on.
 */
days: number, };

export type SpendFormat = "csv" | "json" | "svg";

/**
 * A chart to be saved by `save_text`.
 */
export type SpendPicture = { suggested_name: string, text: string, 
/**
 * Whether `text` is Base64 of the file's bytes.
 */
base64: boolean, };

export type SpendPictureFormat = "svg" | "png";

/**
 * What a series has in a bucket.
 */
export type SpendPoint = { spend: PicoUsd, calls: number, failed: number, unpriced: number, 
/**
 * Whether a part of `spend` is estimated.
 */
estimated: boolean, 
/**
 * In milliseconds, within 2.5 %; only in the view `latency`, `None` without an answered call.
 */
latency_p50_ms?: number, latency_p95_ms?: number, first_token_p50_ms?: number, };

/**
 * The period of the same length before.
 */
export type SpendPrevious = { from: string, to: string, 
/**
 * For example `previous 7 days`.
 */
label: string, spend: PicoUsd, calls: number, failed: number, rescued: number, };

/**
 * Saving says nothing without quality: both sides' figures over the same range.
 */
export type SpendQuality = { routed: SpendQualityFigures, baseline: SpendQualityFigures, 
/**
 * For example `0.9 % failed, baseline 1.4 %; no votes`, or `no quality data`.
 */
summary: string, };

export type SpendQualityFigures = { calls: number, failed: number, rated_good: number, rated_bad: number, };

/**
 * What a report is to show.
 */
export type SpendQuery = { range: SpendRange, by: SpendBy, view: SpendView, filter: SpendFilter, 
/**
 * `provider/model` with which the routed calls are compared; `None`: the tile "saved" is empty.
 */
baseline?: string, 
/**
 * Only simulated calls, instead of only real ones.
 */
simulated: boolean, 
/**
 * The chart's size; `None`: no chart is drawn.
 */
chart?: SpendChartSize, };

/**
 * Which time a report covers. Ranges that end now end at the end of the running quarter of an hour.
 */
export type SpendRange = { "kind": "today" } | { "kind": "last_24h" } | { "kind": "last_7d" } | { "kind": "last_30d" } | { "kind": "month_to_date" } | { "kind": "custom", from: string, to: string, };

/**
 * The sums were made anew.
 */
export type SpendRebuilt = { 
/**
 * Ended calls that they hold.
 */
calls: number, };

/**
 * All that the Costs screen shows.
 */
export type SpendReport = { from: string, 
/**
 * Exclusive.
 */
to: string, 
/**
 * Name of the zone whose days these are, for example `Europe/Berlin`.
 */
zone: string, 
/**
 * What a bucket is: hours if the range is at most 48 hours long.
 */
unit: SpendUnit, buckets: Array<SpendBucket>, tiles: SpendTiles, 
/**
 * By spend, the largest first (by calls where nothing was spent): at most six and `Other`.
 */
series: Array<SpendSeries>, 
/**
 * Every value, by spend, the largest first; at most 1,000, the rest in `rows_left_out`.
 */
rows: Array<SpendRow>, rows_left_out: number, 
/**
 * Of all calls of the range, each counted once.
 */
totals: SpendRow, 
/**
 * Projects that calls of the range have, by name: what the filter can be set to.
 */
projects: Array<string>, 
/**
 * Simulated calls in the range, which are not in this report (or, if asked for, the only ones in it).
 */
simulated_calls: number, chart?: SpendChart, };

/**
 * Calls that answered although an attempt of theirs had failed; each is counted under one of these.
 */
export type SpendRescued = { 
/**
 * By the same target, asked again.
 */
retry: number, 
/**
 * By another target.
 */
fallback: number, 
/**
 * By carrying a cut answer on.
 */
continuation: number, };

/**
 * A row of the table.
 */
export type SpendRow = { 
/**
 * What the filter takes: a model as `provider/model`, a prompt's id, else the name; empty: without one.
 */
key: string, label: string, 
/**
 * Ended calls: answered, failed, stopped and interrupted.
 */
calls: number, failed: number, cancelled: number, interrupted: number, 
/**
 * Of `failed` and `interrupted` together, 0 to 1.
 */
error_share: number, rescued: SpendRescued, retries: number, 
/**
 * Not from a cache.
 */
input_tokens: number, 
/**
 * Read from a cache or written to one.
 */
cached_tokens: number, 
/**
 * Shown text and reasoning.
 */
output_tokens: number, spend: PicoUsd, 
/**
 * Of the report's whole spend, 0 to 1.
 */
share: number, unpriced: number, 
/**
 * Part of `spend` that is estimated.
 */
estimated: PicoUsd, 
/**
 * Of answered calls, in milliseconds, within 2.5 %; `None` without one.
 */
latency_p50_ms?: number, latency_p95_ms?: number, first_token_p50_ms?: number, };

/**
 * What the routed calls would have cost at the baseline's prices, less what they did cost.
 */
export type SpendSaved = { 
/**
 * `provider/model`.
 */
baseline: string, 
/**
 * Negative if routing cost more.
 */
amount: PicoUsd, baseline_cost: PicoUsd, actual_cost: PicoUsd, 
/**
 * Routed calls with a known cost: those that are compared.
 */
calls: number, 
/**
 * What the figure assumes, as a sentence.
 */
assumption: string, quality: SpendQuality, };

/**
 * A colour of the chart.
 */
export type SpendSeries = { 
/**
 * As in [`SpendRow::key`]; empty for `Other` too.
 */
key: string, label: string, 
/**
 * Whether it is all that the others are not.
 */
other: boolean, 
/**
 * One a bucket.
 */
values: Array<SpendPoint>, };

/**
 * The figures above the chart.
 */
export type SpendTiles = { spend: PicoUsd, previous: SpendPrevious, calls: number, failed: number, rescued: SpendRescued, 
/**
 * Calls whose cost is not known; they are not in `spend`.
 */
unpriced: number, 
/**
 * Part of `spend` that comes from counts or prices that we estimated, 0 to 1.
 */
estimated_share: number, input_tokens: number, cached_tokens: number, output_tokens: number, 
/**
 * `None`: see `no_forecast`.
 */
forecast?: SpendForecast, 
/**
 * Why there is no forecast.
 */
no_forecast?: string, saved?: SpendSaved, 
/**
 * Why there is no figure of what was saved, if a baseline was given.
 */
no_saved?: string, };

/**
 * What was spent today, for the title bar.
 */
export type SpendToday = { spend: PicoUsd, calls: number, failed: number, unpriced: number, estimated_share: number, 
/**
 * When the day began.
 */
from: string, 
/**
 * When the next begins.
 */
to: string, zone: string, };

export type SpendUnit = "hour" | "day";

/**
 * What the chart shows.
 */
export type SpendView = "spend" | "latency" | "errors";

/**
 * Percentiles in milliseconds: of n sorted values, that at rank ⌈p·n⌉.
 */
export type Spread = { p50_ms: number, p90_ms: number, p95_ms: number, p99_ms: number, max_ms: number, };

/**
 * Starts the gateway.
 */
export type StartGateway = { 
/**
 * `None`: the configured one; 0 takes a free one.
 */
port?: number, };

/**
 * Rehearses a route.
 */
export type StartRehearsal = { 
/**
 * A route's name, a model, or several models separated by commas: the first and its fallbacks.
 */
route: string, 
/**
 * A form in place of the active one, for `route` alone: what is compared with it is active. `None`: `route` is
 * active too.
 */
draft?: RouteEdit, 
/**
 * Rehearsed too, on the same calls and the same chance; `None`: no comparison.
 */
compare?: string, 
/**
 * Lines of the fault grammar, for example `openai=outage@10m+10m`.
 */
faults: Array<string>, 
/**
 * 1 to 200,000.
 */
calls: number, seed: number, 
/**
 * Over how long the calls are spread: a second to 24 hours, at most 1,000 calls a second on average.
 */
span_ms: number, load: Load, 
/**
 * Calls have the shapes (tokens in and out, attachments, tools, schemas) of the real calls of so many days back,
 * 1 to 3,660; `None`: all have one made-up shape.
 */
like_days?: number, };

/**
 * A comparison to run: the named columns of a prompt.
 */
export type StartRun = { 
/**
 * The prompt, saved as a new version first if its draft differs; `None` for a loose run.
 */
prompt_id?: string, 
/**
 * What to run. Saved as the prompt's draft before it runs.
 */
body: PromptBody, 
/**
 * Columns to run; all if absent.
 */
columns?: Array<string>, 
/**
 * Continue this run's group (re-run of one column); a new group if absent.
 */
group?: string, recovery?: Recovery, 
/**
 * What it is for: 1 to 64 characters.
 */
project?: string, 
/**
 * At most 16, of 1 to 64 characters.
 */
tags?: Array<string>, };

/**
 * Replays past calls through a route.
 */
export type StartWhatIf = { 
/**
 * The route's name as it is active, or the draft's of a new one.
 */
route: string, 
/**
 * The form that calls are replayed through, beside the active one; `None`: the active one alone.
 */
draft?: RouteEdit, 
/**
 * At most this many of the newest calls, 1 to 100,000; `None`: 10,000, or all of `days`.
 */
last?: number, 
/**
 * Only calls of so many days back, 1 to 3,660; `None`: of any time.
 */
days?: number, seed: number, calls: WhatIfCalls, 
/**
 * Whether to replay calls that the simulator answered, in place of real ones.
 */
simulated: boolean, };

export type StartedCall = { column: string, call: CallId, };

export type StartedRun = { 
/**
 * Groups the columns of one comparison.
 */
group: string, 
/**
 * The version that ran; `None` for a loose run.
 */
prompt_version: number | null, calls: Array<StartedCall>, };

/**
 * How far a budget is spent. Each step has its consequence.
 */
export type Step = "within" | "notify" | "warn" | "degrade" | "block";

/**
 * One step of a route's form. `None`: as the settings or the model's tier have it.
 */
export type StepDraft = { 
/**
 * Equals, of which one is picked for a call.
 */
options: Array<OptionDraft>, pick: RoutePick, first_token_ms?: number, idle_ms?: number, 
/**
 * One attempt as a whole.
 */
total_ms?: number, 
/**
 * 0 to 10.
 */
retries?: number, requests_per_minute?: number, 
/**
 * Input and output together.
 */
tokens_per_minute?: number, 
/**
 * Requests under way at the same time.
 */
concurrency?: number, };

/**
 * How one of a step's equals was picked.
 */
export type StepPick = { 
/**
 * Counts from 0.
 */
step: number, pick: RoutePick, 
/**
 * In the order in which they are tried; of weighted ones only the first is.
 */
options: Array<OptionPick>, 
/**
 * As one clause.
 */
why: string, };

/**
 * A caller whose calls are refused until a person lets it go on.
 */
export type StoppedCaller = { 
/**
 * `window`, `cli`, `gateway`, or `key:NAME`.
 */
caller: string, 
/**
 * Milliseconds since 1970.
 */
at_ms: number, 
/**
 * Why, in a few words; may be empty.
 */
reason: string, };

/**
 * A target as shown to people: no address, no credential.
 */
export type TargetInfo = { 
/**
 * Provider id, as in the configuration.
 */
provider: string, 
/**
 * The model asked for.
 */
model: string, 
/**
 * Whether a simulated provider answers.
 */
simulated: boolean, };

/**
 * What a prompt was taken for.
 */
export type TaskGuess = { task: string, 
/**
 * From 0 to 1; 1 where a model was asked.
 */
certainty: number, 
/**
 * Whether it was sure enough to decide by.
 */
sure: boolean, 
/**
 * The model that was asked, as `provider/model`; `None`: the classifier of this machine.
 */
by?: string, };

/**
 * A rule held against a request.
 */
export type TestRule = { rule: string, request: ExplainRequest, };

/**
 * How patient a call is.
 */
export type Tier = "fast" | "standard" | "complex" | "reasoning";

/**
 * Calls over time, in equal steps, by when they ended.
 */
export type Timeline = { 
/**
 * A minute, or more so that there are at most 240 steps; less for spans under ten minutes.
 */
step_ms: number, 
/**
 * One a target that answered anything, in the order of the route; then the fallback text, if any.
 */
series: Array<Series>, failed: Array<number>, };

/**
 * The tokens of a prompt at one model. A provider may count a few more or less: it is always "about".
 */
export type TokenCount = { 
/**
 * As asked.
 */
model: string, 
/**
 * `provider/model` that would be asked first; `None`: there is none.
 */
target?: string, tokens: number, 
/**
 * Whether the model's own tokenizer counted the text.
 */
counted: boolean, 
/**
 * How the figure came about, for people.
 */
about: string, 
/**
 * What the input costs now; `None`: no price is known.
 */
cost?: PicoUsd, 
/**
 * Tokens that the model can take in all; `None`: not known.
 */
context_window?: number, };

/**
 * What one token of each bucket costs, in pico-USD per token.
 *
 * A dollar per million tokens is 10^6 pico-USD per token, so published prices are exact.
 */
export type TokenPrice = { input: PicoUsd, output: PicoUsd, 
/**
 * `None`: cached input is charged like other input.
 */
cache_read: PicoUsd | null, 
/**
 * `None`: cache writes are charged like other input.
 */
cache_creation: PicoUsd | null, };

/**
 * A function the model may ask to have called.
 */
export type Tool = { name: string, description: string, 
/**
 * JSON Schema of the arguments.
 */
parameters: unknown, };

/**
 * A tool call of an answer, whole.
 */
export type ToolCall = { id: string, name: string, 
/**
 * JSON text as the model wrote it.
 */
arguments: string, };

/**
 * One thing that happened to a call.
 */
export type TrailStep = { 
/**
 * Counted from the call's start.
 */
at_ms: number, text: string, };

/**
 * A setting that does not mean the same on the other side.
 */
export type TransferLoss = { 
/**
 * Path in what is taken over, counted from 0, for example `steps[0].clocks.idle`.
 */
setting: string, 
/**
 * One clause: lower case, no final period.
 */
what: string, severity: LossSeverity, };

/**
 * State the UI keeps between launches, by key. Values are the UI's own JSON.
 */
export type UiState = { values: Record<string, unknown>, };

/**
 * What a figure counts.
 */
export type Unit = "calls" | "per_call" | "milliseconds" | "pico_usd";

/**
 * A price file to take in place of the one that counts.
 */
export type UpdatePrices = { 
/**
 * The whole file.
 */
text: string, };

export type UrlPreview = { 
/**
 * For example `https://host/v1/chat/completions`.
 */
request_url: string, 
/**
 * What was understood differently from what was typed; `None` if nothing.
 */
note: string | null, };

/**
 * Tokens of one attempt. The buckets never overlap: their sum is all that was processed.
 */
export type Usage = { 
/**
 * Input read at full price.
 */
input_uncached_tokens: number, 
/**
 * Input served from the provider's prompt cache.
 */
cache_read_input_tokens: number, 
/**
 * Input written to a cache that lives 5 minutes (or of unstated life).
 */
cache_creation_input_tokens: number, 
/**
 * Input written to a cache that lives 1 hour.
 */
cache_creation_1h_input_tokens: number, 
/**
 * Output the caller sees.
 */
output_visible_tokens: number, 
/**
 * Output spent on reasoning.
 */
reasoning_output_tokens: number, 
/**
 * Whether any of the numbers is our estimate because the provider did not report it.
 */
estimated: boolean, };

/**
 * What one variant did. A saving is only worth something beside what it did to quality.
 */
export type VariantReport = { 
/**
 * `provider/model`.
 */
model: string, simulated: boolean, calls: number, 
/**
 * Of `calls`: by this variant or a fallback after it.
 */
answered: number, 
/**
 * Of `calls`: left for another target.
 */
left: number, 
/**
 * Mean, in USD; `None`: no price is known.
 */
cost_usd?: number, 
/**
 * Mean of answered calls.
 */
elapsed_ms?: number, 
/**
 * Retries a call, mean.
 */
retries: number, 
/**
 * Answers that people rated, and those they liked.
 */
rated: number, liked: number, 
/**
 * Against the first variant; empty for the first.
 */
against_first: Array<Measured>, };

export type Verdict = { "verdict": "winner", call: CallId, } | { "verdict": "tie" } | { "verdict": "all_bad" };

/**
 * How models did in blind votes over one prompt.
 */
export type VoteRecord = { rows: Array<VoteRow>, votes: number, };

export type VoteRow = { 
/**
 * `provider/model`.
 */
model: string, wins: number, ties: number, losses: number, };

/**
 * The webhook, without its address.
 */
export type WebhookState = { 
/**
 * Whether one is set.
 */
set: boolean, 
/**
 * Its host, for recognition. Absent: none is set.
 */
host?: string, 
/**
 * Where its address comes from: `keychain` or `env:NAME`.
 */
from?: string, 
/**
 * Why the last message was not delivered.
 */
problem?: string, };

/**
 * A day of the week.
 */
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/**
 * What a target's times and failures rest on.
 */
export type WhatIfBasis = "measured" | "too_few" | "assumed";

/**
 * Which calls are replayed.
 */
export type WhatIfCalls = "route" | "auto" | "all";

/**
 * A difference with its 95 % interval, of the same calls on both sides.
 */
export type WhatIfChange = { 
/**
 * Below 0: less than before.
 */
by: number, low: number, high: number, says: CompareSays, };

/**
 * A figure with its 95 % interval. `None`: there is nothing to tell it from.
 */
export type WhatIfFigure = { value?: number, low?: number, high?: number, };

/**
 * What a figure counts.
 */
export type WhatIfMeasure = "cost" | "latency_p50" | "latency_p90" | "first_token_p50" | "first_token_p90" | "failed" | "rescued" | "fallback_text" | "attempts";

/**
 * The other half of a saving: how the models did that calls would move between.
 */
export type WhatIfQuality = { 
/**
 * Models that would get fewer calls than they had, and more.
 */
from: Array<string>, to: Array<string>, 
/**
 * One clause each: votes, schemas, failures of attempts.
 */
words: Array<string>, 
/**
 * Whether anything at all was recorded of the quality on both sides.
 */
known: boolean, };

/**
 * Past calls, what happened to them, and what would have happened on a route.
 */
export type WhatIfReport = { route: string, seed: number, 
/**
 * Replayed.
 */
calls: number, 
/**
 * When the first of them was made; milliseconds since 1970.
 */
from_ms?: number, to_ms?: number, 
/**
 * Calls of the time that are not replayed, and why.
 */
left_out: Array<LeftOut>, has_active: boolean, has_draft: boolean, 
/**
 * The result in a few sentences. One that tells of a saving tells of quality too.
 */
summary: Array<string>, rows: Array<WhatIfRow>, 
/**
 * Models that were asked, or would be: most calls of what happened first.
 */
targets: Array<WhatIfTarget>, quality: WhatIfQuality, 
/**
 * What the data do not bear, and what is assumed.
 */
notes: Array<string>, };

/**
 * One figure, as it happened and as it would have been.
 */
export type WhatIfRow = { measure: WhatIfMeasure, happened: WhatIfFigure, active?: WhatIfFigure, draft?: WhatIfFigure, 
/**
 * The active route against what happened.
 */
active_change?: WhatIfChange, 
/**
 * The draft against what happened.
 */
draft_change?: WhatIfChange, 
/**
 * The draft against the active route.
 */
between?: WhatIfChange, };

/**
 * A model, how many calls it has on each side, and what is known of it.
 */
export type WhatIfTarget = { target: TargetInfo, 
/**
 * Shares of all calls, 0 to 1.
 */
happened: WhatIfFigure, active?: WhatIfFigure, draft?: WhatIfFigure, 
/**
 * Attempts of the time looked at that tell of it.
 */
measured: number, 
/**
 * How many of them failed.
 */
failed: number, basis: WhatIfBasis, 
/**
 * Median to the first token that replays draw from, in milliseconds; `None`: no route asks it.
 */
first_token_p50_ms?: number, 
/**
 * Ratings and blind votes won, and all of them.
 */
votes: [number, number], 
/**
 * Answers that kept their schema, and all that had one.
 */
schema: [number, number], };

/**
 * The wire format a provider speaks.
 */
export type Wire = "openai_chat" | "openai_responses" | "anthropic" | "gemini";

/** Every method: its parameters and its result. */
export interface Api {
  /** What the shell shows about the program. */
  "app.info": { params: Empty; result: AppInfo };
  /** State the UI kept at the last launch. */
  "ui_state.get": { params: Empty; result: UiState };
  /** Keeps one value of UI state. */
  "ui_state.set": { params: SetUiState; result: Empty };
  /** Providers as configured, the simulator first. */
  "providers.list": { params: Empty; result: Array<ProviderInfo> };
  /** Providers that can be added. */
  "providers.presets": { params: Empty; result: Array<Preset> };
  /** Adds or changes a provider in the configuration file. */
  "providers.save": { params: SaveProvider; result: ProviderInfo };
  /** Takes a provider out of the configuration file. Its keys stay until deleted. */
  "providers.delete": { params: ProviderId; result: Empty };
  /** Shows where calls to a base URL would go. */
  "providers.preview_url": { params: PreviewUrl; result: UrlPreview };
  /** Tries the connection by listing models, over the same path as calls. */
  "providers.test": { params: ProviderId; result: ProviderTest };
  /** Looks for model servers on this machine and adds those that answer. */
  "providers.find_local": { params: Empty; result: Array<ProviderInfo> };
  /** Models that can be picked, configured and detected. */
  "models.list": { params: Empty; result: Array<ModelInfo> };
  /** How many tokens a prompt has at some models before it is sent, and what they cost. */
  "tokens.count": { params: CountTokens; result: Array<TokenCount> };
  /** Routes: named chains of targets, those of the configuration file first. */
  "routes.list": { params: Empty; result: Array<Route> };
  /** A route's whole form, as it is active. */
  "routes.get": { params: RouteName; result: RouteForm };
  /** What is wrong with a form, and what a call of it would cost and take. */
  "routes.check": { params: CheckRoute; result: RouteCheck };
  /** What changes would make of the configuration file. */
  "routes.diff": { params: RouteEdits; result: RouteDiff };
  /** Makes changes active: writes the configuration file and keeps its version. */
  "routes.activate": { params: RouteEdits; result: ConfigVersion };
  /** Takes a route out of the configuration file. A built-in one of its name comes back. */
  "routes.remove": { params: RouteName; result: ConfigVersion };
  /** Gives a route another name. */
  "routes.rename": { params: RenameRoute; result: ConfigVersion };
  /** Copies a route under another name. */
  "routes.duplicate": { params: RenameRoute; result: ConfigVersion };
  /** Why a request would take its route and model, without making it. */
  "routes.explain": { params: ExplainRequest; result: RouteExplanation };
  /** What a route's variants did, and whether the data can tell them apart. */
  "routes.experiment": { params: AskExperiment; result: Experiment };
  /** Holds a rule against a request, part by part. */
  "routes.test_rule": { params: TestRule; result: RuleTest };
  /** What can be written at a place of a rule. */
  "routes.complete_rule": { params: CompleteRule; result: Array<RuleCompletion> };
  /** Versions of the configuration file, newest first. */
  "config.versions": { params: Empty; result: Array<ConfigVersion> };
  /** A version's text, and what sets it apart from the active one. */
  "config.version": { params: ConfigVersionId; result: ConfigVersionText };
  /** Makes an old version of the configuration file active again. */
  "config.restore": { params: ConfigVersionId; result: ConfigVersion };
  /** Puts the active configuration in the place of a broken file, which is kept beside it. */
  "config.put_back": { params: Empty; result: ConfigPutBack };
  /** A route in the own form of a gateway for production. */
  "export.preview": { params: PreviewExport; result: ExportPreview };
  /** What another program's configuration would add to the file. */
  "import.preview": { params: PreviewImport; result: ImportPreview };
  /** Adds what another program's configuration holds to the file. */
  "import.apply": { params: ApplyImport; result: ImportDone };
  /** The gateway as it is now, with its keys. */
  "gateway.status": { params: Empty; result: GatewayStatus };
  /** Starts the gateway, or moves it to another port. */
  "gateway.start": { params: StartGateway; result: GatewayStatus };
  /** Stops the gateway and the calls it runs. */
  "gateway.stop": { params: Empty; result: GatewayStatus };
  /** Makes a gateway key invalid for ever, at once. */
  "gateway.keys.revoke": { params: GatewayKeyId; result: GatewayKey };
  /** How every budget stands. */
  "budgets.list": { params: Empty; result: BudgetList };
  /** Writes a budget into the configuration file. */
  "budgets.set": { params: SetBudget; result: BudgetList };
  /** Takes a budget out of the configuration file. */
  "budgets.remove": { params: BudgetName; result: BudgetList };
  /** Raises a budget until it resets; the configuration file stays as it is. */
  "budgets.raise": { params: RaiseBudget; result: BudgetList };
  /** Alerts about spending, newest first. */
  "alerts.list": { params: Empty; result: AlertList };
  /** Marks one alert, or all, as seen. */
  "alerts.dismiss": { params: DismissAlerts; result: AlertList };
  /** Keeps a budget's alerts quiet until it resets, or takes that back. */
  "alerts.mute": { params: MuteAlerts; result: BudgetList };
  /** Which alerts there are, and where they go. */
  "alerts.settings": { params: Empty; result: AlertSettings };
  /** Changes which alerts there are. */
  "alerts.set": { params: SetAlerts; result: AlertSettings };
  /** Keeps the address of the webhook in the OS key store, or forgets it. */
  "alerts.set_webhook": { params: SetWebhook; result: AlertSettings };
  /** Shows a notification and sends a message to the webhook, as a test. */
  "alerts.test": { params: Empty; result: AlertSettings };
  /** Callers whose calls are refused. */
  "callers.stopped": { params: Empty; result: Array<StoppedCaller> };
  /** Refuses a caller's calls until it is let go on. */
  "callers.stop": { params: CallerRef; result: Array<StoppedCaller> };
  /** Lets a stopped caller go on. */
  "callers.resume": { params: CallerRef; result: Array<StoppedCaller> };
  /** The state of the OS key store, asked anew. */
  "keys.state": { params: Empty; result: KeychainState };
  /** Removes a credential. */
  "keys.delete": { params: KeyRef; result: Empty };
  /** Chooses the credential that a provider's calls use. */
  "keys.activate": { params: KeyRef; result: Empty };
  /** Looks for known key variables in the environment. */
  "keys.scan_env": { params: Empty; result: KeyScan };
  /** Imports what a scan found. */
  "keys.import": { params: ImportKeys; result: Array<ProviderInfo> };
  /** Prompts, last changed first. */
  "prompts.list": { params: PromptQuery; result: Array<PromptSummary> };
  /** A prompt with its draft. */
  "prompts.get": { params: PromptId; result: Prompt };
  /** Makes a prompt. */
  "prompts.create": { params: NewPrompt; result: Prompt };
  /** Keeps the draft. Called within 300 ms of a change. */
  "prompts.save_draft": { params: SaveDraft; result: Prompt };
  /** Saves the draft as a new version, if it differs from the latest. */
  "prompts.save_version": { params: PromptId; result: Prompt };
  /** A prompt's versions, newest first. */
  "prompts.versions": { params: PromptId; result: Array<PromptVersion> };
  /** Makes an old version the draft. */
  "prompts.restore": { params: RestoreVersion; result: Prompt };
  /** Copies a prompt. */
  "prompts.duplicate": { params: PromptId; result: Prompt };
  /** Hides a prompt; its calls stay. */
  "prompts.delete": { params: PromptId; result: Empty };
  /** Brings a deleted prompt back. */
  "prompts.undelete": { params: PromptId; result: Prompt };
  /** Runs columns of a prompt; what happens arrives on the live channel. */
  "calls.start": { params: StartRun; result: StartedRun };
  /** Stops a call. Stopping one that has ended is no error. */
  "calls.stop": { params: CallRef; result: Empty };
  /** Stops every running call. */
  "calls.stop_all": { params: Empty; result: Empty };
  /** Recorded calls, newest first. */
  "calls.list": { params: CallQuery; result: CallPage };
  /** A call with everything recorded about it, running or not. */
  "calls.get": { params: CallRef; result: CallDetail };
  /** The calls of a prompt's latest comparison; empty if it was never run. */
  "calls.latest_of_prompt": { params: PromptId; result: Array<CallDetail> };
  /** Why a call took its model: in one sentence, and as the path it took. */
  "calls.explain": { params: ExplainCall; result: RouteExplanation };
  /** Rates an answer. */
  "calls.rate": { params: RateCall; result: Empty };
  /** Records a blind vote and returns the prompt's record. */
  "votes.cast": { params: CastVote; result: VoteRecord };
  /** How models did in a prompt's blind votes. */
  "votes.record": { params: PromptId; result: VoteRecord };
  /** What a rehearsal of a route would run on. */
  "rehearse.preview": { params: PreviewRehearsal; result: RehearsalPreview };
  /** Says what a fault line means, as it is being typed. */
  "rehearse.parse_fault": { params: ParseFault; result: ParsedFault };
  /** Rehearses a route in virtual time; how far it is arrives on the live channel. */
  "rehearse.start": { params: StartRehearsal; result: RehearsalProgress };
  /** How far the running or last rehearsal is. */
  "rehearse.progress": { params: Empty; result: RehearsalProgress };
  /** Stops the running rehearsal. Stopping none is no error. */
  "rehearse.stop": { params: Empty; result: Empty };
  /** What the last finished rehearsal found. */
  "rehearse.report": { params: Empty; result: RehearsalReport };
  /** The last finished rehearsal's chart: calls over time by answering model, faults shaded. */
  "rehearse.chart": { params: ChartRehearsal; result: RehearsalChart };
  /** Replays past calls through a route or its draft; how far it is arrives on the live channel. */
  "what_if.start": { params: StartWhatIf; result: RehearsalProgress };
  /** How far the running or last replay is. */
  "what_if.progress": { params: Empty; result: RehearsalProgress };
  /** Stops the running replay. Stopping none is no error. */
  "what_if.stop": { params: Empty; result: Empty };
  /** What the last finished replay found. */
  "what_if.report": { params: Empty; result: WhatIfReport };
  /** What calls cost, how long they took and how often they failed, over a range of time. */
  "spend.report": { params: SpendQuery; result: SpendReport };
  /** Sums what calls cost anew from the calls; for sums that cannot be read. */
  "spend.rebuild": { params: Empty; result: SpendRebuilt };
  /** What was spent today. */
  "spend.today": { params: Empty; result: SpendToday };
  /** A report as the text of a file. */
  "spend.export": { params: ExportSpend; result: SpendFile };
  /** The chart as a file. */
  "spend.picture": { params: DrawSpend; result: SpendPicture };
  /** Models with their prices of today, by letters of their names. */
  "prices.search": { params: PriceQuery; result: PriceMatches };
  /** Every price of a model: by tier, date, hours and length, with source and conflicts. */
  "prices.show": { params: PriceRef; result: PriceSheet };
  /** Sets a price of the user's own in the configuration file. */
  "prices.set": { params: OwnPrice; result: OwnPrice };
  /** Takes a price of the user's own back. */
  "prices.remove": { params: PriceRef; result: Empty };
  /** Takes a price file in place of the book that counts. A broken or shrunken one changes nothing. */
  "prices.update": { params: UpdatePrices; result: PriceUpdate };
  /** Lets the price book that comes with the program count again. */
  "prices.use_bundled": { params: Empty; result: PriceBook };
  /** Models that go, and prices that change. */
  "prices.notices": { params: PriceNoticesQuery; result: Array<PriceNotice> };
  /** Compares two texts. */
  "diff.texts": { params: DiffTexts; result: Diff };
}
