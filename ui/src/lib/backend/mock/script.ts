import type { CallError } from "../types";

/** One step of a played call; waits are milliseconds before the step. */
export type Step =
  | { wait: number; do: "response"; status: number }
  | { wait: number; do: "text"; text: string }
  | { wait: number; do: "reasoning"; text: string }
  | { wait: number; do: "tool"; id?: string; name?: string; arguments: string }
  | { wait: number; do: "fail"; error: CallError }
  | { wait: number; do: "end"; finish: "stop" | "tool_calls" };

const PROSE = `The customer reports a **duplicate charge** and an unanswered ticket. This is a billing defect with churn risk.

- Two charges of the same amount within one minute
- One support ticket, open for three days
- An \`enterprise\` plan, so the reply is due today

\`\`\`json
{
  "category": "bug",
  "priority": "high",
  "summary": "Charged twice in October",
  "suggested_action": "Refund and reply today"
}
\`\`\`

| step | owner | due |
| --- | --- | --- |
| refund the second charge | billing | today |
| answer the ticket | support | today |

I would refund first and explain afterwards, because the amount is not in dispute.`;

const THOUGHT = `The message mentions two charges, so this is about billing and not about a feature.
The plan is enterprise; the promise there is an answer within a day.
Nothing suggests fraud. A refund is the smallest step that settles it.`;

const JSON_ANSWER = `{
  "category": "bug",
  "priority": "high",
  "summary": "Charged twice in October"
}`;

/** Returns what attempt number `attempt` (from 1) of `model` plays. */
export function script(model: string, attempt: number): Step[] {
  const [name = ""] = model.split("?");
  switch (name) {
    case "thinker":
      return [opened(120), ...pieces("reasoning", THOUGHT, 90, 45), ...answer(PROSE, 150, 70)];
    case "steady":
      return [opened(260), ...answer(PROSE, 240, 55)];
    case "tools":
      return [
        opened(120),
        { wait: 80, do: "text", text: "I look that up. " },
        { wait: 40, do: "tool", id: "call_1", name: "find_invoice", arguments: "" },
        { wait: 60, do: "tool", arguments: '{"customer":' },
        { wait: 60, do: "tool", arguments: ' "acme"}' },
        { wait: 20, do: "end", finish: "tool_calls" },
      ];
    case "json":
      return [opened(100), ...answer(JSON_ANSWER, 80, 60)];
    case "long":
      return [opened(100), ...answer(`${PROSE}\n\n`.repeat(25), 80, 300)];
    case "flaky-429":
      if (attempt === 1) return refused(RATE_LIMITED);
      return [opened(150), ...answer(PROSE, 120, 70)];
    case "cut-once":
      if (attempt === 1) return [opened(100), ...cut(PROSE), { wait: 30, do: "fail", error: CUT }];
      return [opened(150), ...answer(PROSE, 120, 80)];
    case "down-503":
      return refused(OVERLOADED);
    case "auth-401":
      return refused(UNAUTHORIZED);
    case "silent":
      return [opened(100), { wait: 3_600_000, do: "end", finish: "stop" }];
    default:
      return [opened(80), ...answer(PROSE, 100, 90)];
  }
}

function opened(wait: number): Step {
  return { wait, do: "response", status: 200 };
}

function answer(text: string, wait: number, tokensPerSecond: number): Step[] {
  return [
    ...pieces("text", text, wait, tokensPerSecond),
    { wait: 10, do: "end", finish: "stop" } as const,
  ];
}

function cut(text: string): Step[] {
  return pieces("text", text.slice(0, text.length / 2), 80, 80);
}

function pieces(kind: "text" | "reasoning", text: string, wait: number, perSecond: number): Step[] {
  // Pieces of about three tokens, as a coalesced channel would bring them.
  const parts = text.match(/[\s\S]{1,12}/g) ?? [];
  return parts.map((part, index) => ({
    wait: index === 0 ? wait : 3000 / perSecond,
    do: kind,
    text: part,
  }));
}

function refused(error: CallError): Step[] {
  return [
    { wait: 140, do: "response", status: error.status ?? 500 },
    { wait: 5, do: "fail", error },
  ];
}

const RATE_LIMITED: CallError = {
  kind: "rate_limited",
  message: "`sandbox` asked to wait 1.2 s",
  status: 429,
  provider_code: "rate_limit_exceeded",
  retry_after_ms: 1200,
  detail: '{"error":{"message":"slow down","code":"rate_limit_exceeded"}}',
};
const OVERLOADED: CallError = {
  kind: "overloaded",
  message: "`sandbox` is overloaded",
  hint: "try again in a minute, or give this column a fallback",
  status: 503,
  detail: '{"error":{"message":"The server is overloaded","type":"server_error"}}',
};
const UNAUTHORIZED: CallError = {
  kind: "auth",
  message: "`sandbox` refused the key",
  hint: "check the key in Settings, Providers & keys",
  status: 401,
  detail: '{"error":{"message":"Incorrect API key provided: sk-…9f2c"}}',
};
const CUT: CallError = {
  kind: "truncated",
  message: "the answer of `sandbox` broke off before its end",
  status: 200,
};
