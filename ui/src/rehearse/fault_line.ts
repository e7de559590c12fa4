/** Between the fields of a fault and its line in the grammar; the program has the last word on both. */

/** A kind of fault as the menu has it. `latency` has two forms, each with fields of its own. */
export type KindId =
  | "outage"
  | "errors"
  | "latency"
  | "first_token"
  | "slow_start"
  | "cut"
  | "stall"
  | "rate_limit"
  | "quota"
  | "auth";

/** A field of a kind: what stands before and after the number in the line. */
export interface Parameter {
  id: "how" | "rate" | "status" | "factor" | "p50" | "p95" | "wait" | "requests";
  before: string;
  after: string;
  /** What stands there when a line of this kind is new. */
  first: string;
}

const parameter = (id: Parameter["id"], first: string, after = "", before = ""): Parameter => ({
  id,
  first,
  after,
  before,
});

/** The word, the mark between arguments, and the arguments of every kind. */
export const KINDS: Record<KindId, { word: string; between: string; takes: Parameter[] }> = {
  outage: { word: "outage", between: ",", takes: [parameter("how", "503")] },
  errors: {
    word: "errors",
    between: ",",
    takes: [parameter("rate", "20", "%"), parameter("status", "503")],
  },
  latency: { word: "latency", between: ",", takes: [parameter("factor", "3", "", "x")] },
  first_token: {
    word: "latency",
    between: "/",
    takes: [parameter("p50", "2s"), parameter("p95", "8s")],
  },
  slow_start: { word: "slow_start", between: ",", takes: [parameter("wait", "20s")] },
  cut: { word: "cut", between: ",", takes: [parameter("rate", "10", "%")] },
  stall: { word: "stall", between: ",", takes: [parameter("rate", "10", "%")] },
  rate_limit: { word: "rate_limit", between: ",", takes: [parameter("requests", "60")] },
  quota: { word: "quota", between: ",", takes: [parameter("requests", "1000")] },
  auth: { word: "auth", between: ",", takes: [] },
};

const TIME = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const OUTAGES = ["503", "refused", "silent"];

/** A fault in fields, as they stand; any of them may be wrong. */
export interface FaultFields {
  target: string;
  kind: KindId;
  /** In the order of the kind's parameters. */
  args: string[];
  /** Empty: at once. */
  start: string;
  /** Empty: to the end. */
  duration: string;
}

/** Returns fields of a new line of a kind; where and when stay. */
export function ofKind(kind: KindId, { target, start, duration }: FaultFields): FaultFields {
  return { target, kind, args: KINDS[kind].takes.map(({ first }) => first), start, duration };
}

/** Writes fields as a line of the grammar. */
export function writeLine({ target, kind, args, start, duration }: FaultFields): string {
  const { word, between, takes } = KINDS[kind];
  const written = takes.map(({ before, after }, place) => {
    const value = plain(args[place] ?? "");
    return value === "" ? "" : `${before}${value}${after}`;
  });
  while (written.at(-1) === "") written.pop();
  const how = written.length > 0 ? `:${written.join(between)}` : "";
  const from = plain(start) === "" ? "" : `@${plain(start)}`;
  const long = plain(duration) === "" ? "" : `+${plain(duration)}`;
  return `${target}=${word}${how}${from}${long}`;
}

/** Takes a line apart into fields; `null` if it is of no form that the fields can show. */
export function readLine(line: string): FaultFields | null {
  const text = line.trim();
  const at = text.lastIndexOf("=");
  if (at < 1) return null;
  const target = text.slice(0, at);
  const form = /^([a-z_]+)(?::([^@+]*))?(?:@([^@+]*))?(?:\+([^@+]*))?$/.exec(text.slice(at + 1));
  if (!form) return null;
  const [, word = "", given = "", start = "", length = ""] = form;
  let duration = length;
  let args = given === "" ? [] : given.split(",").map((argument) => argument.trim());
  if (word === "outage") {
    const time = args.find((argument) => TIME.test(argument));
    if (time !== undefined && duration !== "") return null;
    duration = time ?? duration;
    args = args.filter((argument) => argument !== time);
    if (args.length === 0) args = ["503"];
    if (args.length > 1 || !OUTAGES.includes(args[0] ?? "")) return null;
  }
  const kind = kindOf(word, args);
  if (kind === null) return null;
  const { between, takes } = KINDS[kind];
  const values = between === "," ? args : (args[0] ?? "").split(between);
  if (values.length > takes.length) return null;
  const read = takes.map((one, place) => readValue(values[place] ?? "", one));
  if (read.includes(null)) return null;
  return { target, kind, args: read as string[], start, duration };
}

function kindOf(word: string, args: string[]): KindId | null {
  if (word === "latency") return args[0]?.includes("/") ? "first_token" : "latency";
  const known = Object.entries(KINDS).find(([, kind]) => kind.word === word);
  return (known?.[0] as KindId | undefined) ?? null;
}

function readValue(text: string, { before, after, id }: Parameter): string | null {
  if (text === "") return "";
  if (id === "rate" && /^(?:0?\.\d+|[01](?:\.0*)?)$/.test(text)) {
    return String(Math.round(Number(text) * 10_000) / 100);
  }
  if (!text.startsWith(before) || !text.endsWith(after)) return null;
  return text.slice(before.length, text.length - after.length);
}

/** Takes the grammar's own marks out of a field. */
function plain(value: string): string {
  return value.replace(/[\s=:@+,/%]/g, "");
}
