"""The `litellm` package as a client of the gateway."""

import os

# Its list of prices is part of the package; it would ask for a newer one.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import json

import litellm
import openai
from cases import CUT, GATEWAY, KEY, PNG, PROVIDERS, QUESTION, WAIT
from cases import breaks, case, model, raises, run

# It would print advice with every error.
litellm.suppress_debug_info = True

ASK = [{"role": "user", "content": QUESTION}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Forecast",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


def ask(name, wire="openai", **more):
    """Asks as a client of OpenAI's or Anthropic's API."""
    base = f"{GATEWAY}/v1" if wire == "openai" else GATEWAY
    settings = {"api_base": base, "api_key": KEY, "num_retries": 0, "max_retries": 0, "timeout": WAIT}
    return litellm.completion(**{"model": f"{wire}/{name}", "messages": ASK, **settings, **more})


def streamed(name, wire="openai"):
    chunks = ask(name, wire, stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


@case
def an_answer_is_the_same_whole_and_streamed_over_both_apis():
    for wire in ("openai", "anthropic"):
        for provider in PROVIDERS:
            answer = ask(model(provider=provider), wire)
            text = answer.choices[0].message.content
            assert len(text) > 40 and answer.usage.completion_tokens > 0, (wire, provider, answer)
            assert streamed(model(provider=provider), wire) == text, (wire, provider)


@case
def tools_are_called_over_both_apis():
    for wire in ("openai", "anthropic"):
        for provider in PROVIDERS:
            message = ask(model("tools=1", provider), wire, tools=TOOLS).choices[0].message
            call = message.tool_calls[0]
            assert call.function.name == "weather" and json.loads(call.function.arguments)["city"], (wire, call)
            result = {"role": "tool", "tool_call_id": call.id, "content": "rain, 9 degrees"}
            turns = [*ASK, message.model_dump(), result]
            after = ask(model("tools=1", provider), wire, tools=TOOLS, messages=turns)
            assert "rain, 9 degrees" in after.choices[0].message.content, (wire, provider, after)


@case
def an_image_in_a_data_url_reaches_the_model():
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    ]
    for wire in ("openai", "anthropic"):
        answer = ask(model(), wire, messages=[{"role": "user", "content": parts}])
        assert "the image" in answer.choices[0].message.content, (wire, answer)


@case
def errors_are_of_the_type_that_says_what_went_wrong():
    for wire in ("openai", "anthropic"):
        raises(litellm.RateLimitError, lambda: ask(model("fault=429-daily"), wire))
        raises(litellm.AuthenticationError, lambda: ask(model("fault=401"), wire))
        raises(litellm.NotFoundError, lambda: ask("nobody/knows-it", wire))
        error = breaks(openai.APIError, lambda: ask(model("fault=503"), wire))
        assert error.status_code >= 500, error


@case
def an_answer_that_is_cut_at_the_provider_is_an_error():
    for wire in ("openai", "anthropic"):
        breaks(openai.APIError, lambda: streamed(CUT, wire))
        breaks(openai.APIError, lambda: ask(CUT, wire))


run("litellm")
