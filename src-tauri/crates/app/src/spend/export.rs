//! A report as a file.

use super::report;
use crate::App;
use crate::api::types::*;
use switchboard_engine::price::PicoUsd;

/// Writes a report as a file.
///
/// # Errors
/// As [`report`].
pub async fn export(app: &App, params: ExportSpend) -> Result<SpendFile, ApiError> {
    let ExportSpend { mut query, format } = params;
    if format == SpendFormat::Svg {
        query.chart.get_or_insert(SpendChartSize {
            width: 1160,
            height: 240,
        });
    } else {
        query.chart = None;
    }
    let by = query.by;
    let report = report(app, query).await?;
    let day = |text: &str| text.get(..10).unwrap_or_default().to_owned();
    let name = format!("spend-{}-{}", day(&report.from), day(&report.to));
    Ok(match format {
        SpendFormat::Csv => SpendFile {
            suggested_name: format!("{name}.csv"),
            text: csv(by, &report),
        },
        SpendFormat::Json => SpendFile {
            suggested_name: format!("{name}.json"),
            text: serde_json::to_string_pretty(&report)
                .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?,
        },
        SpendFormat::Svg => SpendFile {
            suggested_name: format!("{name}.svg"),
            text: report.chart.map(|chart| chart.svg).unwrap_or_default(),
        },
    })
}

/// Writes the table as RFC 4180 has it. Money is in USD with all its twelve places.
fn csv(by: SpendBy, report: &SpendReport) -> String {
    let mut out = String::new();
    let by = serde_json::to_value(by).unwrap_or_default();
    let mut line = |fields: &[String]| {
        let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    };
    let head = [
        by.as_str().unwrap_or("label"),
        "key",
        "calls",
        "failed",
        "cancelled",
        "interrupted",
        "input_tokens",
        "cached_tokens",
        "output_tokens",
        "spend_usd",
        "estimated_usd",
        "unpriced_calls",
        "share",
        "latency_p50_ms",
        "latency_p95_ms",
        "first_token_p50_ms",
    ];
    line(&head.map(str::to_owned));
    for row in report.rows.iter().chain([&report.totals]) {
        let maybe = |ms: Option<u64>| ms.map(|ms| ms.to_string()).unwrap_or_default();
        line(&[
            row.label.clone(),
            row.key.clone(),
            row.calls.to_string(),
            row.failed.to_string(),
            row.cancelled.to_string(),
            row.interrupted.to_string(),
            row.input_tokens.to_string(),
            row.cached_tokens.to_string(),
            row.output_tokens.to_string(),
            usd(row.spend),
            usd(row.estimated),
            row.unpriced.to_string(),
            format!("{:.6}", row.share),
            maybe(row.latency_p50_ms),
            maybe(row.latency_p95_ms),
            maybe(row.first_token_p50_ms),
        ]);
    }
    out
}

fn usd(amount: PicoUsd) -> String {
    const USD: u64 = 1_000_000_000_000;
    let sign = if amount.0 < 0 { "-" } else { "" };
    let pico = amount.0.unsigned_abs();
    format!("{sign}{}.{:012}", pico / USD, pico % USD)
}

/// Quotes a field if it must be. One that a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '@', '\t'])
        || (field.starts_with('-') && field.parse::<f64>().is_err());
    let text = if formula {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_quotes_and_formulas_stay_text() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-0.5"), "-0.5");
    }

    #[test]
    fn money_keeps_all_its_places() {
        assert_eq!(usd(PicoUsd(1)), "0.000000000001");
        assert_eq!(usd(PicoUsd(-3_120_000_000_000)), "-3.120000000000");
    }
}
