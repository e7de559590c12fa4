import { backend, type CallDetail, type CallEvent, type CallId, type Rating } from "../backend";
import { AnswerBuffer } from "../markdown/answer_buffer";
import { clock } from "./clock.svelte";
import { ended, fromDetail, newRun, reduce, type ColumnRun } from "./reduce";

/** One call as a column shows it: its folded state, its text, its reasoning. */
export class Session {
  readonly answer = new AnswerBuffer();
  readonly reasoning = new AnswerBuffer();
  run: ColumnRun = $state.raw(newRun(""));
  rating: Rating | null = $state(null);
  /** `performance.now()` when the call began, as far as is known. */
  began = $state(0);
  #seq = -1;
  #stopClock: (() => void) | undefined;
  /** Pieces may have been joined across the point where the text was fetched: check it at the end. */
  #check = false;

  constructor(readonly call: CallId) {
    this.run = newRun(call);
    this.began = performance.now();
    this.#stopClock = clock.run();
  }

  /**
   * Takes one event in. Events seen before are ignored; of a piece of text that overlaps what is here
   * already, only the rest is taken. `offset` says where in its text the piece begins.
   */
  apply(event: CallEvent, offset?: number): void {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    this.began = Math.min(this.began, performance.now() - event.at_ms);
    switch (event.type) {
      case "text_delta":
        this.#append(this.answer, event.text, offset);
        break;
      case "reasoning_delta":
        this.#append(this.reasoning, event.text, offset);
        break;
      case "restarted":
        this.answer.reset();
        this.reasoning.reset();
        break;
      default:
        break;
    }
    this.run = reduce(this.run, event);
    if (ended(this.run)) {
      this.#rest();
      if (this.#check) void this.fetch();
    }
  }

  #append(buffer: AnswerBuffer, text: string, offset = buffer.length): void {
    if (offset > buffer.length) this.#check = true;
    else buffer.append(text.slice(buffer.length - offset));
  }

  /** Replaces everything by the record of the call. */
  load(detail: CallDetail): void {
    this.#seq = detail.seq;
    replace(this.answer, detail.text);
    replace(this.reasoning, detail.reasoning);
    this.run = fromDetail(detail);
    this.rating = detail.summary.rating;
    this.#check = !ended(this.run);
    if (this.#check) {
      const began = Date.parse(detail.summary.started_at);
      if (!Number.isNaN(began)) this.began = performance.now() - (Date.now() - began);
    } else {
      this.#rest();
    }
  }

  /** Reads the record of the call; after lost messages, a reload, or a launch. */
  async fetch(): Promise<void> {
    const before = this.run;
    const detail = await backend().call("calls.get", { call: this.call });
    if (detail.seq < this.#seq) return;
    this.load(detail);
    // The record says less than the events about why each attempt was left.
    if (ended(before) && ended(this.run) && before.phase === this.run.phase) this.run = before;
  }

  /** Returns milliseconds since the call began, live while it runs. */
  get elapsed(): number {
    return this.run.elapsedMs ?? Math.max(0, clock.now - this.began);
  }

  /** Lets the clock go; the session may still be shown. */
  dispose(): void {
    this.#rest();
  }

  #rest(): void {
    this.#stopClock?.();
    this.#stopClock = undefined;
  }
}

/** Puts `text` into the buffer without a flash when it only grew. */
function replace(buffer: AnswerBuffer, text: string): void {
  if (buffer.text === text) return;
  if (buffer.text !== "" && text.startsWith(buffer.text)) {
    buffer.append(text.slice(buffer.text.length));
    return;
  }
  buffer.reset();
  if (text !== "") buffer.append(text);
}
