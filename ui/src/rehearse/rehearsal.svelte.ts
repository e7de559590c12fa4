import {
  backend,
  toBackendError,
  type BackendError,
  type RehearsalProgress,
  type RehearsalReport,
  type StartRehearsal,
} from "../lib/backend";
import { live } from "../lib/live";

const NONE: RehearsalProgress = { id: 0, state: "none", done: 0, calls: 0 };

/** The rehearsal that runs, and the report of the last one that finished. */
export class Rehearsal {
  progress = $state.raw<RehearsalProgress>(NONE);
  report = $state.raw<RehearsalReport | null>(null);
  /** Why the state or the report could not be read; `null` if they were. */
  failure = $state.raw<BackendError | null>(null);
  /** Between pressing Run and the program's answer. */
  starting = $state(false);

  get running(): boolean {
    return this.starting || this.progress.state === "running";
  }

  /** Reads how it stands and follows until the returned function is called. */
  open(): () => void {
    const stops = [
      live.onItem((item) => {
        if (item.kind === "rehearsal_progress") void this.#take(item.progress);
      }),
      live.onGap(() => void this.refresh()),
    ];
    void this.refresh();
    return () => stops.forEach((stop) => stop());
  }

  async refresh(): Promise<void> {
    try {
      await this.#take(await backend().call("rehearse.progress", {}));
      // One that was stopped leaves the report of the one before.
      if (this.report === null && this.progress.id > 1) await this.#read();
    } catch (thrown) {
      this.failure = toBackendError(thrown);
    }
  }

  /** Starts one. Rejects with what is wrong with the request. */
  async start(request: StartRehearsal): Promise<void> {
    if (this.running) return;
    this.starting = true;
    this.failure = null;
    try {
      await this.#take(await backend().call("rehearse.start", request));
    } finally {
      this.starting = false;
    }
  }

  async stop(): Promise<void> {
    try {
      await backend().call("rehearse.stop", {});
    } catch (thrown) {
      this.failure = toBackendError(thrown);
    }
  }

  async #take(progress: RehearsalProgress): Promise<void> {
    const { id, state, done } = this.progress;
    const older = progress.id < id || (progress.id === id && progress.done < done);
    const ended = progress.id === id && state !== "running" && state !== "none";
    if (older || (ended && progress.state === "running")) return;
    const news = progress.id !== id || progress.state !== state;
    this.progress = progress;
    if (progress.state === "done" && (news || this.report === null)) await this.#read();
  }

  async #read(): Promise<void> {
    try {
      this.report = await backend().call("rehearse.report", {});
      this.failure = null;
    } catch (thrown) {
      const error = toBackendError(thrown);
      if (error.code !== "not_found") this.failure = error;
    }
  }
}
