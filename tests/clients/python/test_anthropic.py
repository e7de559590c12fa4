"""The `anthropic` package at the gateway."""

import anthropic
from cases import CUT, GATEWAY, KEY, LONG, PNG, PROVIDERS, QUESTION, UNKNOWN, WAIT
from cases import breaks, case, cut_once, ended, model, raises, run

client = anthropic.Anthropic(base_url=GATEWAY, api_key=KEY, max_retries=0, timeout=WAIT)
ASK = [{"role": "user", "content": QUESTION}]
TOOLS = [
    {
        "name": "weather",
        "description": "Forecast",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
        },
    }
]


def message(name, **more):
    return client.messages.create(**{"model": name, "max_tokens": 500, "messages": ASK, **more})


def streamed(name, **more):
    """Reads a stream to its end; returns its text and the message it adds up to."""
    with client.messages.stream(**{"model": name, "max_tokens": 500, "messages": ASK, **more}) as stream:
        text = "".join(stream.text_stream)
        return text, stream.get_final_message()


def text_of(answer):
    return "".join(block.text for block in answer.content if block.type == "text")


@case
def a_message_is_whole_with_its_usage_from_every_provider():
    for provider in PROVIDERS:
        answer = message(model(provider=provider), system="Be brief.")
        assert answer.role == "assistant" and answer.stop_reason == "end_turn", answer
        assert len(text_of(answer)) > 40, (provider, answer)
        assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0, answer.usage


@case
def a_streamed_message_is_the_same_text_and_ends_with_the_whole():
    for provider in PROVIDERS:
        whole = message(model(provider=provider))
        text, final = streamed(model(provider=provider))
        assert text == text_of(final) == text_of(whole), (provider, text)
        assert final.stop_reason == "end_turn", (provider, final)
        assert final.usage.output_tokens == whole.usage.output_tokens, (provider, final.usage)


@case
def raw_events_come_in_the_order_of_the_api():
    events = [event.type for event in message(model(), stream=True)]
    assert events[0] == "message_start" and events[-2:] == ["message_delta", "message_stop"], events
    assert events.count("content_block_start") == events.count("content_block_stop") == 1, events


@case
def instructions_reach_the_model_as_text_and_as_blocks():
    plain = message(model("say=ok"))
    long = "Answer as briefly as you can. " * 40
    for system in (long, [{"type": "text", "text": long}]):
        answer = message(model("say=ok"), system=system)
        assert answer.usage.input_tokens > plain.usage.input_tokens + 100, answer.usage


@case
def limits_that_were_sent_are_kept():
    answer = message(model("tokens=400"), max_tokens=12)
    assert answer.stop_reason == "max_tokens" and answer.usage.output_tokens <= 12, answer


@case
def a_tool_call_comes_whole_and_its_result_is_answered():
    for provider in PROVIDERS:
        name = model("tools=1", provider)
        answer = message(name, tools=TOOLS)
        assert answer.stop_reason == "tool_use", (provider, answer)
        call = next(block for block in answer.content if block.type == "tool_use")
        assert call.name == "weather" and isinstance(call.input["days"], int), call
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "rain, 9 degrees"}
        turns = [
            *ASK,
            {"role": "assistant", "content": answer.content},
            {"role": "user", "content": [result]},
        ]
        after = message(name, tools=TOOLS, messages=turns)
        assert "rain, 9 degrees" in text_of(after), (provider, after)


@case
def a_streamed_tool_call_adds_up_to_the_same_input():
    for provider in PROVIDERS:
        name = model("tools=2", provider)
        inputs = [block.input for block in message(name, tools=TOOLS).content if block.type == "tool_use"]
        _, final = streamed(name, tools=TOOLS)
        assert final.stop_reason == "tool_use", (provider, final)
        assert [block.input for block in final.content if block.type == "tool_use"] == inputs, provider
        assert len(inputs) == 2, inputs


