import type { Backend } from "./backend";

export * from "./backend";
export type * from "./types";

let current: Backend | undefined;

/** Returns the backend of this page. Call {@link connect} or {@link useBackend} first. */
export function backend(): Backend {
  if (!current) throw new Error("connect() was not called");
  return current;
}

/** Sets the backend; tests pass a `MockBackend`. */
export function useBackend(next: Backend): void {
  current = next;
}

/** Chooses the backend: the desktop window, the loopback host, or `?mock` in development. */
export async function connect(): Promise<void> {
  if ("__TAURI_INTERNALS__" in window) {
    useBackend(new (await import("./tauri")).TauriBackend());
  } else if (import.meta.env.DEV || import.meta.env.MODE === "mock") {
    useBackend(new (await import("./mock")).MockBackend());
  } else {
    useBackend(new (await import("./http")).HttpBackend());
  }
}
