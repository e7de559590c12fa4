//! Envoy AI Gateway's resources for Kubernetes.
//!
//! Kinds and fields as in its CRDs (envoyproxy/ai-gateway, Apache-2.0) and those of Gateway API and Envoy
//! Gateway. Callers speak OpenAI's API: a backend of schema `Anthropic` serves Anthropic's only, so that
//! Anthropic is asked at its OpenAI-compatible address. Keys are `${VARIABLE}` in Secrets, for `envsubst`.

mod form;
mod policy;

use crate::gateway::OutFile;
use crate::input::ExportError;
use crate::loss::Losses;
use crate::place::Place;
use crate::resolve::{Choice, Route};
use crate::text::{label, span, unique, yaml, yaml_document};
use crate::vendor::Vendor;
use form::{
    AiBackend, BackendRef, BodyField, BodyMutation, Endpoint, Fqdn, Header, Ip, KindRef, Listener,
    Match, Metadata, ParentRef, Resource, RouteRule, RouteTimeouts, Schema, SecretRef, Validation,
};
use serde_json::{Value, json};
use switchboard_engine::config::Pick;
use url::Host;

const AI: &str = "aigateway.envoyproxy.io/v1beta1";
const AI_ALPHA: &str = "aigateway.envoyproxy.io/v1alpha1";
const ENVOY: &str = "gateway.envoyproxy.io/v1alpha1";
const API: &str = "gateway.networking.k8s.io/v1";
const NAMESPACE: &str = "default";
/// Name of the Gateway and its class.
const GATEWAY: &str = "llm-gateway";

/// A target and the names of its resources.
struct Backend<'a> {
    choice: &'a Choice,
    name: String,
    /// Index of its step among those that are written.
    priority: u32,
}

pub(crate) fn files(route: &Route, losses: &mut Losses) -> Result<Vec<OutFile>, ExportError> {
    let mut taken = Vec::new();
    let mut backends = Vec::new();
    for (priority, step) in (0_u32..).zip(&route.steps) {
        for choice in &step.options {
            let name = unique(label(&choice.place.name()), &mut taken);
            backends.push(Backend {
                choice,
                name,
                priority,
            });
        }
    }
    let mut resources = vec![class(), gateway(), ai_route(route, &backends)];
    for backend in &backends {
        resources.push(ai_backend(route, backend));
        resources.push(address(backend));
        resources.extend(tls(backend));
    }
    resources.extend(policy::keys(&backends));
    resources.push(policy::traffic(route, losses));
    resources.extend(policy::quotas(route, &backends, losses));
    report(route, losses);
    let mut head = route.head();
    head.push("feed it through `envsubst`, so that the keys come from the environment".to_owned());
    let mut documents = Vec::new();
    for resource in &resources {
        documents.push(yaml_document(resource)?);
    }
    Ok(vec![yaml(
        "envoy-ai-gateway.yaml",
        &head,
        &documents.join("---\n"),
    )])
}

fn resource(api: &'static str, kind: &'static str, name: &str, spec: Value) -> Resource {
    Resource {
        api_version: api,
        kind,
        metadata: Metadata {
            name: name.to_owned(),
            namespace: Some(NAMESPACE),
        },
        r#type: None,
        spec: Some(spec),
        string_data: None,
    }
}

fn class() -> Resource {
    let controller = json!({ "controllerName": "gateway.envoyproxy.io/gatewayclass-controller" });
    let mut class = resource(API, "GatewayClass", GATEWAY, controller);
    // A class belongs to the whole cluster.
    class.metadata.namespace = None;
    class
}

fn gateway() -> Resource {
    let listener = Listener {
        name: "http",
        protocol: "HTTP",
        port: 80,
    };
    let spec = json!({ "gatewayClassName": GATEWAY, "listeners": [listener] });
    resource(API, "Gateway", GATEWAY, spec)
}

