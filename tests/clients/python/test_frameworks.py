"""Frameworks that bring their own way of asking, at the gateway."""

from typing import Literal

import anthropic
import instructor
import openai
from cases import CUT, GATEWAY, KEY, PROVIDERS, QUESTION, WAIT
from cases import breaks, case, model, raises, run
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel
from pydantic_ai import Agent, ModelHTTPError
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

V1 = f"{GATEWAY}/v1"


class Review(BaseModel):
    """A review of a product."""

    title: str
    stars: int
    verdict: Literal["buy", "leave"]


@tool
def weather(city: str, days: int) -> str:
    """Tells the forecast for a city."""
    return f"rain in {city} for {days} days"


def langchain(name, **more):
    settings = {"base_url": V1, "api_key": KEY, "max_retries": 0, "timeout": WAIT}
    return ChatOpenAI(model=name, **settings, **more)


def langchain_anthropic(name):
    return ChatAnthropic(model=name, base_url=GATEWAY, api_key=KEY, max_retries=0, timeout=WAIT, max_tokens=500)


def pydantic_ai(name, kind=OpenAIChatModel):
    plain = openai.AsyncOpenAI(base_url=V1, api_key=KEY, max_retries=0, timeout=WAIT)
    return kind(name, provider=OpenAIProvider(openai_client=plain))


@case
def langchain_invokes_and_streams_the_same_answer():
    for provider in PROVIDERS:
        for chat in (langchain(model(provider=provider)), langchain_anthropic(model(provider=provider))):
            whole = chat.invoke(QUESTION)
            assert len(whole.text) > 40 and whole.usage_metadata["output_tokens"] > 0, (provider, whole)
            assert "".join(chunk.text for chunk in chat.stream(QUESTION)) == whole.text, provider


@case
def langchain_binds_tools_and_answers_after_their_results():
    for provider in PROVIDERS:
        name = model("tools=1", provider)
        for chat in (langchain(name), langchain_anthropic(name)):
            bound = chat.bind_tools([weather])
            asked = bound.invoke(QUESTION)
            call = asked.tool_calls[0]
            assert call["name"] == "weather" and isinstance(call["args"]["days"], int), call
            result = weather.invoke(call)
            after = bound.invoke([("human", QUESTION), asked, result])
            assert "rain in" in after.text, (provider, after)


@case
def langchain_gives_structured_output():
    for method in ("json_schema", "function_calling"):
        options = "tools=1" if method == "function_calling" else ""
        review = langchain(model(options)).with_structured_output(Review, method=method).invoke(QUESTION)
        assert isinstance(review, Review), (method, review)


@case
def langchain_uses_the_responses_api():
    chat = langchain(model(), use_responses_api=True)
    whole = chat.invoke(QUESTION)
    assert "".join(chunk.text for chunk in chat.stream(QUESTION)) == whole.text and whole.text


@case
def langchain_embeds_texts():
    # It would otherwise send numbers of one model's own tokens.
    embed = OpenAIEmbeddings(model="sandbox/steady", base_url=V1, api_key=KEY, check_embedding_ctx_length=False)
    one, other = embed.embed_documents(["The sky is blue.", "Snow is white."])
    assert len(one) == len(other) > 1 and one != other


@case
def langchain_sees_errors_and_cut_answers():
    raises(openai.RateLimitError, lambda: langchain(model("fault=429-daily")).invoke(QUESTION))
    raises(openai.AuthenticationError, lambda: langchain(model("fault=401")).invoke(QUESTION))
    breaks(openai.APIError, lambda: "".join(chunk.text for chunk in langchain(CUT).stream(QUESTION)))
    breaks(anthropic.APIError, lambda: "".join(chunk.text for chunk in langchain_anthropic(CUT).stream(QUESTION)))


@case
def instructor_gives_objects_by_tools_and_by_schema():
    plain = openai.OpenAI(base_url=V1, api_key=KEY, max_retries=0, timeout=WAIT)
    ask = [{"role": "user", "content": QUESTION}]
    for mode, options in [
        (instructor.Mode.TOOLS, "tools=1"),
        (instructor.Mode.TOOLS_STRICT, "tools=1"),
        (instructor.Mode.JSON_SCHEMA, ""),
    ]:
        client = instructor.from_openai(plain, mode=mode)
        for provider in PROVIDERS:
            review = client.chat.completions.create(
                model=model(options, provider), messages=ask, response_model=Review, max_retries=0
            )
            assert isinstance(review, Review), (mode, provider, review)


@case
def pydantic_ai_runs_tools_until_the_answer():
    for kind in (OpenAIChatModel, OpenAIResponsesModel):
        asked = []
        agent = Agent(pydantic_ai(model("tools=1"), kind), instructions="Be brief.")

        @agent.tool_plain
        def forecast(city: str) -> str:
            """Tells the forecast for a city."""
            asked.append(city)
            return "rain, 9 degrees"

        result = agent.run_sync(QUESTION)
        assert asked and "rain, 9 degrees" in result.output, result
        assert result.usage.output_tokens > 0


@case
def pydantic_ai_gives_typed_output():
    for provider in PROVIDERS:
        agent = Agent(pydantic_ai(model("tools=1", provider)), output_type=Review, retries=0)
        assert isinstance(agent.run_sync(QUESTION).output, Review), provider


@case
def pydantic_ai_streams_and_sees_errors_and_cut_answers():
    def streamed(name):
        result = Agent(pydantic_ai(name)).run_stream_sync(QUESTION)
        return "".join(result.stream_text(delta=True))

    assert streamed(model()) == Agent(pydantic_ai(model())).run_sync(QUESTION).output
    error = raises(ModelHTTPError, lambda: Agent(pydantic_ai(model("fault=429-daily"))).run_sync(QUESTION))
    assert error.status_code == 429, error
    breaks(openai.APIError, lambda: streamed(CUT))


run("langchain-openai", "langchain-anthropic", "instructor", "pydantic-ai-slim")
