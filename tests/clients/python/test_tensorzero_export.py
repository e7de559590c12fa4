"""The `tensorzero` package with its gateway inside, on what `switchboard-cli export ROUTE --to tensorzero` writes.
"""

import os
import tempfile

# It tells of every failure that a case provokes.
os.environ["RUST_LOG"] = "off"

from cases import QUESTION, breaks, case, run
from exported import Counter, export, model
from tensorzero import TensorZeroGateway

COUNTER = Counter()


def started(text):
    """Returns the gateway, started from a configuration."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return TensorZeroGateway.build_embedded(config_file=file.name)


def asked(gateway):
    """Asks the route once; returns the models that were asked."""
    COUNTER.asked.clear()
    messages = [{"role": "user", "content": QUESTION}]
    gateway.inference(function_name="r", input={"messages": messages})
    return COUNTER.models()


@case
def it_picks_by_weight_with_the_keys_of_the_variables():
    one, two = model("seed=1"), model("seed=2")
    text = export(COUNTER.url, f"""
max_tokens = 77
[[routes.r.steps]]
options = [{{ model = "a/{one}", weight = 80 }}, {{ model = "a/{two}", weight = 20 }}]
""", "tensorzero")["tensorzero.toml"]
    gateway = started(text)
    heavy = sum(asked(gateway) == [one] for _ in range(200))
    # 160 are expected; 5.7 is the deviation.
    assert 131 <= heavy <= 188, heavy
    request = COUNTER.asked[-1]
    assert request["key"] == "Bearer key-of-a", request
    assert 77 in (request.get("max_tokens"), request.get("max_completion_tokens")), request


@case
def it_retries_and_falls_back_in_order():
    one, two, three = model("fault=503&seed=1"), model("fault=500&seed=2"), model("seed=3")
    text = export(COUNTER.url, f"""
max_tokens = 77
[[routes.r.steps]]
targets = ["a/{one}"]
retries = 2
[[routes.r.steps]]
targets = ["b/{two}"]
retries = 1
[[routes.r.steps]]
targets = ["a/{three}"]
""", "tensorzero")["tensorzero.toml"]
    assert asked(started(text)) == [one] * 3 + [two] * 2 + [three], COUNTER.models()


@case
def anthropics_models_want_most_tokens_as_the_report_says():
    text = export(COUNTER.url, f'targets = ["b/{model()}"]', "tensorzero")["tensorzero.toml"]
    error = breaks(Exception, lambda: asked(started(text)))
    assert "max_tokens" in str(error), error


@case
def its_limits_are_read_and_want_a_store():
    files = export(COUNTER.url, f"""
[[routes.r.steps]]
targets = ["a/{model()}"]
requests_per_minute = 60
tokens_per_minute = 1000

[budgets.day]
route = "r"
limit = "10.00"
window = "day"
""", "tensorzero")
    both = files["tensorzero.toml"] + files["tensorzero_limits.toml"]
    error = breaks(Exception, lambda: started(both))
    # What it says when all of it was understood.
    assert "no backend is available" in str(error), error


try:
    run("tensorzero")
finally:
    COUNTER.end()
