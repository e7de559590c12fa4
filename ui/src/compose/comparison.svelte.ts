import { SvelteMap } from "svelte/reactivity";
import {
  backend,
  type CallId,
  type CallSummary,
  type Live,
  type PromptBody,
  type Rating,
  type Verdict,
  type VoteRecord,
} from "../lib/backend";
import { outputTokens, count, duration } from "../lib/format";
import { live } from "../lib/live";
import { missingVariables } from "../lib/prompt/variables";
import { blindName, shuffle, type Blind } from "../lib/prompt/blind";
import { ended } from "../lib/run/reduce";
import { Session } from "../lib/run/session.svelte";
import { toasts } from "../lib/toasts.svelte";
import { uiState } from "../lib/ui_state";
import { strings } from "./strings";
import type { Workspace } from "./workspace.svelte";

/** What is remembered of a prompt's last comparison between launches. */
interface Kept {
  group: string;
  calls: Record<string, CallId>;
}

/** Calls looked through for a prompt's last comparison when it was not remembered. */
const LOOK_BACK = 200;

/** The calls of the prompt's columns: running them, following them, judging them. */
export class Comparison {
  /** Calls shown, by column id. */
  readonly sessions = new SvelteMap<string, Session>();
  group: string | null = $state(null);
  focused: string | null = $state(null);
  /** Why the last run could not start. */
  failure: string | null = $state(null);
  starting = $state(false);
  /** What screen readers are told. */
  said = $state("");
  diff = $state(false);
  /** The column that the others are compared with; `null`: the first. */
  pinned: string | null = $state(null);
  sync = $state(uiState.flag("compose.sync", false));
  blind: Blind | null = $state.raw(null);
  verdict: Verdict | null = $state.raw(null);
  record: VoteRecord | null = $state.raw(null);
  readonly raw = new SvelteMap<string, boolean>();
  readonly #workspace: Workspace;
  /** Events of calls that are not shown yet because `calls.start` has not answered. */
  #waiting = new Map<CallId, Session>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Follows the live channel until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => this.#receive(item)),
      live.onGap(() => void this.refetch()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  get running(): Session[] {
    return [...this.sessions.values()].filter((session) => !ended(session.run));
  }

  isRunning(column: string): boolean {
    const session = this.sessions.get(column);
    return session !== undefined && !ended(session.run);
  }

  /** Columns as shown: shuffled in blind mode. */
  get order(): string[] {
    const ids = this.#workspace.body.columns.map((column) => column.id);
    if (!this.blind) return ids;
    const known = this.blind.order.filter((id) => ids.includes(id));
    return [...known, ...ids.filter((id) => !known.includes(id))];
  }

  /** Whether names must stay hidden. */
  get hidden(): boolean {
    return this.blind !== null && this.verdict === null;
  }

  get canVote(): boolean {
    const shown = this.order.map((id) => this.sessions.get(id));
    return (
      this.hidden &&
      shown.length > 1 &&
      shown.every((session) => session !== undefined && ended(session.run))
    );
  }

  /** Runs columns: those named, else all that are not running. */
  async run(columns?: string[]): Promise<void> {
    const { id, autosave } = this.#workspace;
    const all = this.#workspace.body.columns.map((column) => column.id);
    const chosen = (columns ?? all).filter((column) => !this.isRunning(column));
    if (chosen.length === 0 || this.starting || id === null) return;
    this.failure = this.#problem();
    if (this.failure !== null) return;
    this.starting = true;
    try {
      await autosave.flush();
      const body = $state.snapshot(this.#workspace.body) as PromptBody;
      const group = columns && this.group !== null ? { group: this.group } : {};
      const run = { prompt_id: id, body, columns: chosen, ...group };
      const started = await backend().call("calls.start", run);
      if (this.#workspace.id !== id) return;
      this.group = started.group;
      this.verdict = null;
      this.#workspace.ran(started.prompt_version);
      for (const { column, call } of started.calls) this.#adopt(column, call);
      this.#keep(id);
    } catch (thrown) {
      this.failure = strings.runFailed(thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      this.starting = false;
      for (const session of this.#waiting.values()) session.dispose();
      this.#waiting.clear();
    }
  }

  async stop(column: string): Promise<void> {
    const session = this.sessions.get(column);
    if (!session || ended(session.run)) return;
    try {
      await backend().call("calls.stop", { call: session.call });
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#workspace.body.columns.map((column) => this.stop(column.id)));
  }

  async rate(column: string, rating: Rating): Promise<void> {
    const session = this.sessions.get(column);
    if (!session) return;
    const before = session.rating;
    session.rating = before === rating ? null : rating;
    try {
      await backend().call("calls.rate", { call: session.call, rating: session.rating });
    } catch (thrown) {
      session.rating = before;
      toasts.error(thrown);
    }
  }

  /** Hides names and shuffles the columns, or shows them again. */
  toggleBlind(): void {
    // What was announced last names a model.
    this.said = "";
    this.verdict = null;
    this.record = null;
    if (this.blind) {
      this.blind = null;
    } else {
      const ids = this.#workspace.body.columns.map((column) => column.id);
      this.blind = shuffle(ids, Math.floor(Math.random() * 2 ** 31));
    }
    uiState.keep(`blind:${this.#workspace.id}`, this.blind);
  }

  async vote(verdict: Verdict): Promise<void> {
    if (!this.canVote || this.group === null) return;
    const calls = this.order.flatMap((id) => this.sessions.get(id)?.call ?? []);
    const prompt_id = this.#workspace.id;
    try {
      const vote = { group: this.group, prompt_id, calls, verdict };
      this.record = await backend().call("votes.cast", vote);
      this.verdict = verdict;
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  /** Shows the names; nothing is recorded. */
  reveal(): void {
    this.toggleBlind();
  }

  /** Hides the names again after a vote, in a new order. */
  hideAgain(): void {
    this.blind = null;
    this.toggleBlind();
  }

  toggleSync(): void {
    this.sync = !this.sync;
    uiState.keep("compose.sync", this.sync);
  }

  focusNext(step: number): void {
    const { order } = this;
    const at = this.focused === null ? -1 : order.indexOf(this.focused);
    const next = order[(at + step + order.length) % order.length];
    if (next === undefined) return;
    this.focused = next;
    document.querySelector<HTMLElement>(`[data-column="${CSS.escape(next)}"]`)?.focus();
  }

  /** The column that keys act on. */
  get target(): string | null {
    const { order } = this;
    return this.focused !== null && order.includes(this.focused)
      ? this.focused
      : (order[0] ?? null);
  }

  /** Shows the prompt's last comparison again. */
  async restore(prompt: string): Promise<void> {
    for (const session of this.sessions.values()) session.dispose();
    this.sessions.clear();
    this.group = null;
    this.failure = null;
    this.focused = null;
    this.pinned = null;
    this.diff = false;
    this.verdict = null;
    this.record = null;
    this.blind = asBlind(uiState.get(`blind:${prompt}`));
    const kept = asKept(uiState.get(`comparison:${prompt}`)) ?? (await this.#lookBack(prompt));
    if (!kept || this.#workspace.id !== prompt) return;
    this.group = kept.group;
    const columns = this.#workspace.body.columns.map((column) => column.id);
    await Promise.all(
      Object.entries(kept.calls)
        .filter(([column]) => columns.includes(column))
        .map(async ([column, call]) => {
          const session = new Session(call);
          try {
            await session.fetch();
            if (this.#workspace.id === prompt && !this.sessions.has(column)) {
              this.sessions.set(column, session);
              return;
            }
          } catch {
            // The call is gone from history: the column shows nothing.
          }
          session.dispose();
        }),
    );
  }

  /** Reads all running calls anew, after messages were lost. */
  async refetch(): Promise<void> {
    await Promise.all(this.running.map((session) => session.fetch().catch(() => undefined)));
  }

  /** Returns how a column is called on screen. */
  name(column: string): string {
    if (this.hidden) return blindName(this.order.indexOf(column));
    return this.#workspace.column(column)?.model ?? "";
  }

  #problem(): string | null {
    const { body } = this.#workspace;
    const says = body.messages.some((message) =>
      message.parts.some((part) => part.type === "image" || ("text" in part && part.text !== "")),
    );
    if (!says) return strings.nothingToSay;
    const missing = missingVariables(body);
    return missing.length > 0
      ? strings.runFailed(strings.missing(missing.map((name) => `{{${name}}}`).join(", ")))
      : null;
  }

  #receive(item: Live): void {
    if (item.kind === "call_started") {
      this.#begin(item.summary);
      return;
    }
    if (item.kind !== "event") return;
    const { event, offset } = item;
    for (const [column, session] of this.sessions) {
      if (session.call !== event.call) continue;
      session.apply(event, offset);
      if (event.type === "first_token") this.said = strings.said.streaming(this.name(column));
      if (ended(session.run)) this.#sayEnd(column, session);
      return;
    }
    this.#waiting.get(event.call)?.apply(event, offset);
  }

  #begin(summary: CallSummary): void {
    if (summary.prompt_id !== this.#workspace.id || !this.starting) return;
    this.#waiting.set(summary.id, new Session(summary.id));
  }

  #adopt(column: string, call: CallId): void {
    const early = this.#waiting.get(call);
    this.#waiting.delete(call);
    this.sessions.get(column)?.dispose();
    const session = early ?? new Session(call);
    this.sessions.set(column, session);
    // Events that came before the answer may be lost if the call was not announced.
    if (!early) void session.fetch().catch(() => undefined);
  }

  #sayEnd(column: string, session: Session): void {
    const { run } = session;
    const name = this.name(column);
    if (run.phase === "failed") {
      this.said = this.hidden
        ? strings.said.ended(name)
        : strings.said.failed(name, run.report?.error.message ?? "");
    } else if (run.phase === "cancelled") {
      this.said = strings.said.stopped(name);
    } else if (run.usage) {
      const tokens = count(outputTokens(run.usage));
      // Figures would give a hidden model away.
      this.said = this.hidden
        ? strings.said.ended(name)
        : strings.said.done(name, tokens, duration(run.elapsedMs));
    }
  }

  #keep(prompt: string): void {
    const calls = Object.fromEntries(
      [...this.sessions].map(([column, session]) => [column, session.call]),
    );
    uiState.keep(`comparison:${prompt}`, { group: this.group, calls });
  }

  async #lookBack(prompt: string): Promise<Kept | null> {
    try {
      const query = { search: "", before: null, limit: LOOK_BACK };
      const { calls } = await backend().call("calls.list", query);
      const mine = calls.filter((call) => call.prompt_id === prompt && call.group !== null);
      const group = mine[0]?.group;
      if (group === undefined || group === null) return null;
      const kept: Kept = { group, calls: {} };
      // Newest first: the first call of a column is its last run.
      for (const call of mine) {
        if (call.group === group && call.column !== null) kept.calls[call.column] ??= call.id;
      }
      return kept;
    } catch {
      return null;
    }
  }
}

function asKept(value: unknown): Kept | null {
  if (typeof value !== "object" || value === null) return null;
  const { group, calls } = value as Partial<Kept>;
  if (typeof group !== "string" || typeof calls !== "object" || calls === null) return null;
  return { group, calls };
}

function asBlind(value: unknown): Blind | null {
  if (typeof value !== "object" || value === null) return null;
  const { seed, order } = value as Partial<Blind>;
  return typeof seed === "number" && Array.isArray(order) ? { seed, order } : null;
}
