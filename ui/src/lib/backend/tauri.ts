import { Channel, invoke } from "@tauri-apps/api/core";
import { writeText } from "@tauri-apps/plugin-clipboard-manager";
import { toBackendError, type Backend, type Method, type ParamsOf, type ResultOf } from "./backend";
import type {
  Batch,
  CreatedGatewayKey,
  KeyScan,
  ProviderInfo,
  SavedFile,
  SaveText,
  SetKey,
} from "./types";

/** The desktop window's backend: Tauri commands and one channel. */
export class TauriBackend implements Backend {
  readonly kind = "tauri";

  call<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
    return command<ResultOf<M>>("api", { method, params });
  }

  subscribe(onBatch: (batch: Batch) => void): () => void {
    let open = true;
    const channel = new Channel<Batch>();
    channel.onmessage = (batch) => {
      if (open) onBatch(batch);
    };
    void command("subscribe", { channel });
    return () => {
      open = false;
    };
  }

  setHidden(hidden: boolean): Promise<void> {
    return command("set_hidden", { hidden });
  }

  setKey(key: SetKey): Promise<ProviderInfo> {
    return command("set_key", { key });
  }

  createGatewayKey(name: string): Promise<CreatedGatewayKey> {
    return command("create_gateway_key", { request: { name } });
  }

  scanDotenv(): Promise<KeyScan | null> {
    return command("scan_dotenv");
  }

  openUrl(url: string): Promise<void> {
    return command("open_url", { request: { url } });
  }

  saveText(request: SaveText): Promise<SavedFile> {
    return command("save_text", { request });
  }

  async copyText(text: string): Promise<void> {
    try {
      await writeText(text);
    } catch (thrown) {
      throw toBackendError(thrown);
    }
  }

  ready(): Promise<void> {
    return command("window_ready");
  }
}

async function command<T>(name: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(name, args);
  } catch (thrown) {
    throw toBackendError(thrown);
  }
}
