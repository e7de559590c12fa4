"""The `google-genai` package at the gateway."""

import base64
import logging
from typing import Literal

from cases import CUT, GATEWAY, KEY, LONG, PNG, PROVIDERS, QUESTION, UNKNOWN, WAIT
from cases import breaks, case, cut_once, ended, model, paced, raises, run
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

# It warns of calling functions by itself, which is what a case is about.
logging.disable(logging.WARNING)

# The package waits in milliseconds, and retries nothing unless told to.
def client_with(key):
    options = types.HttpOptions(base_url=GATEWAY, timeout=WAIT * 1000)
    return genai.Client(api_key=key, vertexai=False, http_options=options)


client = client_with(KEY)
WEATHER = types.FunctionDeclaration(
    name="weather",
    description="Forecast",
    parameters=types.Schema(
        type="OBJECT",
        properties={"city": types.Schema(type="STRING"), "days": types.Schema(type="INTEGER")},
        required=["city", "days"],
    ),
)
# Functions are called by the cases, not by the package.
BY_HAND = types.AutomaticFunctionCallingConfig(disable=True)


class Review(BaseModel):
    title: str
    stars: int
    verdict: Literal["buy", "leave"]


def escaped(name):
    """The package takes no name with `?` or `&`, which only simulated models have."""
    return name.replace("?", "%3F").replace("&", "%26")


def config(**more):
    return types.GenerateContentConfig(automatic_function_calling=BY_HAND, **more)


def with_tools(mode="AUTO", names=None):
    calling = types.FunctionCallingConfig(mode=mode, allowed_function_names=names)
    tools = [types.Tool(function_declarations=[WEATHER])]
    return config(tools=tools, tool_config=types.ToolConfig(function_calling_config=calling))


def generate(name, contents=QUESTION, settings=None):
    return client.models.generate_content(model=escaped(name), contents=contents, config=settings or config())


def streamed(name, contents=QUESTION, settings=None):
    """Reads a stream to its end; returns its text and its chunks."""
    chunks = list(client.models.generate_content_stream(model=escaped(name), contents=contents, config=settings or config()))
    parts = (chunk.candidates[0].content.parts or [] for chunk in chunks if chunk.candidates and chunk.candidates[0].content)
    return "".join(part.text or "" for some in parts for part in some), chunks


@case
def an_answer_is_whole_with_its_usage_from_every_provider():
    for provider in PROVIDERS:
        answer = generate(model(provider=provider), settings=config(system_instruction="Be brief."))
        assert len(answer.text) > 40, (provider, answer)
        assert answer.candidates[0].finish_reason == types.FinishReason.STOP, answer
        usage = answer.usage_metadata
        assert usage.prompt_token_count > 0 and usage.candidates_token_count > 0, usage


@case
def a_streamed_answer_is_the_same_text_and_ends_with_usage():
    for provider in PROVIDERS:
        whole = generate(paced(provider))
        text, chunks = streamed(paced(provider))
        assert text == whole.text, (provider, text)
        assert len(chunks) > 3 and chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP, chunks[-1]
        counted = chunks[-1].usage_metadata.candidates_token_count
        assert counted == whole.usage_metadata.candidates_token_count, (provider, counted)


@case
def tokens_are_counted_before_anything_is_asked():
    for provider in PROVIDERS:
        name = escaped(model(provider=provider))
        few = client.models.count_tokens(model=name, contents=QUESTION).total_tokens
        more = client.models.count_tokens(model=name, contents=QUESTION * 20).total_tokens
        assert 0 < few < more - 50, (provider, few, more)
    unknown = breaks(errors.ClientError, lambda: client.models.count_tokens(model="nobody%2Fknows-it", contents=QUESTION))
    assert unknown.code == 404, unknown


@case
def limits_that_were_sent_are_kept():
    answer = generate(model("tokens=400"), settings=config(max_output_tokens=12, temperature=0.1, seed=4))
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS, answer


@case
def a_function_call_comes_whole_and_its_result_is_answered():
    for provider in PROVIDERS:
        name = model("tools=1", provider)
        answer = generate(name, settings=with_tools())
        call = answer.function_calls[0]
        assert call.name == "weather" and isinstance(call.args["days"], int), call
        result = types.Part.from_function_response(name="weather", response={"result": "rain, 9 degrees"})
        result.function_response.id = call.id
        turns = [
            types.Content(role="user", parts=[types.Part(text=QUESTION)]),
            answer.candidates[0].content,
            types.Content(role="user", parts=[result]),
        ]
        assert "rain, 9 degrees" in generate(name, turns, with_tools()).text, provider


