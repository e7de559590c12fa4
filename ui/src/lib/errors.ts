import { toBackendError } from "./backend/backend";
import type { CallError, ErrorKind } from "./backend/types";
import { duration, plural } from "./format";
import type { ColumnRun, Failure } from "./run/reduce";

/** Names of the error kinds for people. */
const TITLES: Record<ErrorKind, string> = {
  dns: "Host not found",
  connect: "No connection",
  tls: "Certificate problem",
  reset: "Connection lost",
  connect_timeout: "Connect timeout",
  headers_timeout: "No reply",
  first_token_timeout: "No first token",
  idle_timeout: "Went silent",
  too_slow: "Too slow",
  total_timeout: "Out of time",
  malformed: "Unreadable reply",
  truncated: "Cut off",
  too_large: "Too large",
  not_an_api: "Not an API",
  rate_limited: "Rate limited",
  quota_exhausted: "Quota used up",
  billing: "Billing",
  plan_limit: "Plan limit",
  overloaded: "Overloaded",
  server: "Server error",
  auth: "Key refused",
  permission: "Not allowed",
  not_found: "Not found",
  rejected: "Request rejected",
  context_too_long: "Too long",
  content_filtered: "Filtered",
  empty_answer: "Empty answer",
  output_invalid: "Invalid output",
  no_credential: "No key",
  incapable: "Not supported",
  circuit_open: "Paused",
  queue_full: "No room",
  misconfigured: "Misconfigured",
  budget: "Budget spent",
  caller_stopped: "Caller stopped",
  cancelled: "Stopped",
  interrupted: "Interrupted",
};

/** Kinds that a change in the provider's settings can mend. */
const SETTINGS: readonly ErrorKind[] = [
  "dns",
  "connect",
  "tls",
  "not_an_api",
  "auth",
  "permission",
  "not_found",
  "billing",
  "quota_exhausted",
  "plan_limit",
  "no_credential",
  "misconfigured",
];

/** Returns the name of an error kind for people: "Rate limited". */
export function kindTitle(kind: ErrorKind): string {
  return TITLES[kind];
}

/** Returns the class of an error as its badge says it: "Rate limited · 429". */
export function errorTitle(error: CallError): string {
  const title = TITLES[error.kind];
  return error.status === undefined || error.status < 400 ? title : `${title} · ${error.status}`;
}

/** Returns whether the provider's settings are the place to mend it. */
export function mendedInSettings(error: CallError): boolean {
  return SETTINGS.includes(error.kind);
}

/** Joins what is wrong with what mends it: "there is no route `x`; choose one of the list". */
export function withFix(message: string, fix: string | undefined): string {
  return fix === undefined || fix === "" ? message : `${message}; ${fix}`;
}

/** Says what was thrown and what mends it, as one clause. */
export function explained(thrown: unknown): string {
  const { message, hint } = toBackendError(thrown);
  return withFix(message, hint);
}

/** Makes a sentence of a message: capital first, period last. */
export function sentence(message: string): string {
  const trimmed = message.trim();
  if (trimmed === "") return "";
  const first = trimmed[0] === "`" ? trimmed : trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}

/** Says what was done about the failures of a call: "Retried 2×, waited 1.5 s, then stopped: …". */
export function whatWasDone(run: ColumnRun): string {
  // The wait that is going on has not been waited yet.
  const over = run.phase === "backing_off" ? run.failures.slice(0, -1) : run.failures;
  const retries = over.filter((failure) => failure.next?.do === "retry");
  const waited = retries.reduce((sum, failure) => sum + waitOf(failure), 0);
  const steps: string[] = [];
  if (retries.length > 0) {
    steps.push(`retried ${retries.length}×`, `waited ${duration(waited)}`);
  }
  for (const { next } of over) {
    if (next?.do === "fallback") steps.push(`fell back to ${next.to.model}`);
    if (next?.do === "continue") steps.push(`carried on by ${next.on.model}`);
  }
  const last = run.failures.at(-1)?.next;
  if (run.phase === "failed") {
    const why = last?.do === "stop" && last.why !== "" ? `: ${last.why}` : "";
    if (steps.length === 0) return sentence(why === "" ? "not tried again" : `stopped${why}`);
    return sentence(`${steps.join(", ")}, then stopped${why}`);
  }
  return steps.length === 0 ? "" : sentence(steps.join(", "));
}

/** Says quietly that attempts failed before the answer: "Rate limited · 429 once; retried." */
export function rescueLine(run: ColumnRun): string {
  const [first] = run.failures;
  if (!first) return "";
  const times = plural(run.failures.length, "attempt");
  const cause = errorTitle(first.error);
  const done = whatWasDone({ ...run, phase: "done" });
  return `${times} failed first (${cause}). ${done}`.trim();
}

function waitOf(failure: Failure): number {
  return failure.next?.do === "retry" ? failure.next.after_ms : 0;
}
