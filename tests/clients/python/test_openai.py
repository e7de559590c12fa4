"""The `openai` package at the gateway."""

import json
from typing import Literal

import openai
from cases import CUT, GATEWAY, KEY, LONG, PNG, PROVIDERS, QUESTION, UNKNOWN, WAIT
from cases import breaks, case, cut_once, ended, model, paced, raises, run
from pydantic import BaseModel

client = openai.OpenAI(base_url=f"{GATEWAY}/v1", api_key=KEY, max_retries=0, timeout=WAIT)
ASK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
TOOLS = [{"type": "function", "function": {"name": "weather", "description": "Forecast", "parameters": WEATHER}}]


class Review(BaseModel):
    title: str
    stars: int
    verdict: Literal["buy", "leave"]


def chat(name, **more):
    return client.chat.completions.create(model=name, messages=ASK, **more)


def streamed(name, **more):
    """Reads a stream to its end; returns its text and its chunks."""
    chunks = list(chat(name, stream=True, stream_options={"include_usage": True}, **more))
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), chunks


@case
def a_chat_answer_is_whole_with_its_usage_from_every_provider():
    for provider in PROVIDERS:
        answer = chat(model(provider=provider))
        choice = answer.choices[0]
        assert choice.message.role == "assistant" and len(choice.message.content) > 40, answer
        assert choice.finish_reason == "stop", answer
        usage = answer.usage
        assert usage.prompt_tokens > 0 and usage.completion_tokens > 0, usage
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens, usage


@case
def a_streamed_chat_answer_is_the_same_text_with_usage_in_its_last_chunk():
    for provider in PROVIDERS:
        whole = chat(paced(provider))
        text, chunks = streamed(paced(provider))
        assert text == whole.choices[0].message.content, (provider, text)
        assert len(chunks) > 5, provider
        finishes = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
        assert finishes[-1] == "stop" and not any(finishes[:-1]), finishes
        assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens, chunks[-1]
        assert not any(chunk.usage for chunk in chunks[:-1]), provider


@case
def the_call_behind_an_answer_is_in_the_history():
    raw = client.chat.completions.with_raw_response.create(model=model(), messages=ASK)
    assert raw.headers["x-switchboard-attempts"] == "1"
    assert ended(raw.headers["x-switchboard-call-id"]) == "ok"
    assert raw.parse().choices[0].message.content


@case
def the_end_of_a_stream_tells_the_call_and_its_cost():
    asked = {"model": model(), "messages": ASK, "stream": True}
    with client.chat.completions.with_streaming_response.create(**asked) as raw:
        lines = list(raw.iter_lines())
        call = raw.headers["x-switchboard-call-id"]
    told = next(line for line in lines if line.startswith(": switchboard "))
    facts = dict(pair.split("=", 1) for pair in told.removeprefix(": switchboard ").split(" "))
    assert facts["call-id"] == call and facts["attempts"] == "1" and float(facts["cost"]) == 0, facts
    assert lines.index(told) < lines.index("data: [DONE]"), lines


@case
def limits_that_were_sent_are_kept():
    answer = chat(model("tokens=400"), max_completion_tokens=12, temperature=0.2, top_p=0.9, seed=4)
    assert answer.choices[0].finish_reason == "length", answer
    assert answer.usage.completion_tokens <= 12, answer.usage


@case
def a_tool_call_comes_whole_and_its_result_is_answered():
    for provider in PROVIDERS:
        name = model("tools=1", provider)
        answer = chat(name, tools=TOOLS)
        assert answer.choices[0].finish_reason == "tool_calls", answer
        call = answer.choices[0].message.tool_calls[0]
        arguments = json.loads(call.function.arguments)
        assert call.function.name == "weather" and isinstance(arguments["city"], str), call
        assert isinstance(arguments["days"], int), call
        result = {"role": "tool", "tool_call_id": call.id, "content": "rain, 9 degrees"}
        turns = [*ASK, answer.choices[0].message, result]
        after = client.chat.completions.create(model=name, messages=turns, tools=TOOLS)
        assert "rain, 9 degrees" in after.choices[0].message.content, (provider, after)


@case
def a_streamed_tool_call_adds_up_to_the_same_arguments():
    for provider in PROVIDERS:
        whole = chat(model("tools=2", provider), tools=TOOLS).choices[0].message.tool_calls
        calls = {}
        _, chunks = streamed(model("tools=2", provider), tools=TOOLS)
        for delta in (chunk.choices[0].delta for chunk in chunks if chunk.choices):
            for piece in delta.tool_calls or []:
                call = calls.setdefault(piece.index, {"name": "", "arguments": ""})
                call["name"] += piece.function.name or ""
                call["arguments"] += piece.function.arguments or ""
        got = [(call["name"], json.loads(call["arguments"])) for _, call in sorted(calls.items())]
        assert got == [(c.function.name, json.loads(c.function.arguments)) for c in whole], (provider, got)


