//! Prices: looked for, set, taken back, replaced by a file, announced.

use crate::world::World;
use serde_json::{Value, json};
use switchboard_app::api::types::ErrorCode;
use tokio::sync::Mutex;

/// The book that counts is one for the process: tests that replace it take turns with those that look into it.
static BOOK: Mutex<()> = Mutex::const_new(());

const BUNDLED: &str = include_str!("../../../prices/data/prices.tsv");

const CONFIG: &str = "# mine\n[providers.openai]\npreset = \"openai-chat\" # the usual one\n\n\
    [providers.lab]\nwire = \"openai_chat\"\nbase_url = \"https://lab.example/v1\"\n\
    models = [\"secret-model\"]\n";

async fn model_price(world: &World, id: &str) -> (Value, Value) {
    let models = world.call("models.list", json!({})).await.unwrap();
    let found = models
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == id);
    let found = found.unwrap();
    (found["input_price"].clone(), found["output_price"].clone())
}

#[tokio::test]
async fn a_price_of_the_users_own_counts_and_comments_survive() {
    let _turn = BOOK.lock().await;
    let world = World::with_config(CONFIG).await;
    assert_eq!(
        model_price(&world, "lab/secret-model").await,
        (Value::Null, Value::Null)
    );
    let set = json!({"provider": "lab", "model": "secret-model", "input": " 2.50", "output": "0"});
    let kept = world.call("prices.set", set).await.unwrap();
    assert_eq!(kept["input"], "2.5");
    assert_eq!(
        model_price(&world, "lab/secret-model").await,
        (json!(2_500_000), json!(0))
    );
    let text = world.config_text();
    assert!(
        text.contains("# mine") && text.contains("# the usual one"),
        "{text}"
    );
    let asked = json!({"provider": "lab", "model": "secret-model"});
    let sheet = world.call("prices.show", asked.clone()).await.unwrap();
    assert_eq!(sheet["own"]["output"], "0");
    assert_eq!(sheet["rows"], json!([]));
    let found = world
        .call("prices.search", json!({"text": "SECRET"}))
        .await
        .unwrap();
    assert_eq!(found["models"][0]["own"], true);
    assert_eq!(found["models"][0]["source"]["name"], "your prices");

    world.call("prices.remove", asked.clone()).await.unwrap();
    assert_eq!(
        model_price(&world, "lab/secret-model").await,
        (Value::Null, Value::Null)
    );
    let error = world.call("prices.remove", asked).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn before_a_model_is_set_up_the_whole_book_is_there_to_look_at() {
    let _turn = BOOK.lock().await;
    let world = World::new().await;
    let found = world.call("prices.search", json!({})).await.unwrap();
    let all = found["total"].as_u64().unwrap();
    assert_eq!(all, found["book"]["models"].as_u64().unwrap(), "{all}");
    let first = &found["models"][0];
    assert_eq!(first["deprecated"], false);
    assert!(first["input"].is_string() || first["output"].is_string());
    // After that, those alone.
    let world = World::with_config(CONFIG).await;
    let set = json!({"provider": "lab", "model": "secret-model", "input": "2", "output": "0"});
    world.call("prices.set", set).await.unwrap();
    let found = world.call("prices.search", json!({})).await.unwrap();
    let shown = found["models"].as_array().unwrap();
    assert!(shown.len() > 1 && shown.iter().all(|model| model["in_use"] == true));
}

#[tokio::test]
async fn what_is_no_price_names_the_field_and_the_fix() {
    let world = World::with_config(CONFIG).await;
    let before = world.config_text();
    for (field, text, word) in [
        ("input", "$3", "currency sign"),
        ("input", "3,00", "decimal point"),
        ("output", "1e3", "plain decimal"),
        ("output", "-1", "negative"),
        ("output", "", "missing"),
        ("cache_read", "free", "plain decimal"),
        ("cache_creation", "0.1234567", "six decimals"),
        ("input", "1000001", "at most"),
    ] {
        let mut set = json!({"provider": "lab", "model": "m", "input": "1", "output": "2"});
        set[field] = json!(text);
        let error = world.call("prices.set", set).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{text}");
        assert!(error.message.contains(word), "{text}: {}", error.message);
        assert!(error.hint.is_some(), "{text}");
    }
    let set = json!({"provider": "nobody", "model": "m", "input": "1", "output": "2"});
    let error = world.call("prices.set", set).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("provider"));
    assert_eq!(world.config_text(), before);
}

#[tokio::test]
async fn prices_of_a_deleted_provider_go_with_it() {
    let world = World::with_config(CONFIG).await;
    let set = json!({"provider": "lab", "model": "a/b", "input": "1", "output": "2"});
    world.call("prices.set", set).await.unwrap();
    world
        .call("providers.delete", json!({"id": "lab"}))
        .await
        .unwrap();
    assert!(!world.config_text().contains("lab/a/b"));
}

