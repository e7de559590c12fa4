import { BackendError } from "../backend";
import type {
  CallDetail,
  CallEvent,
  CallPage,
  CallQuery,
  CallSummary,
  Message,
  PromptBody,
  Rating,
  StartedRun,
  StartRun,
  TargetInfo,
  VoteRecord,
  CastVote,
} from "../types";
import { NO_USAGE, Player } from "./player";

/** What the calls need to know of a prompt. */
export interface PromptRef {
  title: string;
  version: number;
}

/** Calls in memory, played on timers. */
export class MockCalls {
  #players = new Map<string, Player>();
  #votes: CastVote[] = [];
  #next = 1;

  constructor(
    readonly started: (summary: CallSummary) => void,
    readonly emit: (event: CallEvent) => void,
  ) {}

  get inFlight(): number {
    return this.#all().filter((detail) => detail.summary.status === "running").length;
  }

  get count(): number {
    return this.#players.size;
  }

  start(run: StartRun, prompt: PromptRef | null): StartedRun {
    const group = run.group ?? `group-${this.#next}`;
    const chosen = run.body.columns.filter(
      (column) => !run.columns || run.columns.includes(column.id),
    );
    const calls = chosen.map((column) => {
      const id = `0193-${String(this.#next++).padStart(8, "0")}`;
      const targets = [column.model, ...column.fallbacks].map(targetOf);
      const [requested] = targets as [TargetInfo];
      const detail: CallDetail = {
        summary: {
          ...newSummary(id, requested),
          prompt_id: run.prompt_id ?? null,
          prompt_title: prompt?.title ?? null,
          prompt_version: prompt?.version ?? null,
          group,
          column: column.id,
        },
        text: "",
        reasoning: "",
        tool_calls: [],
        attempts: [],
        request: {
          body: structuredClone(run.body),
          messages: filled(run.body),
          model: column.model,
          fallbacks: column.fallbacks,
          params: { ...run.body.params, ...column.params },
        },
        seq: 0,
        explanation: [],
      };
      this.started(structuredClone(detail.summary));
      this.#players.set(id, new Player(detail, targets, this.emit));
      return { column: column.id, call: id };
    });
    return { group, prompt_version: prompt?.version ?? null, calls };
  }

  stop(id: string): void {
    this.#find(id).stop();
  }

  stopAll(): void {
    for (const player of this.#players.values()) player.stop();
  }

  get(id: string): CallDetail {
    return structuredClone(this.#find(id).detail);
  }

  /** The calls of the prompt's newest comparison, oldest first. */
  latestOf(prompt: string): CallDetail[] {
    const details = [...this.#players.values()].map((player) => player.detail);
    const ofPrompt = details.filter((detail) => detail.summary.prompt_id === prompt);
    const group = ofPrompt.at(-1)?.summary.group;
    return structuredClone(ofPrompt.filter((detail) => detail.summary.group === group));
  }

  list(query: CallQuery): CallPage {
    const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
    const { before, from, to } = query;
    const model = query.only?.model;
    const found = this.#all()
      .filter((detail) => before === null || detail.summary.id < before)
      .filter(({ summary }) => from === undefined || summary.started_at >= from)
      .filter(({ summary }) => to === undefined || summary.started_at < to)
      .filter(({ summary: { answered, requested } }) => {
        const { provider, model: name } = answered ?? requested;
        return model === undefined || model === `${provider}/${name}`;
      })
      .filter((detail) => {
        const text = `${JSON.stringify(detail.summary)} ${detail.text}`.toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .map((detail) => structuredClone(detail.summary))
      .sort((a, b) => b.id.localeCompare(a.id));
    const calls = found.slice(0, query.limit);
    return { calls, next: found.length > calls.length ? (calls.at(-1)?.id ?? null) : null };
  }

  rate(id: string, rating: Rating | null): void {
    this.#find(id).detail.summary.rating = rating;
  }

  cast(vote: CastVote): VoteRecord {
    this.#votes.push(vote);
    return this.record(vote.prompt_id);
  }

  record(prompt: string | null): VoteRecord {
    const votes = this.#votes.filter((vote) => vote.prompt_id === prompt);
    const rows = new Map<string, { wins: number; ties: number; losses: number }>();
    for (const { calls, verdict } of votes) {
      for (const call of calls) {
        const { requested } = this.#find(call).detail.summary;
        const model = `${requested.provider}/${requested.model}`;
        const row = rows.get(model) ?? { wins: 0, ties: 0, losses: 0 };
        if (verdict.verdict === "tie") row.ties += 1;
        else if (verdict.verdict === "winner" && verdict.call === call) row.wins += 1;
        else row.losses += 1;
        rows.set(model, row);
      }
    }
    return {
      votes: votes.length,
      rows: [...rows].map(([model, row]) => ({ model, ...row })).sort((a, b) => b.wins - a.wins),
    };
  }

  #all(): CallDetail[] {
    return [...this.#players.values()].map((player) => player.detail);
  }

  #find(id: string): Player {
    const player = this.#players.get(id);
    if (!player) throw new BackendError({ code: "not_found", message: `there is no call ${id}` });
    return player;
  }
}

function targetOf(id: string): TargetInfo {
  const slash = id.indexOf("/");
  const provider = id.slice(0, slash);
  return { provider, model: id.slice(slash + 1), simulated: provider === "sandbox" };
}

function filled(body: PromptBody): Message[] {
  return body.messages.map((message) => ({
    role: message.role,
    parts: message.parts.map((part) =>
      part.type === "text"
        ? {
            type: "text",
            text: part.text.replace(
              /\{\{\s*([\w.-]+)\s*\}\}/g,
              (whole, name: string) => body.variables[name] ?? whole,
            ),
          }
        : part,
    ),
  }));
}

function newSummary(id: string, requested: TargetInfo): CallSummary {
  return {
    id,
    status: "running",
    started_at: new Date().toISOString(),
    requested,
    answered: null,
    response_model: null,
    finish_reason: null,
    attempts: 0,
    retries: 0,
    fallbacks: 0,
    first_token_ms: null,
    elapsed_ms: null,
    usage: NO_USAGE,
    cost: null,
    fallback_text: false,
    continued: false,
    tags: [],
    prompt_id: null,
    prompt_title: null,
    prompt_version: null,
    group: null,
    column: null,
    caller: "window",
    error: null,
    rating: null,
    excerpt: "",
  };
}
