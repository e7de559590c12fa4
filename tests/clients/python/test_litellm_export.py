"""The `litellm` package as a router, on what `switchboard-cli export ROUTE --to litellm` writes: it picks, falls
back, times out and retries as the export's loss report says.
"""

import os

# Its list of prices is part of the package; it would ask for a newer one.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import asyncio
import inspect
import logging
import time

import litellm
import yaml
from cases import QUESTION, case, run
from exported import Counter, export, model

litellm.suppress_debug_info = True
# Each case has an event loop of its own; it warns of that.
logging.getLogger("LiteLLM").setLevel(logging.ERROR)
litellm.drop_params = True

ASK = [{"role": "user", "content": QUESTION}]
COUNTER = Counter()


def route(text):
    """Returns the router's settings of a route."""
    return yaml.safe_load(export(COUNTER.url, text, "litellm")["litellm.config.yaml"])


def ask(config, times=1, **more):
    """Asks the route; returns the answers or errors. What was asked of whom is in the counter."""

    async def one(router):
        try:
            reply = await router.acompletion(model="r", messages=ASK, **more)
            if more.get("stream"):
                return "".join([chunk.choices[0].delta.content or "" async for chunk in reply])
            return reply.choices[0].message.content
        except Exception as error:
            return error

    async def all():
        router = litellm.Router(model_list=config["model_list"], **config["router_settings"])
        return [await one(router) for _ in range(times)]

    COUNTER.asked.clear()
    return asyncio.run(all())


@case
def every_setting_is_one_that_the_router_knows():
    config = route(f"""
recovery = "restart"
context_too_long = ["b/{model('seed=9')}"]
content_filter = ["b/{model('seed=8')}"]
[[routes.r.steps]]
options = [{{ model = "a/{model('seed=1')}", weight = 80 }}, {{ model = "a/{model('seed=2')}", weight = 20 }}]
requests_per_minute = 100
[[routes.r.steps]]
targets = ["b/{model('seed=3')}"]

[budgets.day]
route = "r"
limit = "10.00"
window = "day"
""")
    known = set(inspect.signature(litellm.Router.__init__).parameters)
    unknown = [name for name in config["router_settings"] if name not in known]
    assert not unknown, unknown
    budget = config["router_settings"]["provider_budget_config"]
    assert budget["openai"] == {"budget_limit": 10.0, "time_period": "1d"}, budget
    assert isinstance(ask(config)[0], str)


@case
def it_picks_by_weight():
    one, two = model("seed=1"), model("seed=2")
    config = route(f"""
[[routes.r.steps]]
options = [{{ model = "a/{one}", weight = 80 }}, {{ model = "a/{two}", weight = 20 }}]
""")
    answers = ask(config, 400)
    assert all(isinstance(answer, str) for answer in answers), answers
    heavy = COUNTER.models().count(one)
    # 320 are expected; 8 is the deviation.
    assert 280 <= heavy <= 360 and heavy + COUNTER.models().count(two) == 400, heavy
    assert COUNTER.asked[0]["key"] == "Bearer key-of-a", "the key is read from the variable"


@case
def it_retries_at_each_step_as_often_as_it_says_and_falls_back_in_order():
    one, two, three = model("fault=503&seed=1"), model("fault=500&seed=2"), model("seed=3")
    config = route(f"""
max_tokens = 77
[[routes.r.steps]]
targets = ["a/{one}"]
retries = 2
[[routes.r.steps]]
targets = ["b/{two}"]
retries = 1
[[routes.r.steps]]
targets = ["a/{three}"]
retries = 0
""")
    answers = ask(config)
    assert isinstance(answers[0], str), answers
    assert COUNTER.models() == [one] * 3 + [two] * 2 + [three], COUNTER.models()
    assert {request["max_tokens"] for request in COUNTER.asked} == {77}


@case
def what_the_caller_says_stands_before_the_routes_most_tokens():
    config = route(f'max_tokens = 77\ntargets = ["a/{model()}"]')
    ask(config, max_tokens=33)
    assert COUNTER.asked[0]["max_tokens"] == 33, COUNTER.asked


@case
def a_refused_key_is_not_retried_and_goes_on_to_the_next_step():
    one, two = model("fault=401&seed=1"), model("seed=2")
    config = route(f"""
[[routes.r.steps]]
targets = ["a/{one}"]
retries = 2
[[routes.r.steps]]
targets = ["a/{two}"]
""")
    answers = ask(config)
    assert isinstance(answers[0], str), answers
    assert COUNTER.models() == [one, two], COUNTER.models()


@case
def a_prompt_that_is_too_long_has_a_list_of_its_own():
    one, two, special = model("fault=context&seed=1"), model("seed=2"), model("seed=3")
    steps = f"""
[[routes.r.steps]]
targets = ["a/{one}"]
retries = 2
[[routes.r.steps]]
targets = ["a/{two}"]
"""
    answers = ask(route(f'context_too_long = ["b/{special}"]\n{steps}'))
    assert isinstance(answers[0], str), answers
    assert COUNTER.models() == [one, special], COUNTER.models()
    # Without a list: the next step, as the report says.
    answers = ask(route(steps))
    assert isinstance(answers[0], str), answers
    assert COUNTER.models() == [one, two], COUNTER.models()


@case
def filtered_content_has_a_list_of_its_own_where_litellm_knows_it_for_that():
    one, two, special = model("fault=filter&seed=1"), model("seed=2"), model("seed=3")
    config = route(f"""
content_filter = ["b/{special}"]
[[routes.r.steps]]
targets = ["a/{one}"]
retries = 2
[[routes.r.steps]]
targets = ["a/{two}"]
""")
    answers = ask(config, mock_testing_content_policy_fallbacks=True)
    assert isinstance(answers[0], str), answers
    assert COUNTER.models() == [special], COUNTER.models()
    # A refusal in words of another provider is one failure among others to it, as the report says.
    answers = ask(config)
    assert isinstance(answers[0], str), answers
    assert COUNTER.models() == [one, two], COUNTER.models()


@case
def a_whole_answer_ends_by_the_total_clock_and_a_stream_by_that_of_the_first_token():
    slow, good = model("fault=slow-start&wait=30000&seed=1"), model("seed=2")
    config = route(f"""
[[routes.r.steps]]
targets = ["a/{slow}"]
retries = 0
first_token = "1s"
total = "3s"
[[routes.r.steps]]
targets = ["a/{good}"]
""")
    for stream, clock in ((False, 3), (True, 1)):
        began = time.monotonic()
        answers = ask(config, stream=stream)
        took = time.monotonic() - began
        assert isinstance(answers[0], str) and answers[0], (stream, answers)
        assert COUNTER.models() == [slow, good], (stream, COUNTER.models())
        assert clock - 0.2 <= COUNTER.asked[1]["at"] - COUNTER.asked[0]["at"] <= clock + 2, (stream, took)


@case
def a_limit_of_requests_is_hard():
    one, two = model("seed=1"), model("seed=2")
    config = route(f"""
[[routes.r.steps]]
targets = ["a/{one}"]
retries = 0
requests_per_minute = 3
[[routes.r.steps]]
targets = ["a/{two}"]
""")
    minute = int(time.time() / 60)
    answers = ask(config, 5)
    assert all(isinstance(answer, str) for answer in answers), answers
    # Now and then a minute ends between two of them, and the count begins anew.
    most = 3 if int(time.time() / 60) == minute else 5
    asked = COUNTER.models()
    assert 1 <= asked.count(one) <= most and asked.count(two) >= 5 - most, asked


try:
    run("litellm")
finally:
    COUNTER.end()
