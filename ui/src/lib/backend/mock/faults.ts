import type { FaultProblem, FaultWindow, ParsedFault } from "../types";

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Word, arguments that are needed, and what happens in one clause. */
const KINDS: Record<string, { needs: boolean; means: (args: string[]) => string }> = {
  outage: { needs: false, means: () => "answers every request with 503" },
  errors: {
    needs: true,
    means: ([rate, status]) => `answers ${rate} of requests with ${status ?? 500}`,
  },
  latency: { needs: true, means: ([how]) => `takes ${how} as long` },
  slow_start: { needs: true, means: ([time]) => `sends its first token after ${time}` },
  cut: { needs: false, means: ([rate]) => `breaks off ${rate ?? "100%"} of its answers` },
  stall: { needs: false, means: ([rate]) => `falls silent in ${rate ?? "100%"} of its answers` },
  rate_limit: { needs: true, means: ([count]) => `takes ${count} requests a minute` },
  quota: { needs: true, means: ([count]) => `is spent after ${count} requests` },
  auth: { needs: false, means: () => "refuses the key with 401" },
};

/** Reads a time such as `1h30m`, in milliseconds; `null` if it is none. */
export function readTime(text: string): number | null {
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text) return null;
  return parts.reduce((sum, part) => sum + Number(part[1]) * (UNITS[part[2] ?? ""] ?? 0), 0);
}

/** Reads a line of the fault grammar as the program does, its common cases. */
export function parseFault(line: string): ParsedFault {
  const text = line.trim();
  const equals = text.lastIndexOf("=");
  if (equals < 0) return wrong("kind", "the fault has no `=KIND`", "add one of outage, errors");
  const target = text.slice(0, equals).trim();
  const [provider = "", model] = target.split("/", 2);
  if (provider === "") return wrong("target", "no provider is named", "write `openai`");
  const form = /^([^:@+]*)(?::([^@+]*))?(?:@([^+]*))?(?:\+(.*))?$/.exec(text.slice(equals + 1));
  const [, word = "", given = "", start, length] = form ?? [];
  const kind = KINDS[word];
  if (!kind) {
    const words = Object.keys(KINDS).join(", ");
    return wrong("kind", `there is no kind of fault \`${word}\``, `write one of ${words}`);
  }
  let args = given === "" ? [] : given.split(",");
  if (kind.needs && args.length === 0) {
    return wrong("arguments", `\`${word}\` needs how much`, `write \`${word}:…\``);
  }
  const rate = args[0] ?? "";
  if (["errors", "cut", "stall"].includes(word) && rate !== "" && !/^\d+(\.\d+)?%$/.test(rate)) {
    return wrong("rate", `\`${rate}\` is no rate`, "write a rate from 0% to 100%, such as `20%`");
  }
  const from_ms = start === undefined ? 0 : readTime(start);
  let long = length === undefined ? undefined : readTime(length);
  if (word === "outage" && args.length > 0) {
    const time = readTime(args.at(-1) ?? "");
    if (time !== null && !/^\d+$/.test(args.at(-1) ?? "")) {
      long = time;
      args = args.slice(0, -1);
    }
  }
  const fix = "write for example `10m`, `90s` or `1h30m`";
  if (from_ms === null) return wrong("start", `\`${start}\` is no time`, fix);
  if (long === null) return wrong("duration", `\`${length}\` is no time`, fix);
  const to_ms = long === undefined ? undefined : from_ms + long;
  const window: FaultWindow = {
    text: `${target}=${word}${args.length > 0 ? `:${args.join(",")}` : ""}@${from_ms / 1000}s`,
    provider,
    kind: word,
    means: `${target} ${kind.means(args)}${during(from_ms, to_ms)}`,
    from_ms,
    ...(model === undefined ? {} : { model }),
    ...(to_ms === undefined ? {} : { to_ms }),
  };
  return { fault: window };
}

function during(from: number, to: number | undefined): string {
  if (to !== undefined) return `, from ${from / 60_000}m to ${to / 60_000}m`;
  return from > 0 ? `, from ${from / 60_000}m on` : "";
}

function wrong(part: string, message: string, fix: string): ParsedFault {
  const problem: FaultProblem = { part, message, fix };
  return { problem };
}
