/** Trying a provider's connection, as a state that can be shown. */
import { backend, toBackendError, type CallError, type ProviderTest } from "../lib/backend";

export type TestState =
  | { kind: "idle" }
  | { kind: "running" }
  | { kind: "ok"; test: Extract<ProviderTest, { result: "ok" }> }
  | { kind: "failed"; message: string; error: CallError | null };

/** Tries the connection of a provider that is saved. Never rejects. */
export async function testProvider(id: string): Promise<TestState> {
  try {
    const test = await backend().call("providers.test", { id });
    if (test.result === "ok") return { kind: "ok", test };
    return { kind: "failed", message: test.error.message, error: test.error };
  } catch (thrown) {
    return { kind: "failed", message: toBackendError(thrown).message, error: null };
  }
}
