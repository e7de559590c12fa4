import {
  BackendError,
  toBackendError,
  type Backend,
  type Method,
  type ParamsOf,
  type ResultOf,
} from "./backend";
import type {
  Batch,
  CreatedGatewayKey,
  KeyScan,
  ProviderInfo,
  SavedFile,
  SaveText,
  SetKey,
} from "./types";

/** Largest `.env` file that is read, in bytes. */
const DOTENV_LIMIT = 1024 * 1024;

/** The backend of a page served by the loopback host; a session cookie proves who asks. */
export class HttpBackend implements Backend {
  readonly kind = "http";

  call<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
    return post<ResultOf<M>>(`/api/call/${method}`, params);
  }

  subscribe(onBatch: (batch: Batch) => void): () => void {
    // EventSource reconnects by itself; each connection counts `seq` from 0 again.
    const source = new EventSource("/api/live");
    source.onmessage = (message: MessageEvent<string>) => {
      onBatch(JSON.parse(message.data) as Batch);
    };
    return () => source.close();
  }

  async setHidden(hidden: boolean): Promise<void> {
    await post("/api/host/set_hidden", { hidden });
  }

  setKey(key: SetKey): Promise<ProviderInfo> {
    return post("/api/host/set_key", key);
  }

  createGatewayKey(name: string): Promise<CreatedGatewayKey> {
    return post("/api/host/create_gateway_key", { name });
  }

  async scanDotenv(): Promise<KeyScan | null> {
    const file = await chooseFile();
    if (!file) return null;
    if (file.size > DOTENV_LIMIT) {
      throw new BackendError({
        code: "invalid_params",
        message: `${file.name} is larger than 1 MB, which no .env file is`,
      });
    }
    return post("/api/host/scan_dotenv", { text: await file.text(), name: file.name });
  }

  async openUrl(url: string): Promise<void> {
    window.open(url, "_blank", "noopener,noreferrer");
  }

  async saveText(request: SaveText): Promise<SavedFile> {
    const url = URL.createObjectURL(content(request));
    const link = document.createElement("a");
    link.href = url;
    link.download = request.suggested_name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return { path: request.suggested_name };
  }

  async copyText(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch (thrown) {
      throw toBackendError(thrown);
    }
  }

  async ready(): Promise<void> {}
}

async function post<T>(path: string, body: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new BackendError({
      code: "internal",
      message: "Switchboard does not answer; is it still running?",
    });
  }
  const text = await response.text();
  const value = parse(text);
  if (response.ok) return value as T;
  if (typeof value === "object" && value !== null) throw toBackendError(value);
  throw new BackendError({ code: "internal", message: `Switchboard answered ${response.status}` });
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function chooseFile(): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.onchange = () => resolve(input.files?.[0] ?? null);
    input.oncancel = () => resolve(null);
    input.click();
  });
}

/** What a file to be saved holds. */
function content({ text, base64 }: SaveText): Blob {
  if (!base64) return new Blob([text], { type: "text/plain" });
  const bytes = Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
  return new Blob([bytes], { type: "application/octet-stream" });
}
