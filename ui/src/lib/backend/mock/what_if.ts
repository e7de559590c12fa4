import { BackendError } from "../backend";
import type {
  RehearsalProgress,
  Route,
  StartWhatIf,
  WhatIfFigure,
  WhatIfReport,
  WhatIfRow,
} from "../types";

/** Milliseconds between two messages on how far a replay is. */
const TICK = 30;
/** Messages of a whole replay. */
const TICKS = 4;
const CALLS = 1200;
/** 1 to 15 November 2026. */
const FROM_MS = 1_793_491_200_000;
const TO_MS = 1_794_700_800_000;

/** Replays of past calls in memory: progress on a timer, then a made-up report. */
export class MockWhatIf {
  #progress: RehearsalProgress = { id: 0, state: "none", done: 0, calls: 0 };
  #report: WhatIfReport | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Set to have the next replay end with this sentence. */
  failWith: string | null = null;

  constructor(
    private readonly tell: (progress: RehearsalProgress) => void,
    private readonly routes: () => Route[],
  ) {}

  start(params: StartWhatIf): RehearsalProgress {
    if (this.#progress.state === "running") {
      throw new BackendError({ code: "conflict", message: "a replay is running already" });
    }
    const active = this.routes().find((one) => one.name === params.route);
    if (!active && !params.draft) {
      throw new BackendError({
        code: "not_found",
        message: `there is no route \`${params.route}\``,
        field: "route",
      });
    }
    const report = imagine(params, active);
    this.#progress = { id: this.#progress.id + 1, state: "running", done: 0, calls: 0 };
    this.#timer = setInterval(() => this.#tick(report), TICK);
    this.tell(this.#progress);
    return this.#progress;
  }

  progress(): RehearsalProgress {
    return this.#progress;
  }

  stop(): void {
    if (this.#progress.state === "running") this.#end({ state: "stopped" });
  }

  report(): WhatIfReport {
    if (this.#report) return this.#report;
    throw new BackendError({ code: "not_found", message: "no replay has finished yet" });
  }

  #tick(report: WhatIfReport): void {
    const calls = CALLS * (report.has_draft && report.has_active ? 2 : 1);
    const done = Math.min(calls, this.#progress.done + Math.ceil(calls / TICKS));
    if (this.failWith !== null) {
      this.#end({ state: "failed", error: this.failWith });
      this.failWith = null;
    } else if (done === calls) {
      this.#report = report;
      this.#end({ state: "done", done, calls });
    } else {
      this.#progress = { ...this.#progress, done, calls };
      this.tell(this.#progress);
    }
  }

  #end(change: Partial<RehearsalProgress>): void {
    clearInterval(this.#timer);
    this.#progress = { ...this.#progress, ...change };
    this.tell(this.#progress);
  }
}

function around(value: number): WhatIfFigure {
  return { value, low: value * 0.95, high: value * 1.05 };
}

function imagine(params: StartWhatIf, active: Route | undefined): WhatIfReport {
  const drafted = params.draft?.draft;
  const before = active?.targets[0];
  const from = before ? `${before.provider}/${before.model}` : "openai/gpt-6.1-terra";
  const to = drafted?.steps[0]?.options[0]?.model ?? from;
  const row = (measure: WhatIfRow["measure"], was: number, would: number): WhatIfRow => {
    const by = would - was;
    const change = {
      by,
      low: by * 1.1,
      high: by * 0.9,
      says: by < 0 ? "better" : "worse",
    } as const;
    return {
      measure,
      happened: around(was),
      ...(active ? { active: around(was) } : {}),
      ...(drafted ? { draft: around(would), draft_change: change } : {}),
    };
  };
  const target = (model: string, was: number, would: number): WhatIfReport["targets"][number] => {
    const [provider = "", name = ""] = model.split("/", 2);
    return {
      target: { provider, model: name, simulated: false },
      happened: around(was),
      ...(active ? { active: around(was) } : {}),
      ...(drafted ? { draft: around(would) } : {}),
      measured: was > 0 ? CALLS : 0,
      failed: 0,
      basis: was > 0 ? "measured" : "assumed",
      votes: [0, 0],
      schema: [0, 0],
    };
  };
  return {
    route: params.route,
    seed: params.seed,
    calls: CALLS,
    from_ms: FROM_MS,
    to_ms: TO_MS,
    left_out: [{ why: "were answered by the simulator", calls: 4 }],
    has_active: active !== undefined,
    has_draft: drafted !== undefined,
    summary: drafted
      ? [
          "$1.20 less (40 %), between $1.10 and $1.30; whether the answers would be as good is not known",
        ]
      : ["no difference in cost is shown"],
    rows: [
      row("cost", 3e12, 1.8e12),
      row("latency_p50", 2400, 1300),
      row("latency_p90", 5200, 2900),
      row("first_token_p50", 600, 410),
      row("first_token_p90", 1400, 900),
      row("failed", 0.012, 0.004),
      row("rescued", 0.004, 0.01),
      row("fallback_text", 0, 0),
      row("attempts", 1.02, 1.04),
    ],
    targets: to === from ? [target(from, 1, 1)] : [target(from, 1, 0), target(to, 0, 1)],
    quality: { from: [from], to: [to], words: ["votes: nothing is recorded"], known: false },
    notes: ["every model is taken to write as much as the one that answered"],
  };
}
