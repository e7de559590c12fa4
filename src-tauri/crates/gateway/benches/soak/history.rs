//! What the history says of the calls, read after the program has ended.

use crate::Outcome;
use crate::bare_host::BareHost;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use switchboard_app::{App, Caller, Options, api};
use switchboard_engine::redact::Redactor;

/// Returns every recorded call's status by its id.
pub(crate) async fn statuses(folder: &Path) -> Outcome<HashMap<String, String>> {
    let app = App::open(Options {
        data_dir: folder.to_owned(),
        config_path: folder.join("config.toml"),
        caller: Caller::Cli,
        host: Arc::new(BareHost),
        redactor: Arc::new(Redactor::default()),
    })
    .await
    .map_err(|error| error.message)?;
    let mut all = HashMap::new();
    let mut before = Value::Null;
    loop {
        let asked = json!({"search": "", "limit": 500, "before": before});
        let page = api::dispatch(&app, "calls.list", asked).await;
        let page = page.map_err(|error| error.message)?;
        for call in page["calls"].as_array().into_iter().flatten() {
            if let (Some(id), Some(status)) = (call["id"].as_str(), call["status"].as_str()) {
                all.insert(id.to_owned(), status.to_owned());
            }
        }
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    app.shutdown().await;
    Ok(all)
}