#[tokio::test]
async fn a_model_shows_every_price_with_its_source() {
    let _turn = BOOK.lock().await;
    let world = World::with_config(CONFIG).await;
    let asked = json!({"provider": "google", "model": "gemini-3.6-flash"});
    let sheet = world.call("prices.show", asked).await.unwrap();
    let rows = sheet["rows"].as_array().unwrap();
    let standard: Vec<&Value> = rows
        .iter()
        .filter(|row| row["tier"] == "standard")
        .collect();
    assert!(standard.iter().any(|row| row["from"] == "2027-01-01"));
    assert_eq!(
        standard.iter().filter(|row| row["current"] == true).count(),
        1
    );
    assert!(rows.iter().all(|row| row["source"]["name"].is_string()));
    assert_eq!(sheet["changes"], json!(["2027-01-01"]));
    // It is no model of a provider that is set up here.
    assert_eq!(sheet["providers"], json!([]));
    let error = world
        .call(
            "prices.show",
            json!({"provider": "google", "model": "none-such"}),
        )
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_broken_or_shrunken_price_file_changes_nothing_and_all_its_problems_are_told() {
    let _turn = BOOK.lock().await;
    let world = World::with_config(CONFIG).await;
    let update = |text: String| world.call("prices.update", json!({ "text": text }));
    let broken =
        BUNDLED
            .replacen("\t15\t75", "\t$15\t75", 1)
            .replacen("\tstandard\t", "\tordinary\t", 1);
    let refused = update(broken).await.unwrap();
    let problems = refused["problems"].as_array().unwrap();
    assert!(problems.len() >= 2, "{problems:?}");
    assert!(problems.iter().all(|one| one["line"].as_u64().unwrap() > 0));
    let cut = update(BUNDLED[..BUNDLED.len() / 2].to_owned())
        .await
        .unwrap();
    assert!(!cut["problems"].as_array().unwrap().is_empty());
    let small = update("switchboard-prices 1\nend 0\n".to_owned())
        .await
        .unwrap();
    assert!(
        small["problems"][0]["message"]
            .as_str()
            .unwrap()
            .contains("models")
    );
    assert_eq!(small["book"]["from_file"], false);
}

#[tokio::test]
async fn a_good_price_file_counts_at_once_and_after_the_next_start_until_it_is_taken_out() {
    let _turn = BOOK.lock().await;
    let world = World::with_config(CONFIG).await;
    let row = BUNDLED
        .lines()
        .find(|line| line.starts_with("p\topenai\tgpt-4o-mini\tstandard\t"))
        .unwrap();
    let dearer = row.replacen("\t0.15\t", "\t0.16\t", 1);
    assert_ne!(row, dearer);
    let text = BUNDLED.replacen(row, &dearer, 1);
    let taken = world
        .call("prices.update", json!({ "text": text }))
        .await
        .unwrap();
    assert_eq!(taken["problems"], json!([]));
    assert_eq!(
        (&taken["changed"], &taken["added"], &taken["gone"]),
        (&json!(1), &json!(0), &json!(0))
    );
    assert_eq!(taken["book"]["from_file"], true);
    let input = |sheet: Value| sheet["rows"].as_array().unwrap()[0]["input"].clone();
    let asked = json!({"provider": "openai", "model": "gpt-4o-mini"});
    let world = world.reopen().await;
    let sheet = world.call("prices.show", asked.clone()).await.unwrap();
    let now: Vec<Value> = sheet["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["input"].clone())
        .collect();
    assert!(now.contains(&json!("0.16")), "{now:?}");
    let book = world.call("prices.use_bundled", json!({})).await.unwrap();
    assert_eq!(book["from_file"], false);
    let sheet = world.call("prices.show", asked).await.unwrap();
    assert_ne!(input(sheet), json!("0.16"));
}

#[tokio::test]
async fn what_goes_and_what_gets_dearer_is_announced_for_models_in_use_first() {
    let _turn = BOOK.lock().await;
    let config = "[providers.gemini]\npreset = \"gemini\"\nmodels = [\"gemini-3.6-flash\"]\n";
    let world = World::with_config(config).await;
    let mine = world.call("prices.notices", json!({})).await.unwrap();
    let mine = mine.as_array().unwrap();
    assert_eq!(mine.len(), 1, "{mine:?}");
    assert_eq!(mine[0]["on"], "2027-01-01");
    assert!(
        mine[0]["text"].as_str().unwrap().contains("instead of"),
        "{mine:?}"
    );
    let all = world
        .call("prices.notices", json!({"all": true}))
        .await
        .unwrap();
    let all = all.as_array().unwrap();
    assert!(all.len() > 10 && all[0]["in_use"] == true);
    assert!(all.iter().any(|one| one["kind"] == "retires"));
}

#[tokio::test]
async fn a_row_of_the_book_is_not_current_while_a_price_of_ones_own_counts() {
    let _turn = BOOK.lock().await;
    let world = World::with_config("[providers.work]\npreset = \"openai-chat\"\n[prices]\n").await;
    let asked = json!({"provider": "work", "model": "gpt-4o"});
    let current = |sheet: &Value| {
        let rows = sheet["rows"].as_array().unwrap();
        rows.iter().filter(|row| row["current"] == true).count()
    };
    let sheet = world.call("prices.show", asked.clone()).await.unwrap();
    assert!(current(&sheet) > 0, "{sheet}");
    let set = json!({"provider": "work", "model": "gpt-4o", "input": "1", "output": "2"});
    world.call("prices.set", set).await.unwrap();
    let sheet = world.call("prices.show", asked).await.unwrap();
    assert_eq!(sheet["own"]["input"], "1");
    assert!(!sheet["rows"].as_array().unwrap().is_empty());
    assert_eq!(current(&sheet), 0, "{sheet}");
}
