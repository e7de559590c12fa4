import type {
  AttemptDetail,
  CallDetail,
  CallEvent,
  FailedAttempt,
  Next,
  TargetInfo,
  Usage,
} from "../types";
import { script, type Step } from "./script";

/** Most attempts at one target. */
const MAX_ATTEMPTS = 3;

type Emitted = DistributiveOmit<CallEvent, "call" | "seq" | "at_ms">;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Plays one call on timers: attempts, retries, fallbacks, and keeps the record of it. */
export class Player {
  #seq = 0;
  #began = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #targets: TargetInfo[];
  #target = 0;
  #tries = 0;
  #attempt = 0;
  #failed: FailedAttempt[] = [];
  #text = "";

  constructor(
    readonly detail: CallDetail,
    targets: TargetInfo[],
    readonly emit: (event: CallEvent) => void,
  ) {
    this.#targets = targets;
    this.#emit({ type: "planned", targets, reasons: [], deadline_ms: 120_000 });
    this.#timer = setTimeout(() => this.#start(), 15);
  }

  stop(): void {
    if (this.detail.summary.status !== "running") return;
    clearTimeout(this.#timer);
    this.detail.summary.status = "cancelled";
    this.#close();
    this.#emit({ type: "cancelled", elapsed_ms: this.#now(), usage: this.#usage() });
  }

  #start(): void {
    this.#attempt += 1;
    this.#tries += 1;
    this.#text = "";
    const target = this.#current();
    this.detail.attempts.push(newAttempt(this.#attempt, target, this.#now()));
    this.detail.summary.attempts = this.#attempt;
    this.detail.summary.answered = target;
    this.#emit({
      type: "attempt_started",
      attempt: this.#attempt,
      max_attempts: MAX_ATTEMPTS,
      target,
      hedge: false,
    });
    this.#play(script(target.model, this.#tries), 0);
  }

