import type {
  Api,
  ApiError,
  Batch,
  CreatedGatewayKey,
  KeyScan,
  ProviderInfo,
  SavedFile,
  SaveText,
  SetKey,
} from "./types";

/** A name of the API table. */
export type Method = keyof Api;
export type ParamsOf<M extends Method> = Api[M]["params"];
export type ResultOf<M extends Method> = Api[M]["result"];

/**
 * Everything the interface asks of the program around it. Promises reject with a {@link BackendError}.
 */
export interface Backend {
  /** `mock` answers from memory; no program stands behind it. */
  readonly kind: "tauri" | "http" | "mock";

  /** Runs a method of the API table. */
  call<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>>;

  /**
   * Listens to the live channel until the returned function is called. After a gap in `seq`, or when
   * the channel had to be opened anew (`seq` 0 again), open calls must be fetched with `calls.get`.
   */
  subscribe(onBatch: (batch: Batch) => void): () => void;

  /** Says whether the window is hidden, so that the channel ticks slower. */
  setHidden(hidden: boolean): Promise<void>;

  /** Stores a credential. The only way a key crosses, and only in this direction. */
  setKey(key: SetKey): Promise<ProviderInfo>;

  /** Makes a gateway key. Its secret is in the answer and nowhere else: show it once, never keep it. */
  createGatewayKey(name: string): Promise<CreatedGatewayKey>;

  /** Lets the user choose a `.env` file and scans it; `null` if the user cancelled. */
  scanDotenv(): Promise<KeyScan | null>;

  /** Opens an address in the user's browser. Ask the user first. */
  openUrl(url: string): Promise<void>;

  /** Lets the user choose where to save a text. */
  saveText(request: SaveText): Promise<SavedFile>;

  copyText(text: string): Promise<void>;

  /** Says that the first frame is painted: the window can be shown. */
  ready(): Promise<void>;
}

/** An {@link ApiError} as a JavaScript error. */
export class BackendError extends Error {
  readonly code: ApiError["code"];
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(error: ApiError) {
    super(error.message);
    this.name = "BackendError";
    this.code = error.code;
    this.hint = error.hint;
    this.field = error.field;
  }
}

/** Makes a {@link BackendError} of whatever was thrown or sent. */
export function toBackendError(thrown: unknown): BackendError {
  if (thrown instanceof BackendError) return thrown;
  if (isApiError(thrown)) return new BackendError(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BackendError({ code: "internal", message });
}

function isApiError(value: unknown): value is ApiError {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as ApiError).code === "string" &&
    typeof (value as ApiError).message === "string"
  );
}
