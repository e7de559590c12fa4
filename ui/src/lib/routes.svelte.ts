import { backend, toBackendError, type BackendError, type Route } from "./backend";
import { live } from "./live";

/** The routes that a call can name in place of a model. */
class RouteState {
  list = $state.raw<readonly Route[]>([]);
  /** Why they could not be read; `null` if they were. */
  failure = $state.raw<BackendError | null>(null);

  /** Reads them and follows changes until the returned function is called. */
  open(): () => void {
    void this.refresh();
    const stops = [
      live.onItem((item) => {
        if (item.kind === "providers_changed" || item.kind === "config_changed") {
          void this.refresh();
        }
      }),
      live.onGap(() => void this.refresh()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async refresh(): Promise<void> {
    try {
      this.list = await backend().call("routes.list", {});
      this.failure = null;
    } catch (thrown) {
      this.failure = toBackendError(thrown);
    }
  }
}

export const routes = new RouteState();
