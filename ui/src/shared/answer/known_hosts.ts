/**
 * Hosts whose links the user has opened before, kept between launches.
 */
import { backend } from "../../lib/backend";

const KEY = "links.known_hosts";
/** Hosts kept; the oldest go first. */
const MOST = 500;
let known: Promise<Set<string>> | undefined;

async function load(): Promise<Set<string>> {
  try {
    const { values } = await backend().call("ui_state.get", {});
    const stored = values[KEY];
    return new Set(Array.isArray(stored) ? stored.filter((it) => typeof it === "string") : []);
  } catch {
    return new Set(); // Not knowing a host only means asking once more.
  }
}

/** Returns whether the user has opened a link to this host before. */
export async function isKnownHost(host: string): Promise<boolean> {
  return (await (known ??= load())).has(host);
}

/** Remembers that the user opened a link to this host. */
export async function rememberHost(host: string): Promise<void> {
  const hosts = await (known ??= load());
  if (hosts.has(host)) return;
  hosts.add(host);
  const value = [...hosts].slice(-MOST);
  await backend()
    .call("ui_state.set", { key: KEY, value })
    .catch(() => undefined);
}
