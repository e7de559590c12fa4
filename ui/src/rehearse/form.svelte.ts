import { backend, toBackendError, type Load, type StartRehearsal } from "../lib/backend";
import { uiState } from "../lib/ui_state";
import { editOf } from "../routes/drafts";
import { strings } from "./strings";
import { draftOf, isDraft } from "./target";
import { readTime } from "./times";

const KEPT = "rehearse.form";
/** How long typing rests before the program is asked, in milliseconds. */
const REST = 200;
const MAX_CALLS = 200_000;
const MAX_SEED = 4_294_967_295;
const LOADS: readonly Load[] = ["constant", "poisson", "ramp", "burst"];

/** One fault line. */
export interface FaultRow {
  id: number;
  text: string;
}

/** What is rehearsed, as it stands in the form; kept between launches. */
export class RehearseForm {
  /** A route's name, `draft:` and a draft's name, or models in order. */
  targets = $state.raw<readonly string[]>([]);
  /** Empty: no comparison. */
  compare = $state.raw<readonly string[]>([]);
  faults = $state.raw<readonly FaultRow[]>([]);
  load = $state<Load>("poisson");
  calls = $state("10000");
  span = $state("1h");
  seed = $state("42");
  /** Days back whose calls' shapes are taken; empty: one made-up shape. */
  like = $state("");
  /** What the program said is wrong, by field. */
  refused = $state.raw<Record<string, string>>({});
  /** Whether Run was pressed: nothing is called missing before. */
  tried = $state(false);
  /** What can stand before the `=` of a fault. */
  faultTargets = $state.raw<readonly string[]>([]);
  #next = 1;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const kept = uiState.get(KEPT);
    if (typeof kept === "object" && kept !== null) this.#take(kept as Record<string, unknown>);
  }

  /** What is wrong with each field, the program's word included. */
  get problems(): Record<string, string> {
    const calls = whole(this.calls);
    const seed = whole(this.seed);
    const span = readTime(this.span);
    const found: Record<string, string> = { ...this.refused };
    if (this.targets.length === 0) found["route"] = strings.problems.route;
    if (this.targets.some((target) => isDraft(target) && draftOf(target) === null)) {
      found["route"] = strings.problems.draft;
    }
    if (calls === null || calls < 1 || calls > MAX_CALLS) found["calls"] = strings.problems.calls;
    if (seed === null || seed > MAX_SEED) found["seed"] = strings.problems.seed;
    if (span === null || span < 1000 || span > 86_400_000) found["span_ms"] = strings.problems.span;
    return found;
  }

  /** Returns what to start, or `null` while a field is wrong. */
  request(): StartRehearsal | null {
    this.refused = {};
    this.tried = true;
    if (Object.keys(this.problems).length > 0) return null;
    return {
      ...asked(this.targets),
      faults: this.faults.map(({ text }) => text.trim()).filter((text) => text !== ""),
      calls: whole(this.calls) ?? 0,
      seed: whole(this.seed) ?? 0,
      span_ms: readTime(this.span) ?? 0,
      load: this.load,
      ...(this.compare.length > 0 ? { compare: this.compare.join(", ") } : {}),
      ...(this.like === "" ? {} : { like_days: Number(this.like) }),
    };
  }

  /** Changes fields; what was refused is judged anew. */
  set(
    change: Partial<
      Pick<RehearseForm, "targets" | "compare" | "load" | "calls" | "span" | "seed" | "like">
    >,
  ): void {
    Object.assign(this, change);
    this.refused = {};
    this.#keep();
    if (change.targets !== undefined || change.compare !== undefined) void this.preview();
  }

  /** Chooses what is rehearsed. Beside a draft the active version is rehearsed too, unless something else is. */
  choose(targets: readonly string[]): void {
    const before = draftOf(this.targets[0])?.original;
    const original = draftOf(targets[0])?.original;
    const own = this.compare.length === 1 && this.compare[0] === before;
    if (this.compare.length > 0 && !own) this.set({ targets });
    else this.set({ targets, compare: typeof original === "string" ? [original] : [] });
  }

  addFault(text: string): void {
    this.#setFaults([...this.faults, { id: this.#next++, text }]);
  }

  setFault(id: number, text: string): void {
    this.#setFaults(this.faults.map((row) => (row.id === id ? { id, text } : row)));
  }

  removeFault(id: number): void {
    this.#setFaults(this.faults.filter((row) => row.id !== id));
  }

  /** Throws the dice. */
  reseed(): void {
    this.set({ seed: String(Math.floor(Math.random() * 1_000_000)) });
  }

  /** Asks what the chosen targets are, for the menus of faults; soon, and once. */
  preview(): Promise<void> {
    clearTimeout(this.#timer);
    return new Promise((resolve) => {
      this.#timer = setTimeout(() => void this.#preview().then(resolve), REST);
    });
  }

  async #preview(): Promise<void> {
    const round = ++this.#round;
    const names: string[] = [];
    for (const [field, targets] of [
      ["route", this.targets],
      ["compare", this.compare],
    ] as const) {
      if (targets.length === 0) continue;
      try {
        const found = await backend().call("rehearse.preview", asked(targets));
        names.push(...found.fault_targets);
      } catch (thrown) {
        if (round === this.#round) this.refuse(thrown, field);
      }
      if (round !== this.#round) return;
    }
    // Providers before models, as each of the two lists has them.
    const all = [...new Set(names)];
    this.faultTargets = [
      ...all.filter((name) => !name.includes("/")),
      ...all.filter((name) => name.includes("/")),
    ];
  }

  /** Puts an error at the field it names; returns whether the form has that field. */
  refuse(thrown: unknown, otherwise?: string): boolean {
    const error = toBackendError(thrown);
    const field = error.field ?? otherwise;
    if (field === undefined) return false;
    const text = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
    const line = /^faults\.(\d+)$/.exec(field)?.[1];
    const shown = this.faults.filter((row) => row.text.trim() !== "");
    const key = line === undefined ? field : `fault ${shown[Number(line)]?.id ?? ""}`;
    this.refused = { ...this.refused, [key]: text };
    return true;
  }

  #setFaults(faults: FaultRow[]): void {
    this.faults = faults;
    this.refused = {};
    this.#keep();
  }

  #keep(): void {
    const { targets, compare, load, calls, span, seed, like } = this;
    const faults = this.faults.map(({ text }) => text);
    uiState.keep(KEPT, { targets, compare, faults, load, calls, span, seed, like });
  }

  #take(kept: Record<string, unknown>): void {
    const texts = (value: unknown): string[] =>
      Array.isArray(value) ? value.filter((one) => typeof one === "string").slice(0, 50) : [];
    this.targets = texts(kept["targets"]);
    this.compare = texts(kept["compare"]);
    this.faults = texts(kept["faults"]).map((text) => ({ id: this.#next++, text }));
    if (LOADS.includes(kept["load"] as Load)) this.load = kept["load"] as Load;
    if (strings.shapeOptions.some(({ value }) => value === kept["like"])) {
      this.like = kept["like"] as string;
    }
    for (const field of ["calls", "span", "seed"] as const) {
      if (typeof kept[field] === "string") this[field] = kept[field];
    }
  }
}

/** Returns targets as the program takes them; a draft that is gone is asked for by its name. */
function asked(targets: readonly string[]): Pick<StartRehearsal, "route" | "draft"> {
  const kept = draftOf(targets[0]);
  if (kept === null) return { route: targets.join(", ") };
  return { route: kept.draft.name, draft: editOf(kept) };
}

function whole(text: string): number | null {
  const trimmed = text.replaceAll(",", "").trim();
  return /^\d{1,12}$/.test(trimmed) ? Number(trimmed) : null;
}
