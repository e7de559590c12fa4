import {
  backend,
  toBackendError,
  type BackendError,
  type RehearsalProgress,
  type StartWhatIf,
  type WhatIfReport,
} from "../lib/backend";
import { live } from "../lib/live";

const NONE: RehearsalProgress = { id: 0, state: "none", done: 0, calls: 0 };

/** The replay of past calls that runs, and the report of the last one that finished. */
export class WhatIf {
  progress = $state.raw<RehearsalProgress>(NONE);
  report = $state.raw<WhatIfReport | null>(null);
  /** Why it could not be started, read or finished; `null` if it was. */
  failure = $state.raw<BackendError | null>(null);
  /** Between pressing Run and the program's answer. */
  starting = $state(false);

  get running(): boolean {
    return this.starting || this.progress.state === "running";
  }

  /** Why the last one failed; `null` if it did not. */
  get failed(): string | null {
    if (this.failure !== null) return this.failure.message;
    return this.progress.state === "failed" ? (this.progress.error ?? "") : null;
  }

  /** Reads how it stands and follows until the returned function is called. */
  open(): () => void {
    const stops = [
      live.onItem((item) => {
        if (item.kind === "what_if_progress") void this.#take(item.progress);
      }),
      live.onGap(() => void this.refresh()),
    ];
    void this.refresh();
    return () => stops.forEach((stop) => stop());
  }

  async refresh(): Promise<void> {
    try {
      await this.#take(await backend().call("what_if.progress", {}));
      // One that was stopped or failed leaves the report of the one before.
      if (this.report === null && this.progress.id > 1) await this.#read();
    } catch (thrown) {
      this.failure = toBackendError(thrown);
    }
  }

  async start(request: StartWhatIf): Promise<void> {
    if (this.running) return;
    this.starting = true;
    this.failure = null;
    try {
      await this.#take(await backend().call("what_if.start", request));
    } catch (thrown) {
      this.failure = toBackendError(thrown);
    } finally {
      this.starting = false;
    }
  }

  async stop(): Promise<void> {
    try {
      await backend().call("what_if.stop", {});
    } catch (thrown) {
      this.failure = toBackendError(thrown);
    }
  }

  async #take(progress: RehearsalProgress): Promise<void> {
    const { id, state } = this.progress;
    const ended = progress.id === id && state !== "running" && state !== "none";
    if (progress.id < id || (ended && progress.state === "running")) return;
    const news = progress.id !== id || progress.state !== state;
    this.progress = progress;
    if (progress.state === "done" && (news || this.report === null)) await this.#read();
  }

  async #read(): Promise<void> {
    try {
      this.report = await backend().call("what_if.report", {});
    } catch (thrown) {
      const error = toBackendError(thrown);
      if (error.code !== "not_found") this.failure = error;
    }
  }
}
