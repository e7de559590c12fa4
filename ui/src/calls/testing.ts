/** Records of calls for tests of this folder. */
import type { AttemptDetail, CallDetail, CallSummary, TargetInfo, Usage } from "../lib/backend";

export const swift: TargetInfo = { provider: "sandbox", model: "swift", simulated: true };
export const steady: TargetInfo = { provider: "sandbox", model: "steady", simulated: true };

export function usage(more: Partial<Usage> = {}): Usage {
  return {
    input_uncached_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_creation_1h_input_tokens: 0,
    output_visible_tokens: 0,
    reasoning_output_tokens: 0,
    estimated: false,
    ...more,
  };
}

export function summary(more: Partial<CallSummary> = {}): CallSummary {
  return {
    id: "0193-1",
    status: "running",
    started_at: new Date().toISOString(),
    requested: swift,
    answered: null,
    response_model: null,
    finish_reason: null,
    attempts: 0,
    retries: 0,
    fallbacks: 0,
    first_token_ms: null,
    elapsed_ms: null,
    usage: usage(),
    cost: null,
    fallback_text: false,
    continued: false,
    tags: [],
    prompt_id: null,
    prompt_title: null,
    prompt_version: null,
    group: null,
    column: null,
    caller: "window",
    error: null,
    rating: null,
    excerpt: "",
    ...more,
  };
}

export function attempt(more: Partial<AttemptDetail> = {}): AttemptDetail {
  return {
    attempt: 1,
    target: swift,
    started_ms: 0,
    headers_ms: null,
    first_token_ms: null,
    ended_ms: null,
    wait_ms: 0,
    next: null,
    status: null,
    request_id: null,
    error: null,
    usage: usage(),
    discarded: "",
    ...more,
  };
}

export function detail(more: Partial<CallDetail> = {}): CallDetail {
  return {
    summary: summary(),
    text: "",
    reasoning: "",
    tool_calls: [],
    attempts: [],
    request: {
      body: {
        messages: [],
        variables: {},
        tools: [],
        response_format: { type: "text" },
        params: {},
        columns: [],
      },
      messages: [],
      model: "sandbox/swift",
      fallbacks: [],
      params: {},
    },
    seq: 0,
    explanation: [],
    ...more,
  };
}
