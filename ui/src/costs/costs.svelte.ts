import {
  backend,
  toBackendError,
  type BackendError,
  type ChartTheme,
  type SpendReport,
  type SpendRow,
} from "../lib/backend";
import { live } from "../lib/live";
import { uiState } from "../lib/ui_state";
import { readSidecar } from "./chart";
import { readChoice, toQuery, type Choice } from "./query";

const KEPT = "costs.choice";
/** How long the chart's width rests before it is drawn anew, in milliseconds. */
const REST = 120;
/** How often a report is read while calls end, in milliseconds. */
const PACE = 2000;

export type ExportKind = "svg" | "png" | "csv" | "json";

/** What the Costs screen shows: the choice, and the report of it. */
export class Costs {
  choice = $state.raw<Choice>(readChoice(uiState.get(KEPT)));
  /** The last report that could be read. */
  report = $state.raw<SpendReport | null>(null);
  /** The choice that `report` belongs to. */
  shown = $state.raw<Choice | null>(null);
  loading = $state(true);
  /** Why the last report could not be read; `null` if it was. */
  failure = $state.raw<BackendError | null>(null);
  readonly side = $derived(readSidecar(this.report?.chart));
  #size = { width: 1140, height: 240 };
  #round = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #pace: ReturnType<typeof setTimeout> | undefined;

  /** Reads and follows until the returned function is called. */
  open(): () => void {
    const stops = [
      live.onItem((item) => {
        const ended =
          item.kind === "event" && ["finished", "failed", "cancelled"].includes(item.event.type);
        if (ended) this.#soon();
      }),
      live.onGap(() => void this.load()),
    ];
    void this.load();
    return () => {
      clearTimeout(this.#rest);
      clearTimeout(this.#pace);
      this.#round += 1;
      stops.forEach((stop) => stop());
    };
  }

  /** Changes the choice, keeps it and reads the report of it. */
  set(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    uiState.keep(KEPT, this.choice);
    void this.load();
  }

  /** Says how large the chart is on the screen. */
  setSize(width: number, height: number): void {
    const size = { width: Math.round(width), height: Math.round(height) };
    if (size.width < 300 || (size.width === this.#size.width && size.height === this.#size.height))
      return;
    this.#size = size;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => void this.load(), REST);
  }

  /** Reads the report; the old one stays until the new one is there. */
  async load(): Promise<void> {
    const round = ++this.#round;
    const choice = this.choice;
    this.loading = true;
    try {
      const report = await backend().call("spend.report", toQuery(choice, this.#size));
      if (round !== this.#round) return;
      this.report = report;
      this.shown = choice;
      this.failure = null;
    } catch (thrown) {
      if (round !== this.#round) return;
      this.failure = toBackendError(thrown);
    }
    this.loading = false;
  }

  /** Returns what "Other" is in a bucket of the chart, by spend, the largest first. */
  async others(bucket: number): Promise<SpendRow[]> {
    const [report, shown] = [this.report, this.shown];
    const at = report?.buckets[bucket];
    if (!report || !shown || !at) return [];
    const own = new Set(report.series.filter(({ other }) => !other).map(({ key }) => key));
    const range = { kind: "custom", from: at.from, to: at.to } as const;
    const { rows } = await backend().call("spend.report", toQuery({ ...shown, range }));
    return rows.filter(({ key }) => !own.has(key));
  }

  /** Saves chart or data where the user says; returns the path, `null` if the user cancelled. */
  async export(kind: ExportKind, theme: ChartTheme): Promise<string | null> {
    const query = toQuery(this.choice, this.#size);
    const file =
      kind === "svg" || kind === "png"
        ? await backend().call("spend.picture", { query, format: kind, theme })
        : await backend().call("spend.export", { query, format: kind });
    return (await backend().saveText(file)).path;
  }

  #soon(): void {
    this.#pace ??= setTimeout(() => {
      this.#pace = undefined;
      void this.load();
    }, PACE);
  }
}
