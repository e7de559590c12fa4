/** A short note in the corner about something that happened in the background. */
export interface Toast {
  id: number;
  text: string;
  kind: "info" | "success" | "danger";
  action?: { label: string; run: () => void };
}

/** How long a toast stays, in milliseconds; long enough to reach Undo. */
const STAY = 8000;

class Toasts {
  #shown = $state.raw<readonly Toast[]>([]);
  #next = 1;

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  /** Shows a note for eight seconds; returns its id. */
  show(text: string, more: Partial<Omit<Toast, "id" | "text">> = {}): number {
    const id = this.#next++;
    this.#shown = [...this.#shown, { id, text, kind: "info", ...more }];
    setTimeout(() => this.dismiss(id), STAY);
    return id;
  }

  /** Shows a failure that has no better place. */
  error(thrown: unknown): void {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    this.show(text, { kind: "danger" });
  }

  /** Shows what was done and offers to take it back. */
  undo(text: string, undo: () => void): void {
    const id = this.show(text, {
      action: {
        label: "Undo",
        run: () => {
          this.dismiss(id);
          undo();
        },
      },
    });
  }

  dismiss(id: number): void {
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
