import { app } from "../lib/app.svelte";
import { backend } from "../lib/backend";

/** How keys are kept now, and what the user chose where there is no key store. */
class KeyStoreChoice {
  #session = $state(false);

  /** Whether keys entered now are kept only until the program ends. */
  get sessionOnly(): boolean {
    return this.#session && app.keychain.state !== "ok";
  }

  keepForSession(): void {
    this.#session = true;
  }

  /** Asks for the state of the key store anew; returns whether it can be used now. */
  async retry(): Promise<boolean> {
    app.keychain = await backend().call("keys.state", {});
    if (app.keychain.state !== "ok") return false;
    await app.refreshProviders();
    return true;
  }
}

export const keyStore = new KeyStoreChoice();
