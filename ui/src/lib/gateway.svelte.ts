import { backend, toBackendError, type BackendError, type GatewayStatus } from "./backend";
import { live } from "./live";

/** The gateway as every screen may see it. Holds no key. */
class GatewayState {
  /** `null` until it was read. */
  status = $state.raw<GatewayStatus | null>(null);
  /** Why it could not be read; `null` if it could. */
  failure = $state.raw<BackendError | null>(null);
  /** Why it could not be switched the last time, in this window. */
  refused = $state.raw<BackendError | null>(null);
  switching = $state(false);
  #round = 0;

  /** Returns the port it serves, or what is written in its place. */
  note(off: string, problem: string): string {
    const { status } = this;
    if (!status) return "";
    if (status.address !== null) return `:${portOf(status.address)}`;
    return status.problem === null ? off : problem;
  }

  async refresh(): Promise<void> {
    const round = ++this.#round;
    try {
      const status = await backend().call("gateway.status", {});
      if (round !== this.#round) return;
      this.status = status;
      this.failure = null;
    } catch (thrown) {
      if (round === this.#round) this.failure = toBackendError(thrown);
    }
  }

  /** Serves it; on the configured port unless another is given. 0 takes a free one. */
  async start(port?: number): Promise<void> {
    await this.#switch(() => backend().call("gateway.start", port === undefined ? {} : { port }));
  }

  async stop(): Promise<void> {
    await this.#switch(() => backend().call("gateway.stop", {}));
  }

  /** Follows the live channel until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => {
        if (item.kind === "gateway_changed" || item.kind === "config_changed") void this.refresh();
      }),
      live.onGap(() => void this.refresh()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async #switch(act: () => Promise<GatewayStatus>): Promise<void> {
    if (this.switching) return;
    this.switching = true;
    this.refused = null;
    try {
      this.status = await act();
    } catch (thrown) {
      this.refused = toBackendError(thrown);
    } finally {
      this.switching = false;
    }
    await this.refresh();
  }
}

/** Returns the port of an address such as `127.0.0.1:4141`. */
export function portOf(address: string): string {
  return address.slice(address.lastIndexOf(":") + 1);
}

export const gateway = new GatewayState();
