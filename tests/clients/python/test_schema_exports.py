"""The exports to Bifrost and Envoy AI Gateway, against the parts of their published schemas that are written down in
`schemas/`: neither program is in a package that could be installed here.
"""

import json
import os

import yaml
from cases import case, run
from exported import export, model
from jsonschema import Draft202012Validator

HERE = os.path.dirname(os.path.abspath(__file__))
URL = "http://127.0.0.1:9"

ROUTES = {
    "plain": f'targets = ["a/{model()}"]',
    "whole": f"""
about = "Everyday questions"
max_tokens = 4096
deadline = "90s"
auth = ["b/claude-sonnet-5-5"]
[[routes.r.steps]]
options = [{{ model = "openai/gpt-6.1-sol", weight = 80 }}, {{ model = "openai/gpt-6.1-terra", weight = 20 }}]
first_token = "2s"
idle = "3s"
total = "60s"
retries = 2
requests_per_minute = 60
tokens_per_minute = 200_000
concurrency = 8
[[routes.r.steps]]
targets = ["anthropic/claude-sonnet-5-5", "a/{model("seed=1")}"]
pick = "fastest"
retries = 1
[[routes.r.steps]]
targets = ["gemini/gemini-3.8-flash", "deepseek/deepseek-v4-flash", "b/claude-sonnet-5-5"]
pick = "cheapest"

[budgets.day]
route = "r"
limit = "10.00"
window = "day"
[budgets.month]
route = "r"
limit = "200.00"
window = "month"
""",
    "thirds": """
[[routes.r.steps]]
options = [{ model = "openai/gpt-6.1-sol", weight = 1 }, { model = "openai/gpt-6.1-terra", weight = 1 }, { model = "groq/openai/gpt-oss-120b", weight = 1 }]
""",
}


def schema(name):
    with open(os.path.join(HERE, "schemas", name)) as file:
        return json.load(file)


def errors(rules, value):
    found = Draft202012Validator(rules).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]


@case
def bifrosts_file_is_of_its_schema_and_weights_are_one_together():
    rules = schema("bifrost.json")
    for name, route in ROUTES.items():
        config = json.loads(export(URL, route, "bifrost")["bifrost.config.json"])
        assert not errors(rules, config), (name, errors(rules, config))
        for rule in config["governance"]["routing_rules"]:
            assert abs(sum(target["weight"] for target in rule["targets"]) - 1) < 1e-6, rule
            named = [f"{target['provider']}/{target['model']}" for target in rule["targets"]] + rule.get("fallbacks", [])
            for target in named:
                provider, model_name = target.split("/", 1)
                allowed = [model for key in config["providers"][provider]["keys"] for model in key["models"]]
                assert model_name in allowed, (target, allowed)


@case
def every_resource_for_envoy_is_of_its_kinds_schema_and_names_one_that_is_there():
    kinds = schema("envoy.json")["kinds"]
    for name, route in ROUTES.items():
        resources = list(yaml.safe_load_all(export(URL, route, "envoy")["envoy-ai-gateway.yaml"]))
        names = {(resource["kind"], resource["metadata"]["name"]) for resource in resources}
        assert len(names) == len(resources), "two resources of one kind have one name"
        for resource in resources:
            found = errors(kinds[resource["kind"]], resource)
            assert not found, (name, resource["kind"], found)
            spec = resource.get("spec", {})
            for target in spec.get("targetRefs", []):
                # The HTTPRoute is made of the AIGatewayRoute and has its name.
                kind = "AIGatewayRoute" if target["kind"] == "HTTPRoute" else target["kind"]
                assert (kind, target["name"]) in names, target
            for rule in spec.get("rules", []):
                for backend in rule["backendRefs"]:
                    assert ("AIServiceBackend", backend["name"]) in names, backend


@case
def a_field_that_is_not_in_a_schema_does_not_pass():
    config = json.loads(export(URL, ROUTES["whole"], "bifrost")["bifrost.config.json"])
    config["providers"]["openai"]["network_config"]["stream_throughput_guard"] = {}
    assert errors(schema("bifrost.json"), config)


run("jsonschema")
