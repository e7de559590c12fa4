/** The faults that the drawer offers, as lines of the fault grammar. */
import { strings } from "./strings";

export type FaultId = keyof typeof strings.faults;

const FORMS: Record<Exclude<FaultId, "healthy">, string> = {
  outage: "outage:503@12m+10m",
  overload: "errors:5%,529",
  errors: "errors:20%,500",
  rate_limit: "rate_limit:60",
  slow: "slow_start:20s",
  cut: "cut:10%",
  stall: "stall:10%",
  auth: "auth",
};

/** Returns the line for a target, or `null` where nothing happens to it. */
export function faultLine(target: string, fault: FaultId): string | null {
  return fault === "healthy" ? null : `${target}=${FORMS[fault]}`;
}

export const FAULTS = Object.entries(strings.faults).map(([value, label]) => ({ value, label }));