fn ai_route(route: &Route, backends: &[Backend<'_>]) -> Resource {
    let name = label(&route.name);
    let rule = RouteRule {
        matches: [Match {
            headers: [Header {
                r#type: "Exact",
                name: "x-ai-eg-model",
                value: route.name.clone(),
            }],
        }],
        backend_refs: backends
            .iter()
            .map(|backend| BackendRef {
                name: backend.name.clone(),
                model_name_override: backend.choice.place.model.clone(),
                weight: backend.choice.weight,
                priority: backend.priority,
            })
            .collect(),
        timeouts: RouteTimeouts {
            request: span(request_clock(route)),
        },
        stream_idle_timeout: span(
            route.longest(|place| place.clocks.idle.max(place.clocks.first_token)),
        ),
    };
    let spec = json!({
        "parentRefs": [ParentRef { name: GATEWAY, kind: "Gateway", group: "gateway.networking.k8s.io" }],
        "llmRequestCosts": [{ "metadataKey": "llm_total_token", "type": "TotalToken" }],
        "rules": [rule],
    });
    resource(AI, "AIGatewayRoute", &name, spec)
}

/// The whole call: the deadline, or what the attempts may take together.
fn request_clock(route: &Route) -> std::time::Duration {
    route.deadline.unwrap_or_else(|| {
        route
            .steps
            .iter()
            .map(|step| {
                let longest = step.options.iter().map(|choice| choice.place.clocks.total);
                longest
                    .max()
                    .unwrap_or_default()
                    .saturating_mul(step.retries.saturating_add(1))
            })
            .fold(
                std::time::Duration::ZERO,
                std::time::Duration::saturating_add,
            )
    })
}

fn ai_backend(route: &Route, backend: &Backend<'_>) -> Resource {
    let place = &backend.choice.place;
    // OpenAI's newer models refuse `max_tokens`.
    let path = if place.vendor == Vendor::OpenAi {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    let spec = AiBackend {
        schema: Schema {
            name: "OpenAI",
            prefix: prefix(place),
        },
        backend_ref: KindRef {
            name: backend.name.clone(),
            kind: "Backend",
            group: "gateway.envoyproxy.io",
        },
        body_mutation: route.max_tokens.map(|tokens| BodyMutation {
            set: [BodyField {
                path,
                value: tokens.to_string(),
            }],
        }),
    };
    resource(AI, "AIServiceBackend", &backend.name, json!(spec))
}

/// Returns the path of OpenAI's API there; `None` for `/v1`.
fn prefix(place: &Place) -> Option<String> {
    if place.vendor == Vendor::Gemini {
        return Some("/v1beta/openai".to_owned());
    }
    if !place.vendor.speaks_openai() {
        // Theirs is the same host's `/v1/chat/completions`.
        let below = place.base.path().trim_end_matches('/');
        return (!below.is_empty()).then(|| format!("{below}/v1"));
    }
    let path = place.base.path().trim_end_matches('/');
    (path != "/v1").then(|| path.to_owned())
}

fn address(backend: &Backend<'_>) -> Resource {
    let base = &backend.choice.place.base;
    let port = base.port_or_known_default().unwrap_or(443);
    let endpoint = match base.host() {
        Some(Host::Ipv4(address)) => Endpoint::Ip {
            ip: Ip {
                address: address.to_string(),
                port,
            },
        },
        Some(Host::Ipv6(address)) => Endpoint::Ip {
            ip: Ip {
                address: address.to_string(),
                port,
            },
        },
        host => Endpoint::Fqdn {
            fqdn: Fqdn {
                hostname: host.map_or_else(String::new, |host| host.to_string()),
                port,
            },
        },
    };
    resource(
        ENVOY,
        "Backend",
        &backend.name,
        json!({ "endpoints": [endpoint] }),
    )
}

/// Returns `None` for an address without TLS.
fn tls(backend: &Backend<'_>) -> Option<Resource> {
    let base = &backend.choice.place.base;
    if base.scheme() != "https" {
        return None;
    }
    let target = KindRef {
        name: backend.name.clone(),
        kind: "Backend",
        group: "gateway.envoyproxy.io",
    };
    let validation = Validation {
        well_known_ca_certificates: "System",
        hostname: base.host_str().unwrap_or_default().to_owned(),
    };
    let spec = json!({ "targetRefs": [target], "validation": validation });
    let name = format!("{}-tls", backend.name);
    Some(resource(
        "gateway.networking.k8s.io/v1alpha3",
        "BackendTLSPolicy",
        &name,
        spec,
    ))
}

fn secret(name: &str, variable: &str) -> Resource {
    let mut secret = resource("v1", "Secret", name, Value::Null);
    secret.spec = None;
    secret.r#type = Some("Opaque");
    secret.string_data = Some([("apiKey", format!("${{{variable}}}"))].into());
    secret
}

fn secret_ref(name: &str) -> SecretRef {
    SecretRef {
        name: name.to_owned(),
        namespace: NAMESPACE,
    }
}

fn report(route: &Route, losses: &mut Losses) {
    losses.note(
        "name",
        "callers speak OpenAI's Chat Completions and name the route as the model",
    );
    for place in route.places() {
        if !place.vendor.speaks_openai() {
            losses.note(
                format!("providers.{}", place.provider),
                "asked at its OpenAI-compatible address: callers speak OpenAI's API",
            );
        }
    }
    for step in &route.steps {
        if step.options.len() > 1 {
            let what = match step.pick {
                Pick::Weighted => "by weight for each request: the same caller may get another one",
                Pick::Cheapest | Pick::Fastest | Pick::Best => "Envoy picks by weight",
            };
            losses.approximated(step.setting("pick"), what);
        }
    }
    losses.approximated(
        "steps[*].clocks.first_token",
        "one clock for every wait in a stream, the longest of all; another target is tried only before the first byte",
    );
    losses.approximated(
        "steps[*].clocks.idle",
        "one clock for every wait in a stream, the longest of all",
    );
    losses.approximated(
        "steps[*].clocks.total",
        "one clock for each attempt at whatever target, the longest of all",
    );
    losses.approximated(
        "steps[*].retries",
        "one number for all steps together: their sum",
    );
    for (name, list) in [
        ("context_too_long", &route.context_too_long),
        ("content_filter", &route.content_filter),
    ] {
        if !list.is_empty() {
            losses.dropped(name, "Envoy tells failures apart by status code only");
        }
    }
    if route.context_too_long.is_empty() && route.steps.len() > 1 {
        losses.approximated(
            "context_too_long",
            "a prompt that is too long fails; here a larger window is tried",
        );
    }
    if !route.auth.is_empty() {
        losses.approximated("auth", "a refused key (401, 403) goes to the next step");
    }
    losses.dropped("recovery", "a stream that breaks stays broken");
    if route.deadline.is_some() {
        losses.note("deadline", "the clock of the rule, retries included");
    }
    if route.max_tokens.is_some() {
        losses.approximated(
            "max_tokens",
            "stands in place of what the caller asks for, too",
        );
    }
}