@case
def the_helper_that_gathers_a_stream_ends_with_the_whole_answer():
    with client.chat.completions.stream(model=model("tools=1"), messages=ASK, tools=TOOLS) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert "chunk" in kinds and "tool_calls.function.arguments.done" in kinds, kinds
    assert final.choices[0].message.tool_calls[0].function.name == "weather", final


@case
def a_choice_of_tool_is_taken():
    for choice in ["auto", "required", {"type": "function", "function": {"name": "weather"}}]:
        answer = chat(model("tools=1"), tools=TOOLS, tool_choice=choice)
        assert answer.choices[0].message.tool_calls, choice
    answer = chat(model(), tools=TOOLS, tool_choice="none")
    assert not answer.choices[0].message.tool_calls and answer.choices[0].message.content


@case
def parse_gives_an_object_of_the_class():
    for provider in PROVIDERS:
        answer = client.chat.completions.parse(model=model(provider=provider), messages=ASK, response_format=Review)
        review = answer.choices[0].message.parsed
        assert isinstance(review, Review) and review.verdict in ("buy", "leave"), (provider, answer)


@case
def an_image_in_a_data_url_reaches_the_model():
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    ]
    for provider in PROVIDERS:
        answer = client.chat.completions.create(
            model=model(provider=provider), messages=[{"role": "user", "content": parts}]
        )
        assert "the image" in answer.choices[0].message.content, (provider, answer)


@case
def reasoning_comes_apart_from_the_answer():
    text, chunks = streamed("sandbox/thinker?ttft=0&tps=max&tokens=20&reasoning=20")
    thought = "".join(getattr(chunk.choices[0].delta, "reasoning_content", None) or "" for chunk in chunks if chunk.choices)
    assert thought and text and thought not in text, chunks


@case
def the_responses_api_answers_whole():
    for provider in PROVIDERS:
        answer = client.responses.create(model=model(provider=provider), instructions="Be brief.", input=QUESTION)
        assert answer.status == "completed" and len(answer.output_text) > 40, (provider, answer)
        assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0, answer.usage


@case
def the_responses_api_streams_the_same_text():
    for provider in PROVIDERS:
        whole = client.responses.create(model=model(provider=provider), input=QUESTION)
        with client.responses.stream(model=model(provider=provider), input=QUESTION) as stream:
            deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
            final = stream.get_final_response()
        assert "".join(deltas) == final.output_text == whole.output_text, provider
        assert final.usage.output_tokens == whole.usage.output_tokens, (provider, final.usage)


@case
def the_responses_api_calls_tools_and_reads_their_results():
    tools = [{"type": "function", "name": "weather", "parameters": WEATHER, "strict": True}]
    for provider in PROVIDERS:
        name = model("tools=1", provider)
        ask = [{"role": "user", "content": QUESTION}]
        answer = client.responses.create(model=name, input=ask, tools=tools)
        call = next(item for item in answer.output if item.type == "function_call")
        assert call.name == "weather" and "city" in json.loads(call.arguments), call
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "rain, 9 degrees"}
        after = client.responses.create(model=name, input=[*ask, *answer.output, result], tools=tools)
        assert "rain, 9 degrees" in after.output_text, (provider, after)


@case
def the_responses_api_parses_and_sees_images():
    parsed = client.responses.parse(model=model(), input=QUESTION, text_format=Review)
    assert isinstance(parsed.output_parsed, Review), parsed
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "auto"}
    parts = [{"type": "input_text", "text": "What is this?"}, image]
    seen = client.responses.create(model=model(), input=[{"role": "user", "content": parts}])
    assert "the image" in seen.output_text, seen


@case
def the_models_are_listed_and_looked_up():
    names = {entry.id for entry in client.models.list()}
    assert {"sandbox/steady", "sandbox/swift"} <= names, names
    assert client.models.retrieve("sandbox/steady").id == "sandbox/steady"
    raises(openai.NotFoundError, lambda: client.models.retrieve("nobody/knows-it"))