@case
def a_streamed_function_call_is_the_same():
    for provider in PROVIDERS:
        name = model("tools=2", provider)
        whole = [call.args for call in generate(name, settings=with_tools()).function_calls]
        _, chunks = streamed(name, settings=with_tools())
        assert [call.args for chunk in chunks for call in chunk.function_calls or []] == whole, provider
        assert len(whole) == 2, whole


@case
def the_package_calls_functions_by_itself():
    asked = []

    def weather(city: str) -> str:
        """Tells the forecast for a city."""
        asked.append(city)
        return "rain, 9 degrees"

    answer = client.models.generate_content(
        model=escaped(model("tools=1")), contents=QUESTION, config=types.GenerateContentConfig(tools=[weather])
    )
    assert asked and "rain, 9 degrees" in answer.text, answer


@case
def a_choice_of_function_is_taken():
    assert generate(model("tools=1"), settings=with_tools("ANY", ["weather"])).function_calls
    answer = generate(model(), settings=with_tools("NONE"))
    assert not answer.function_calls and answer.text


@case
def an_answer_fits_the_schema_of_a_class():
    settings = config(response_mime_type="application/json", response_schema=Review)
    for provider in PROVIDERS:
        answer = generate(model(provider=provider), settings=settings)
        assert isinstance(answer.parsed, Review), (provider, answer)
    plain = config(response_mime_type="application/json", response_json_schema=Review.model_json_schema())
    Review.model_validate_json(generate(model(), settings=plain).text)


@case
def an_image_reaches_the_model():
    image = types.Part.from_bytes(data=base64.b64decode(PNG), mime_type="image/png")
    for provider in PROVIDERS:
        assert "the image" in generate(model(provider=provider), [image, "What is this?"]).text, provider


@case
def the_models_are_listed_and_looked_up():
    names = {entry.name for entry in client.models.list()}
    assert "models/sandbox/steady" in names, names
    assert client.models.get(model="sandbox/steady").name == "models/sandbox/steady"
    assert raises(errors.ClientError, lambda: client.models.get(model="nobody/knows-it")).code == 404


@case
def errors_are_of_the_type_and_status_that_say_what_went_wrong():
    for options, kind, code, status in [
        ("fault=429&hint=20", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("fault=429-daily", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("fault=401", errors.ClientError, 401, "UNAUTHENTICATED"),
        ("fault=403", errors.ClientError, 403, "PERMISSION_DENIED"),
        ("fault=404", errors.ClientError, 404, "NOT_FOUND"),
        ("fault=context", errors.ClientError, 400, "INVALID_ARGUMENT"),
        ("fault=503", errors.ServerError, 503, "UNAVAILABLE"),
    ]:
        for act in (generate, streamed):
            error = raises(kind, lambda: act(model(options)))
            assert (error.code, error.status) == (code, status), (options, error)
    assert raises(errors.ServerError, lambda: generate(model("fault=500"))).code >= 500
    assert raises(errors.ClientError, lambda: generate("nobody/knows-it")).code == 404


@case
def a_gateway_key_that_nobody_made_is_refused():
    stranger = client_with(UNKNOWN)
    error = raises(
        errors.ClientError, lambda: stranger.models.generate_content(model="sandbox/swift", contents=QUESTION)
    )
    assert (error.code, error.status) == (401, "UNAUTHENTICATED") and UNKNOWN not in str(error), error


@case
def an_answer_that_is_cut_at_the_provider_is_an_error():
    for provider in PROVIDERS:
        cut = model("tokens=80&fault=cut&after=9", provider)
        breaks(errors.APIError, lambda: streamed(cut)[0])
    breaks(errors.ServerError, lambda: generate(CUT))


@case
def an_answer_that_is_cut_once_is_rescued_or_an_error():
    whole = generate(model("tokens=80&seed=903")).text
    try:
        text, chunks = streamed(cut_once(903))
    except errors.APIError:
        return
    assert text.endswith(whole), text
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP, chunks[-1]


@case
def a_client_that_leaves_stops_its_call():
    stream = client.models.generate_content_stream(model=escaped(LONG), contents=QUESTION, config=config())
    first = next(stream)
    call = first.sdk_http_response.headers["x-switchboard-call-id"]
    next(stream)
    stream.close()
    del stream, first
    assert ended(call) == "cancelled"


run("google-genai")