@case
def a_choice_of_tool_is_taken():
    for choice in ({"type": "auto"}, {"type": "any"}, {"type": "tool", "name": "weather"}):
        assert message(model("tools=1"), tools=TOOLS, tool_choice=choice).stop_reason == "tool_use", choice
    assert message(model(), tools=TOOLS, tool_choice={"type": "none"}).stop_reason == "end_turn"


@case
def an_image_reaches_the_model():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    parts = [image, {"type": "text", "text": "What is this?"}]
    for provider in PROVIDERS:
        answer = message(model(provider=provider), messages=[{"role": "user", "content": parts}])
        assert "the image" in text_of(answer), (provider, answer)


@case
def the_models_are_listed_and_looked_up():
    names = {entry.id for entry in client.models.list()}
    assert {"sandbox/steady", "sandbox/swift"} <= names, names
    assert client.models.retrieve("sandbox/steady").id == "sandbox/steady"
    raises(anthropic.NotFoundError, lambda: client.models.retrieve("nobody/knows-it"))


@case
def tokens_are_counted_before_anything_is_asked():
    for provider in PROVIDERS:
        name = model(provider=provider)
        few = client.messages.count_tokens(model=name, messages=ASK).input_tokens
        more = client.messages.count_tokens(model=name, messages=ASK, system="Be brief. " * 50, tools=TOOLS).input_tokens
        assert 0 < few < more - 50, (provider, few, more)
    raises(anthropic.NotFoundError, lambda: client.messages.count_tokens(model="nobody/knows-it", messages=ASK))


@case
def errors_are_of_the_type_that_says_what_went_wrong():
    limited = raises(anthropic.RateLimitError, lambda: message(model("fault=429&hint=20")))
    assert limited.body["error"]["type"] == "rate_limit_error", limited.body
    assert int(limited.response.headers["retry-after"]) >= 1
    raises(anthropic.RateLimitError, lambda: message(model("fault=429-daily")))
    raises(anthropic.AuthenticationError, lambda: message(model("fault=401")))
    raises(anthropic.PermissionDeniedError, lambda: message(model("fault=403")))
    raises(anthropic.NotFoundError, lambda: message(model("fault=404")))
    raises(anthropic.NotFoundError, lambda: message("nobody/knows-it"))
    raises(anthropic.BadRequestError, lambda: message(model("fault=context")))
    raises(anthropic.BadRequestError, lambda: message(model(), messages=[]))
    server = breaks(anthropic.APIStatusError, lambda: message(model("fault=500")))
    assert server.status_code >= 500, server
    raises(anthropic.AuthenticationError, lambda: streamed(model("fault=401", "sandbox-anthropic")))


@case
def a_gateway_key_that_nobody_made_is_refused():
    stranger = client.with_options(api_key=UNKNOWN)
    error = raises(
        anthropic.AuthenticationError,
        lambda: stranger.messages.create(model=model(), max_tokens=500, messages=ASK),
    )
    assert error.body["error"]["type"] == "authentication_error" and UNKNOWN not in str(error), error
    raises(anthropic.AuthenticationError, lambda: list(stranger.models.list()))


@case
def an_answer_that_is_cut_at_the_provider_is_an_error():
    for provider in PROVIDERS:
        cut = model("tokens=80&fault=cut&after=9", provider)
        breaks(anthropic.APIError, lambda: streamed(cut))
    breaks(anthropic.APIStatusError, lambda: message(CUT))


@case
def an_answer_that_is_cut_once_is_rescued_or_an_error():
    whole = text_of(message(model("tokens=80&seed=902")))
    try:
        text, final = streamed(cut_once(902))
    except anthropic.APIError:
        return
    assert text.endswith(whole) and final.stop_reason == "end_turn", (text, final)


@case
def a_client_that_leaves_stops_its_call():
    with client.messages.stream(model=LONG, max_tokens=4000, messages=ASK) as stream:
        call = stream.response.headers["x-switchboard-call-id"]
        for number, _ in enumerate(stream.text_stream):
            if number == 5:
                break
    assert ended(call) == "cancelled"


run("anthropic")
