/**
 * Hosts whose links the user has opened before, kept between launches.
 */
import { uiState } from "../../lib/ui_state";

const KEY = "links.known_hosts";
/** Hosts kept; the oldest go first. */
const MOST = 500;

function stored(): string[] {
  const value = uiState.get(KEY);
  return Array.isArray(value) ? value.filter((it) => typeof it === "string") : [];
}

/** Returns whether the user has opened a link to this host before. */
export function isKnownHost(host: string): boolean {
  return stored().includes(host);
}

/** Remembers that the user opened a link to this host. */
export function rememberHost(host: string): void {
  if (!isKnownHost(host)) uiState.keep(KEY, [...stored(), host].slice(-MOST));
}
