import type {
  BreakerSpan,
  Difference,
  ExampleCall,
  FailureCount,
  FaultWindow,
  RehearsedTarget,
  RouteResult,
  Spread,
  StartRehearsal,
} from "../types";

/** Pico-USD of one imagined attempt that answered. */
const COST = 4_100_000_000;
const RETRIES = 2;
const MINUTE = 60_000;

/** Works out what becomes of every call: the same seed gives the same result. */
export function imagine(
  route: string,
  targets: RehearsedTarget[],
  faults: FaultWindow[],
  { calls, seed, span_ms }: StartRehearsal,
): RouteResult {
  const chance = random(seed);
  const step_ms = Math.max(span_ms >= 10 * MINUTE ? MINUTE : span_ms / 10, span_ms / 240);
  const steps = Math.ceil(span_ms / step_ms);
  const series = targets.map((one) => ({ label: id(one), calls: Array<number>(steps).fill(0) }));
  const failed = Array<number>(steps).fill(0);
  const requests = targets.map(() => 0);
  const asked = targets.map(() => 0);
  const histogram: number[] = [];
  const waits: number[] = [];
  const examples: ExampleCall[] = [];
  const sums = { first_try: 0, retry: 0, fallback: 0, continuation: 0, failed: 0, attempts: 0 };
  for (let call = 0; call < calls; call++) {
    const at = (span_ms * call) / calls;
    const step = Math.min(steps - 1, Math.floor(at / step_ms));
    let tries = 0;
    let waited = 0;
    let by = -1;
    let continued = false;
    const trail: ExampleCall["trail"] = [];
    for (const [place, target] of targets.entries()) {
      asked[place] = (asked[place] ?? 0) + 1;
      for (let attempt = 0; attempt < RETRIES && by < 0; attempt++) {
        tries += 1;
        requests[place] = (requests[place] ?? 0) + 1;
        trail.push({ at_ms: waited, text: `attempt ${tries} asks ${id(target)}` });
        const fault = faults.find((one) => hits(one, target, at) && chance() < rateOf(one));
        const bad = fault !== undefined || chance() < target.behaviour.error_rate;
        if (bad && fault?.kind === "cut") continued = true;
        if (bad && !continued) {
          waited += 400 * 2 ** attempt;
          trail.push({ at_ms: waited, text: `attempt ${tries} fails: HTTP 503` });
        } else {
          by = place;
          waited += target.behaviour.first_token_p50_ms * (0.7 + chance());
        }
      }
      if (by >= 0) break;
    }
    sums.attempts += tries;
    histogram[tries] = (histogram[tries] ?? 0) + 1;
    const line = series[by];
    if (!line) {
      sums.failed += 1;
      failed[step] = (failed[step] ?? 0) + 1;
      const elapsed_ms = Math.round(waited);
      if (examples.length < 3) {
        examples.push({ call: call + 1, began_ms: Math.round(at), elapsed_ms, trail });
      }
      continue;
    }
    line.calls[step] = (line.calls[step] ?? 0) + 1;
    waits.push(waited);
    if (continued) sums.continuation += 1;
    else if (by > 0) sums.fallback += 1;
    else if (tries > 1) sums.retry += 1;
    else sums.first_try += 1;
  }
  const answered = calls - sums.failed;
  const first_token = spread(waits);
  const latency = spread(waits.map((wait) => wait + 4000));
  const failures: FailureCount[] =
    sums.failed === 0 ? [] : [{ kind: "overloaded", calls: sums.failed, examples }];
  return {
    route,
    targets,
    calls,
    answered,
    first_try: sums.first_try,
    rescued_by_retry: sums.retry,
    rescued_by_fallback: sums.fallback,
    rescued_by_continuation: sums.continuation,
    fallback_text: 0,
    failed: sums.failed,
    failures,
    ...(latency ? { latency } : {}),
    ...(first_token ? { first_token } : {}),
    cost: {
      total: answered * COST,
      p5: COST * 0.4,
      p50: COST,
      p95: COST * 2.6,
      max: COST * 6,
      wasted: 0,
      unpriced_calls: 0,
    },
    attempts: {
      total: sums.attempts,
      per_call: sums.attempts / calls,
      histogram: Array.from({ length: histogram.length }, (_, tries) => histogram[tries] ?? 0),
    },
    providers: targets.map(({ target }, place) => ({
      provider: target.provider,
      calls: asked[place] ?? 0,
      requests: requests[place] ?? 0,
      amplification: (requests[place] ?? 0) / Math.max(1, asked[place] ?? 0),
      peak_requests_per_second: Math.ceil(((requests[place] ?? 0) * 3000) / span_ms),
    })),
    breakers: targets.flatMap((target) => spans(target, faults)),
    timeline: { step_ms, series: series.filter((one) => one.calls.some(Boolean)), failed },
    ended_ms: span_ms + 9000,
  };
}

/** Returns a row a figure, from one result to the other. */
export function differences(from: RouteResult, to: RouteResult): Difference[] {
  const row = (
    figure: string,
    unit: Difference["unit"],
    more: boolean | null,
    value: (result: RouteResult) => number | undefined,
  ): Difference => {
    const [before, after] = [value(from) ?? null, value(to) ?? null];
    const same = before === null || after === null || before === after;
    const better = same || more === null ? null : after > before === more;
    return { figure, unit, from: before, to: after, better };
  };
  return [
    row("answered", "calls", true, (result) => result.answered),
    row("rescued by fallback", "calls", null, (result) => result.rescued_by_fallback),
    row("failed", "calls", false, (result) => result.failed),
    row("first token p95", "milliseconds", false, (result) => result.first_token?.p95_ms),
    row("cost in total", "pico_usd", false, (result) => result.cost.total),
    row("attempts", "per_call", false, (result) => result.attempts.per_call),
  ];
}

/** An outage opens the breaker a little after it begins and closes it a little after its end. */
function spans(target: RehearsedTarget, faults: FaultWindow[]): BreakerSpan[] {
  const open = "open" as const;
  const outages = faults.filter(
    (fault) => fault.kind === "outage" && hits(fault, target, fault.from_ms),
  );
  return outages.flatMap((fault): BreakerSpan[] => {
    const from_ms = fault.from_ms + 4000;
    const why = "overloaded";
    const span = { target: target.target, state: open, from_ms, why };
    if (fault.to_ms === undefined) return [span];
    const to_ms = fault.to_ms + 1000;
    const trial = { from_ms: to_ms, to_ms: to_ms + 15_000, why: "" };
    return [
      { ...span, to_ms },
      { target: target.target, state: "half_open", ...trial },
    ];
  });
}

function hits(fault: FaultWindow, { target }: RehearsedTarget, at: number): boolean {
  const here = fault.provider === target.provider;
  const model = fault.model === undefined || fault.model === target.model;
  return here && model && at >= fault.from_ms && at < (fault.to_ms ?? Infinity);
}

function rateOf(fault: FaultWindow): number {
  const percent = /:(\d+(?:\.\d+)?)%/.exec(fault.text)?.[1];
  if (percent !== undefined) return Number(percent) / 100;
  return fault.kind === "latency" || fault.kind === "slow_start" ? 0 : 1;
}

function spread(values: number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return {
    p50_ms: at(0.5),
    p90_ms: at(0.9),
    p95_ms: at(0.95),
    p99_ms: at(0.99),
    max_ms: at(1),
  };
}

function id({ target }: RehearsedTarget): string {
  return `${target.provider}/${target.model}`;
}

/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