@case
def embeddings_come_in_both_encodings_in_the_order_of_the_texts():
    texts = ["The sky is blue.", "Snow is white.", "The sky is blue."]
    # The package asks for base64 unless told otherwise, and decodes it.
    packed = client.embeddings.create(model="sandbox/steady", input=texts)
    plain = client.embeddings.create(model="sandbox/steady", input=texts, encoding_format="float")
    for answer in (packed, plain):
        assert [one.index for one in answer.data] == [0, 1, 2], answer
        first, second, again = (one.embedding for one in answer.data)
        assert first == again and first != second and len(first) > 1, answer
        assert answer.usage.prompt_tokens > 0, answer.usage
    near = zip(packed.data[0].embedding, plain.data[0].embedding, strict=True)
    assert all(abs(one - other) < 1e-6 for one, other in near)


@case
def a_failure_that_a_retry_heals_is_not_seen():
    # It stands before the cases that only fail: after many failures less is retried.
    for stream in (False, True):
        name = model(f"fault=429-once&hint=20&tokens={41 + stream}")
        if stream:
            assert streamed(name)[0]
        else:
            assert chat(name).choices[0].message.content


@case
def errors_are_of_the_type_that_says_what_went_wrong():
    limited = raises(openai.RateLimitError, lambda: chat(model("fault=429&hint=20")))
    assert limited.status_code == 429 and int(limited.response.headers["retry-after"]) >= 1
    assert limited.code == "rate_limited", limited.body
    raises(openai.RateLimitError, lambda: chat(model("fault=429-daily")))
    raises(openai.AuthenticationError, lambda: chat(model("fault=401")))
    raises(openai.PermissionDeniedError, lambda: chat(model("fault=403")))
    raises(openai.NotFoundError, lambda: chat(model("fault=404")))
    raises(openai.NotFoundError, lambda: chat("nobody/knows-it"))
    raises(openai.BadRequestError, lambda: chat(model("fault=context")))
    server = raises(openai.InternalServerError, lambda: chat(model("fault=500")))
    assert isinstance(server, openai.APIStatusError) and server.status_code >= 500
    raises(openai.InternalServerError, lambda: chat(model("fault=503")))
    raises(openai.AuthenticationError, lambda: streamed(model("fault=401")))
    raises(openai.RateLimitError, lambda: client.responses.create(model=model("fault=429-daily"), input=QUESTION))


@case
def a_gateway_key_that_nobody_made_is_refused():
    stranger = client.with_options(api_key=UNKNOWN)
    error = raises(
        openai.AuthenticationError, lambda: stranger.chat.completions.create(model=model(), messages=ASK)
    )
    assert error.code == "invalid_api_key" and UNKNOWN not in str(error), error
    raises(openai.AuthenticationError, lambda: list(stranger.models.list()))


@case
def a_request_that_makes_no_sense_is_refused_with_the_field_at_fault():
    wrong = [{"role": "wizard", "content": "hi"}]
    error = raises(
        openai.BadRequestError, lambda: client.chat.completions.create(model=model(), messages=wrong)
    )
    assert error.param == "messages.0.role", error.body
    raises(openai.BadRequestError, lambda: client.chat.completions.create(model=model(), messages=[]))


@case
def an_answer_that_is_cut_at_the_provider_is_an_error():
    raises(openai.APIError, lambda: streamed(CUT))
    breaks(openai.APIStatusError, lambda: chat(CUT))

    breaks(openai.APIStatusError, lambda: client.responses.create(model=CUT, input=QUESTION))
    kinds = [event.type for event in client.responses.create(model=CUT, input=QUESTION, stream=True)]
    assert kinds[-2:] == ["error", "response.failed"] and "response.completed" not in kinds, kinds

    def gathered():
        with client.responses.stream(model=CUT, input=QUESTION) as stream:
            return stream.get_final_response().status

    # The package's own words for a stream without an answer.
    breaks((openai.APIError, RuntimeError), gathered)


@case
def an_answer_that_is_cut_once_is_rescued_or_an_error():
    whole = chat(model("tokens=80&seed=901")).choices[0].message.content
    try:
        text, chunks = streamed(cut_once(901))
    except openai.APIError:
        return
    assert text.endswith(whole), text
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop", chunks


@case
def a_client_that_leaves_stops_its_call():
    stream = chat(LONG, stream=True)
    call = stream.response.headers["x-switchboard-call-id"]
    for _ in range(5):
        next(stream)
    stream.close()
    assert ended(call) == "cancelled"


@case
def many_clients_at_once_get_each_their_own_answer():
    from concurrent.futures import ThreadPoolExecutor

    def one(number):
        return streamed(model(f"say=answer-{number}"))[0]

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(one, range(48))) == [f"answer-{number}" for number in range(48)]


run("openai")