  #play(steps: Step[], index: number): void {
    const step = steps[index];
    if (!step) return;
    this.#timer = setTimeout(() => {
      if (this.#step(step)) this.#play(steps, index + 1);
    }, step.wait);
  }

  /** Does one step; returns whether the script goes on. */
  #step(step: Step): boolean {
    const attempt = this.detail.attempts.at(-1);
    if (!attempt) return false;
    const after_ms = this.#now() - attempt.started_ms;
    switch (step.do) {
      case "response":
        attempt.headers_ms = this.#now();
        attempt.status = step.status;
        this.#emit({
          type: "response_started",
          attempt: this.#attempt,
          after_ms,
          status: step.status,
          request_id: `req_${this.#attempt}`,
        });
        return true;
      case "text":
        this.#first(attempt, after_ms);
        this.#text += step.text;
        this.detail.text += step.text;
        this.detail.summary.excerpt = this.detail.text.slice(0, 160);
        this.#emit({ type: "text_delta", text: step.text });
        return true;
      case "reasoning":
        this.#first(attempt, after_ms);
        this.detail.reasoning += step.text;
        this.#emit({ type: "reasoning_delta", text: step.text });
        return true;
      case "tool": {
        this.#first(attempt, after_ms);
        const calls = this.detail.tool_calls;
        if (step.name !== undefined) {
          calls.push({ id: step.id ?? "", name: step.name, arguments: "" });
        }
        const last = calls.at(-1);
        if (last) last.arguments += step.arguments;
        const { id, name } = step;
        this.#emit({
          type: "tool_call_delta",
          index: calls.length - 1,
          arguments: step.arguments,
          ...(id === undefined ? {} : { id }),
          ...(name === undefined ? {} : { name }),
        });
        return true;
      }
      case "fail":
        this.#fail(step, attempt);
        return false;
      case "end":
        this.#finish(step.finish, attempt);
        return false;
    }
  }

  #first(attempt: AttemptDetail, after_ms: number): void {
    if (attempt.first_token_ms !== null) return;
    attempt.first_token_ms = this.#now();
    this.detail.summary.first_token_ms = this.#now();
    this.#emit({ type: "first_token", attempt: this.#attempt, after_ms });
  }

  #fail(step: Extract<Step, { do: "fail" }>, attempt: AttemptDetail): void {
    const { error } = step;
    attempt.error = error;
    attempt.ended_ms = this.#now();
    this.detail.summary.error ??= error;
    this.#failed.push({ attempt: this.#attempt, target: this.#current(), error });
    const next = this.#next(error.kind === "auth", error.retry_after_ms);
    attempt.next = next;
    this.#emit({
      type: "attempt_failed",
      attempt: this.#attempt,
      error,
      elapsed_ms: this.#now() - attempt.started_ms,
      next,
    });
    if (next.do === "stop") {
      this.detail.summary.status = "failed";
      this.#close();
      const first = this.#failed[0]?.error ?? error;
      this.#emit({
        type: "failed",
        report: { error: first, attempts: this.#failed, elapsed_ms: this.#now() },
      });
      return;
    }
    if (this.#text !== "") {
      attempt.discarded = this.#text;
      this.detail.text = "";
      this.#emit({
        type: "restarted",
        attempt: this.#attempt,
        discarded_chars: this.#text.length,
      });
    }
    if (next.do === "retry") {
      attempt.wait_ms = next.after_ms;
      this.detail.summary.retries += 1;
      this.#timer = setTimeout(() => this.#start(), next.after_ms);
    } else {
      this.detail.summary.fallbacks += 1;
      this.#target += 1;
      this.#tries = 0;
      this.#timer = setTimeout(() => this.#start(), 5);
    }
  }

  #next(final: boolean, hinted: number | undefined): Next {
    if (!final && this.#tries < MAX_ATTEMPTS) {
      return { do: "retry", after_ms: hinted ?? 500 * 2 ** (this.#tries - 1) };
    }
    const to = this.#targets[this.#target + 1];
    if (!final && to) return { do: "fallback", to, why: `${this.#tries} attempts failed` };
    return {
      do: "stop",
      why: final ? "a retry cannot help" : `${this.#tries} of ${MAX_ATTEMPTS} attempts failed`,
    };
  }

  #finish(finish: "stop" | "tool_calls", attempt: AttemptDetail): void {
    const usage = this.#usage();
    attempt.usage = usage;
    this.#emit({ type: "usage", usage });
    this.detail.summary.status = "ok";
    this.#close();
    this.#emit({
      type: "finished",
      outcome: {
        target: this.#current(),
        response_model: this.#current().model,
        finish_reason: finish,
        usage,
        attempts: this.#attempt,
        continued: false,
        fallback_text: false,
        cost_source: "unknown",
        first_token_ms: this.detail.summary.first_token_ms ?? 0,
        elapsed_ms: this.#now(),
      },
    });
  }

  #close(): void {
    const attempt = this.detail.attempts.at(-1);
    if (attempt) attempt.ended_ms ??= this.#now();
    this.detail.summary.elapsed_ms = this.#now();
    this.detail.summary.usage = this.#usage();
  }

  #usage(): Usage {
    return {
      ...NO_USAGE,
      input_uncached_tokens: this.#attempt === 0 ? 0 : 412,
      output_visible_tokens: Math.round(this.detail.text.length / 4),
      reasoning_output_tokens: Math.round(this.detail.reasoning.length / 4),
    };
  }

  #current(): TargetInfo {
    return this.#targets[this.#target] ?? { provider: "", model: "", simulated: true };
  }

  #now(): number {
    return Math.round(performance.now() - this.#began);
  }

  #emit(event: Emitted): void {
    const seq = this.#seq++;
    this.detail.seq = seq;
    const { id } = this.detail.summary;
    this.emit({ call: id, seq, at_ms: this.#now(), ...event } as CallEvent);
  }
}

export const NO_USAGE: Usage = {
  input_uncached_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_creation_1h_input_tokens: 0,
  output_visible_tokens: 0,
  reasoning_output_tokens: 0,
  estimated: false,
};

function newAttempt(attempt: number, target: TargetInfo, started_ms: number): AttemptDetail {
  return {
    attempt,
    target,
    started_ms,
    headers_ms: null,
    first_token_ms: null,
    ended_ms: null,
    wait_ms: 0,
    next: null,
    status: null,
    request_id: null,
    error: null,
    usage: NO_USAGE,
    discarded: "",
  };
}
