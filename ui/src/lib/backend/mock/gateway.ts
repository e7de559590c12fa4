import { BackendError } from "../backend";
import type { CreatedGatewayKey, GatewayKey, GatewayStatus } from "../types";

const PORT = 4141;

/** The gateway in memory: a switch and keys. */
export class MockGateway {
  #port: number | null = null;
  #problem: string | null = null;
  #keys: GatewayKey[] = [];
  #count = 0;
  /** Ports that another program has. */
  readonly taken = new Set<number>();

  constructor(private readonly changed: () => void) {}

  status(): GatewayStatus {
    const at = `127.0.0.1:${this.#port ?? PORT}`;
    return {
      running: this.#port !== null,
      address: this.#port === null ? null : at,
      port: PORT,
      problem: this.#problem,
      waiting: false,
      available: true,
      base_urls: [
        { api: "openai", url: `http://${at}/v1` },
        { api: "anthropic", url: `http://${at}` },
        { api: "gemini", url: `http://${at}` },
      ],
      access: this.#keys.some((key) => key.revoked_at === undefined)
        ? "keys_only"
        : "open_on_loopback",
      keys: this.#keys,
    };
  }

  start(port = PORT): GatewayStatus {
    if (this.taken.has(port)) {
      this.#problem = `the gateway cannot listen on 127.0.0.1:${port}: address in use`;
      this.changed();
      throw new BackendError({
        code: "conflict",
        message: this.#problem,
        hint: "choose another port",
        field: "port",
      });
    }
    this.#port = port;
    this.#problem = null;
    this.changed();
    return this.status();
  }

  stop(): GatewayStatus {
    this.#port = null;
    this.#problem = null;
    this.changed();
    return this.status();
  }

  create(name: string): CreatedGatewayKey {
    const trimmed = name.trim();
    if (trimmed === "" || trimmed.length > 60) {
      throw this.#invalid("a gateway key's name has 1 to 60 characters on one line");
    }
    if (this.#keys.some((key) => key.name === trimmed && key.revoked_at === undefined)) {
      throw this.#invalid(`a valid gateway key has the \`name\` \`${trimmed}\` already`);
    }
    this.#count += 1;
    const secret = `sbk_${String(this.#count).padStart(6, "0")}${"x".repeat(37)}`;
    const key: GatewayKey = {
      id: `key-${this.#count}`,
      name: trimmed,
      prefix: secret.slice(0, 10),
      created_at: new Date().toISOString(),
    };
    this.#keys = [key, ...this.#keys];
    this.changed();
    return { key, secret };
  }

  revoke(id: string): GatewayKey {
    const key = this.#keys.find((one) => one.id === id);
    if (!key) {
      throw new BackendError({ code: "not_found", message: `there is no gateway key \`${id}\`` });
    }
    key.revoked_at ??= new Date().toISOString();
    this.changed();
    return key;
  }

  #invalid(message: string): BackendError {
    return new BackendError({ code: "invalid_params", message, field: "name" });
  }
}
