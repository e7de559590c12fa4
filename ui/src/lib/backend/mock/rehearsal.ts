import { BackendError } from "../backend";
import type {
  PreviewRehearsal,
  RehearsalPreview,
  RehearsalProgress,
  RehearsalReport,
  RehearsedTarget,
  Route,
  RouteEdit,
  StartRehearsal,
} from "../types";
import { parseFault } from "./faults";
import { differences, imagine } from "./rehearsal_report";

/** Milliseconds between two messages on how far a rehearsal is. */
const TICK = 30;
/** Messages of a whole rehearsal. */
const TICKS = 6;

/** Rehearsals in memory: progress on a timer, then a report worked out from the faults and the seed. */
export class MockRehearsal {
  #progress: RehearsalProgress = { id: 0, state: "none", done: 0, calls: 0 };
  #report: RehearsalReport | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Set to have the next rehearsal end with this sentence. */
  failWith: string | null = null;
  /** Set to have no call in the history whose shape could be taken. */
  noCalls = false;

  constructor(
    private readonly tell: (progress: RehearsalProgress) => void,
    private readonly routes: () => Route[],
  ) {}

  preview({ route, draft }: PreviewRehearsal): RehearsalPreview {
    const targets = this.#targets(modelsOf(draft) ?? route, "route");
    const ids = targets.map(({ target }) => `${target.provider}/${target.model}`);
    const providers = targets.map(({ target }) => target.provider);
    return { targets, reasons: [], fault_targets: [...new Set([...providers, ...ids])] };
  }

  start(params: StartRehearsal): RehearsalProgress {
    if (this.#progress.state === "running") {
      throw new BackendError({
        code: "conflict",
        message: "a rehearsal is running already",
        hint: "stop it first, or wait for its end",
      });
    }
    if (params.like_days !== undefined && this.noCalls) {
      const message = `no real call was answered in the last ${params.like_days} days`;
      throw this.#invalid("like_days", message, "take more days, or rehearse the made-up shape");
    }
    const drafted = modelsOf(params.draft);
    const targets = this.#targets(drafted ?? params.route, "route");
    const other = params.compare === undefined ? null : this.#targets(params.compare, "compare");
    const known = [...targets, ...(other ?? [])];
    const faults = params.faults.map((line, index) => {
      const { fault, problem } = parseFault(line);
      if (!fault) throw this.#invalid(`faults.${index}`, problem?.message ?? "", problem?.fix);
      const hit = known.some(({ target }) => target.provider === fault.provider);
      if (!hit) {
        const message = `the fault's target: the route never asks \`${fault.provider}\``;
        throw this.#invalid(`faults.${index}`, message);
      }
      return fault;
    });
    const name = params.draft ? `${params.route} (draft)` : params.route;
    const result = imagine(name, targets, faults, params);
    const compared = other && imagine(params.compare ?? "", other, faults, params);
    const calls = params.calls * (compared ? 2 : 1);
    const { seed, span_ms, load } = params;
    const report: RehearsalReport = {
      calls: params.calls,
      seed,
      span_ms,
      load,
      shapes: params.like_days === undefined ? 0 : 1000,
      faults,
      result,
      ...(compared ? { compared } : {}),
      differences: compared ? differences(result, compared) : [],
    };
    this.#progress = { id: this.#progress.id + 1, state: "running", done: 0, calls };
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

  report(): RehearsalReport {
    if (this.#report) return this.#report;
    throw new BackendError({ code: "not_found", message: "no rehearsal has finished yet" });
  }

  #tick(report: RehearsalReport): void {
    const { calls } = this.#progress;
    const done = Math.min(calls, this.#progress.done + Math.ceil(calls / TICKS));
    if (this.failWith !== null && done > calls / 2) {
      this.#end({ state: "failed", error: this.failWith });
      this.failWith = null;
    } else if (done === calls) {
      this.#report = report;
      this.#end({ state: "done", done });
    } else {
      this.#progress = { ...this.#progress, done };
      this.tell(this.#progress);
    }
  }

  #end(change: Partial<RehearsalProgress>): void {
    clearInterval(this.#timer);
    this.#progress = { ...this.#progress, ...change };
    this.tell(this.#progress);
  }

  #targets(name: string, field: string): RehearsedTarget[] {
    const route = this.routes().find((one) => one.name === name.trim());
    const names = route
      ? route.targets.map((one) => `${one.provider}/${one.model}`)
      : name.split(",").map((one) => one.trim());
    return names.map((id, place) => {
      const [provider = "", model] = id.split("/", 2);
      if (model === undefined) {
        throw this.#invalid(field, `there is no route and no model \`${id}\``);
      }
      return {
        target: { provider, model, simulated: true },
        provider_label: route?.targets[place]?.provider_label ?? provider,
        tier: "standard",
        price: { input: 2_500_000, output: 12_000_000, cache_read: null, cache_creation: null },
        general: true,
        behaviour: {
          first_token_p50_ms: 600 + 150 * place,
          first_token_p95_ms: 1800 + 400 * place,
          tokens_per_second: 80,
          output_p50_tokens: 320,
          output_p95_tokens: 900,
          error_rate: 0.002,
        },
      };
    });
  }

  #invalid(field: string, message: string, hint?: string): BackendError {
    return new BackendError({
      code: "invalid_params",
      message,
      field,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The models that a draft asks, in order; `undefined`: there is none. */
function modelsOf(edit: RouteEdit | undefined): string | undefined {
  return edit?.draft.steps.flatMap((step) => step.options.map(({ model }) => model)).join(",");
}
