//! `[prices]`: what models cost by the user's own word, whatever the price book says.

use crate::config::names::check_model_name;
use crate::config::provider::ProviderConfig;
use crate::config::raw::{Field, Problems, nearest};
use crate::config::read_model::price;
use crate::price::Tariff;
use std::sync::Arc;

/// Where prices of the user's own are from, as shown.
pub const OWN_PRICES: &str = "your prices";

/// Reads `[prices]` and gives each price to its provider. `ids`: every provider of the file, also those with problems.
pub(super) fn read(
    field: &Field<'_>,
    ids: &[&str],
    providers: &mut [ProviderConfig],
    problems: &mut Problems<'_>,
) {
    let Some(mut table) = field.table(problems) else {
        return;
    };
    for field in table.take_all() {
        let Some((id, model)) = field.name.split_once('/') else {
            let fix = "write [prices.\"provider/model\"]";
            field.problem_fix(problems, "a price is of a provider's model", fix);
            continue;
        };
        if let Err(message) = check_model_name(model) {
            field.problem(problems, message);
            continue;
        }
        if !ids.contains(&id) {
            let fix = nearest(id, ids).map_or_else(
                || "name a provider of this file".to_owned(),
                |name| format!("did you mean \"{name}\"?"),
            );
            field.problem_fix(problems, "there is no provider of this name", fix);
            continue;
        }
        let Some(price) = price(&field, problems) else {
            continue;
        };
        // A provider with problems of its own is not among these.
        if let Some(provider) = providers.iter_mut().find(|provider| provider.id == id) {
            let tariff = Tariff::flat(model, price, OWN_PRICES);
            provider.prices.insert(model.to_owned(), Arc::new(tariff));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::price::PicoUsd;

    const PROVIDER: &str = "[providers.work]\npreset = \"openai-chat\"\n";

    #[test]
    fn a_price_of_the_users_own_stands_before_the_price_book() {
        let text = format!(
            "{PROVIDER}[prices.\"work/gpt-6.1-terra\"]\ninput = \"2.50\"\noutput = 0\n\
             [prices.\"work/new/model\"]\ninput = 1\noutput = 2\ncache_read = 0.5\n"
        );
        let config = Config::parse(&text).unwrap();
        let provider = config.provider("work").unwrap();
        let rates = |model: &str| {
            let price = provider.model(model).price?;
            price.rows()[0].rates.token_price()
        };
        let own = rates("gpt-6.1-terra").unwrap();
        assert_eq!((own.input, own.output), (PicoUsd(2_500_000), PicoUsd(0)));
        let new = rates("new/model").unwrap();
        assert_eq!(new.cache_read, Some(PicoUsd(500_000)));
        assert_eq!(rates("nobody-knows"), None);
    }

    #[test]
    fn what_is_no_price_is_named_with_its_field() {
        for (text, field, word) in [
            ("[prices.nothing]\n", "prices.nothing", "provider's model"),
            (
                "[prices.\"wrk/a\"]\ninput = 1\noutput = 1\n",
                "wrk/a",
                "no provider",
            ),
            (
                "[prices.\"work/a\"]\ninput = \"$3\"\noutput = 1\n",
                "input",
                "currency",
            ),
            (
                "[prices.\"work/a\"]\ninput = \"3,00\"\noutput = 1\n",
                "input",
                "point",
            ),
            (
                "[prices.\"work/a\"]\ninput = -1\noutput = 1\n",
                "input",
                "negative",
            ),
            (
                "[prices.\"work/a\"]\ninput = 1e3\noutput = 1\n",
                "input",
                "plain decimal",
            ),
            ("[prices.\"work/a\"]\ninput = 1\n", "work/a", "`output`"),
        ] {
            let problems = Config::parse(&format!("{PROVIDER}{text}")).unwrap_err();
            let at = problems[0].field.clone().unwrap_or_default();
            assert!(at.contains(field), "{text}: {at}");
            assert!(
                problems[0].message.contains(word),
                "{text}: {}",
                problems[0]
            );
        }
    }
}
