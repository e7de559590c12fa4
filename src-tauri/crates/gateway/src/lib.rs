//! The HTTP edge of Switchboard: the gateway, which any client of a provider's API can use, and the
//! dashboard host, which serves the window's user interface to a browser on the same machine.
//!
//! # Gateway
//! [`serve_gateway`] takes requests of four APIs and runs each as a call of Switchboard, with its retries,
//! fallbacks and history. Answers and errors have the caller's own form; where the provider speaks the
//! caller's API its events are passed on as they came.
//!
//! | path | what |
//! | --- | --- |
//! | `POST /v1/chat/completions`, `/v1/responses`, `/v1/messages` | OpenAI's two APIs, Anthropic's |
//! | `POST /v1beta/models/{model}:generateContent`, `:streamGenerateContent` (also `/v1`) | Gemini's |
//! | `POST /v1/embeddings` | OpenAI's, also from providers of Gemini's API |
//! | `GET /v1/models`, `/v1beta/models`, and `/{model}` below | what can be named, in the caller's form |
//! | `GET /healthz` | whether it is up |
//!
//! # Dashboard
//! [`serve_dashboard`] listens on a loopback address only and returns an address with a token that
//! works once. The browser gets an `HttpOnly`, `SameSite=Strict` cookie for it; everything else is
//! refused without that cookie, under a foreign `Host` (a web site whose name resolves to 127.0.0.1) or
//! from a page of another origin. There is no way to read a credential over it; a gateway key is in the answer
//! that makes it, and in no other.
//!
//! | path | what |
//! | --- | --- |
//! | `GET /?token=…` | begins a session, then redirects to `/` |
//! | `GET /` and places without an ending | the page |
//! | `GET /…` | its files |
//! | `POST /api/call/{method}` | a method of the API table: parameters in, result or error out |
//! | `GET /api/live` | the live channel as `text/event-stream`, one batch an event |
//! | `POST /api/host/set_hidden`, `set_key`, `create_gateway_key`, `scan_dotenv` | acts of the host |

mod api;
mod app;
mod assets;
mod dashboard;
mod guard;
mod reply;
mod routes;
mod session;
mod switch;

pub use api::{Gateway, GatewayError, GatewayOptions, serve_gateway};
pub use app::DashboardApp;
pub use assets::{Assets, Lookup, mime};
pub use dashboard::{Dashboard, ServeError, serve_dashboard};
pub use session::NoRandom;
pub use switch::GatewaySwitch;
