//! The text of an error, read last: phrases in the languages providers answer in, and waits.

use super::super::rate;
use crate::error::ErrorKind;
use std::time::Duration;

/// Phrases in lower case; the first table with a match decides, so the specific stand first.
const PHRASES: [(ErrorKind, &[&str]); 9] = [
    (
        ErrorKind::ContentFiltered,
        &[
            "content management policy",
            "content filter",
            "content policy",
            "safety system",
            "usage policies",
            "flagged as potentially violating",
            "flagged by moderation",
            "input data may contain inappropriate content",
            "敏感",
            "内容安全",
            "违规",
            "不適切なコンテンツ",
            "inhaltsfilter",
            "filtre de contenu",
            "filtro de contenido",
            "filtro de conteúdo",
            "политик",
            "안전 정책",
        ],
    ),
    (
        ErrorKind::ContextTooLong,
        &[
            "maximum context length",
            "context length",
            "context window",
            "context_length",
            "prompt is too long",
            "input is too long",
            "exceeds the maximum number of tokens",
            "input token count",
            "too many tokens in the prompt",
            "reduce the length of the",
            "context size",
            "maximum prompt length",
            "exceed context limit",
            "上下文长度",
            "超出最大长度",
            "输入过长",
            "最大コンテキスト",
            "コンテキスト長",
            "컨텍스트 길이",
            "длина контекста",
            "kontextlänge",
            "longueur de contexte",
            "longitud de contexto",
            "comprimento de contexto",
        ],
    ),
    (
        ErrorKind::Billing,
        &[
            "credit balance",
            "insufficient balance",
            "insufficient credit",
            "insufficient fund",
            "insufficient quota",
            "check your plan and billing",
            "billing details",
            "out of credits",
            "requires more credits",
            "add credits",
            "never purchased credits",
            "payment required",
            "payment method",
            "billing account",
            "余额不足",
            "欠费",
            "充值",
            "账户余额",
            "残高",
            "お支払い",
            "잔액",
            "결제",
            "недостаточно средств",
            "баланс",
            "guthaben",
            "solde insuffisant",
            "crédit insuffisant",
            "saldo insuficiente",
            "crédito insuficiente",
        ],
    ),
    (
        ErrorKind::PlanLimit,
        &[
            "upgrade your plan",
            "upgrade to a paid",
            "not available on your plan",
            "not available in your plan",
            "not included in your plan",
            "your current plan does not",
            "requires a paid plan",
            "subscription plan",
            "free plan does not",
            "request too large for",
            "current tier",
            "升级套餐",
            "套餐不包含",
            "プランをアップグレード",
            "플랜을 업그레이드",
            "тариф",
            "ihrem tarif",
            "votre forfait",
            "su plan actual",
            "seu plano atual",
        ],
    ),
    (
        ErrorKind::QuotaExhausted,
        &[
            "per day",
            "per-day",
            "perday",
            "daily limit",
            "daily quota",
            "daily request",
            "requests/day",
            "(rpd)",
            "(tpd)",
            "per month",
            "monthly limit",
            "monthly quota",
            "monthly usage",
            "monthly spend",
            "weekly limit",
            "specified api usage limits",
            "will regain access",
            "exceeded your current quota",
            "quota exceeded",
            "quota has been exceeded",
            "每日",
            "每天",
            "当日",
            "今日",
            "月度",
            "配额已用完",
            "额度已用",
            "1日あたり",
            "1日の",
            "日次",
            "하루",
            "일일",
            "в день",
            "суточн",
            "дневной лимит",
            "квота",
            "pro tag",
            "tageslimit",
            "tageskontingent",
            "kontingent",
            "par jour",
            "quotidien",
            "por día",
            "diario",
            "cuota",
            "por dia",
            "diário",
        ],
    ),
    (
        ErrorKind::RateLimited,
        &[
            "rate limit",
            "rate-limit",
            "ratelimit",
            "too many requests",
            "per minute",
            "requests per second",
            "slow down",
            "请求过于频繁",
            "频率",
            "速率限制",
            "请求过多",
            "限流",
            "レート制限",
            "リクエストが多すぎ",
            "요청이 너무 많",
            "속도 제한",
            "слишком много запросов",
            "лимит запросов",
            "превышен лимит",
            "zu viele anfragen",
            "ratenlimit",
            "trop de requêtes",
            "limite de débit",
            "demasiadas solicitudes",
            "límite de velocidad",
            "muitas solicitações",
            "muitas requisições",
        ],
    ),
    (
        ErrorKind::Auth,
        &[
            "invalid api key",
            "incorrect api key",
            "api key not valid",
            "invalid x-api-key",
            "no api key",
            "missing api key",
            "api key is required",
            "invalid authentication",
            "api key expired",
            "invalid bearer token",
            "missing authentication header",
            "no auth credentials",
            "密钥无效",
            "无效的api",
            "无效的令牌",
            "身份验证失败",
            "apiキーが無効",
            "유효하지 않은 api",
            "неверный api",
            "ungültiger api",
            "clé api invalide",
            "clave de api no válida",
            "chave de api inválida",
        ],
    ),
    (
        ErrorKind::Overloaded,
        &[
            "overloaded",
            "over capacity",
            "at capacity",
            "temporarily unavailable",
            "high demand",
            "currently loading",
            "no healthy upstream",
            "upstream connect error",
            "负载",
            "服务繁忙",
            "系统繁忙",
            "混雑",
            "과부하",
            "перегружен",
            "überlastet",
            "surchargé",
            "sobrecargado",
            "sobrecarregado",
        ],
    ),
    (
        ErrorKind::NotFound,
        &[
            "model not found",
            "model does not exist",
            "does not exist or you do not have access",
            "no such model",
            "unknown model",
            "is not a valid model",
            "model_not_found",
            "is not found for api version",
            "not a valid model id",
            "no endpoints found",
            "try pulling it first",
            "模型不存在",
            "モデルが見つかりません",
            "모델을 찾을 수 없",
            "модель не найдена",
            "modell nicht gefunden",
            "modèle introuvable",
            "modelo no encontrado",
            "modelo não encontrado",
        ],
    ),
];

/// Returns the kind the text speaks of, or `None`. Limits of size and rate are believed only where the
/// status allows them: a 404 page that mentions rate limits is still a 404.
pub(super) fn kind(status: u16, message: &str) -> Option<ErrorKind> {
    if message.is_empty() {
        return None;
    }
    let (kind, _) = PHRASES.iter().find(|(kind, phrases)| {
        plausible(*kind, status) && phrases.iter().any(|phrase| message.contains(phrase))
    })?;
    Some(*kind)
}

fn plausible(kind: ErrorKind, status: u16) -> bool {
    match kind {
        ErrorKind::ContentFiltered => matches!(status, 400 | 403 | 422 | 451 | 500),
        ErrorKind::ContextTooLong => matches!(status, 400 | 413 | 422 | 500),
        ErrorKind::Billing => matches!(status, 400 | 402 | 403 | 429 | 500),
        ErrorKind::PlanLimit => matches!(status, 400 | 402 | 403 | 413 | 429),
        ErrorKind::QuotaExhausted => matches!(status, 400 | 402 | 403 | 429 | 500),
        ErrorKind::RateLimited => matches!(status, 400 | 403 | 413 | 429 | 500 | 503),
        ErrorKind::Auth => matches!(status, 400 | 401 | 403 | 500),
        ErrorKind::Overloaded => matches!(status, 400 | 429 | 500..=599),
        ErrorKind::NotFound => matches!(status, 400 | 404 | 422 | 500 | 503),
        _ => false,
    }
}

/// Words a wait follows, lower case.
const WAIT_WORDS: [&str; 12] = [
    "try again in ",
    "retry in ",
    "retry after ",
    "wait ",
    "reset after ",
    "available in ",
    "请在",
    "请等待",
    "erneut in ",
    "réessayez dans ",
    "intente de nuevo en ",
    "повторите через ",
];

/// Returns the wait the text asks for ("try again in 6m0s", "retry after 20 seconds"), or `None`.
pub(super) fn wait(message: &str) -> Option<Duration> {
    WAIT_WORDS.iter().find_map(|word| {
        let at = message.find(word)? + word.len();
        wait_at(message[at..].trim_start())
    })
}

fn wait_at(text: &str) -> Option<Duration> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..digits].trim_end_matches('.').parse().ok()?;
    let unit = text[digits..].trim_start();
    let units = [
        (1e-3, &["milli", "毫秒"][..]),
        (60.0, &["min", "分", "мин"]),
        (
            3600.0,
            &[
                "hour", "stunde", "heure", "hora", "час", "小时", "時間", "시간",
            ],
        ),
        (86_400.0, &["day", "tag", "jour", "día", "dia", "天", "日"]),
        (1.0, &["sec", "sek", "seg", "сек", "秒", "초"]),
    ];
    for (seconds, words) in units {
        if words.iter().any(|word| unit.starts_with(word)) {
            return Duration::try_from_secs_f64(number * seconds).ok();
        }
    }
    rate::leading_duration(text).map(|(wait, _)| wait)
}

/// Marks a parameter's name follows, lower case.
const PARAM_WORDS: [&str; 7] = [
    "unsupported parameter: ",
    "unsupported value: ",
    "unknown parameter: ",
    "unknown name ",
    "unrecognized request argument supplied: ",
    "unexpected keyword argument ",
    "missing required parameter: ",
];

/// Returns the parameter a rejection names in its text, or `None`.
pub(super) fn param(message: &str) -> Option<String> {
    let quoted = |text: &str| {
        let text = text.trim_start_matches(['\'', '"', '`']);
        let end = text.find(|c: char| !is_param_char(c)).unwrap_or(text.len());
        let name = text[..end].trim_end_matches('.');
        (name.len() > 1 && name.len() <= 40).then(|| name.to_owned())
    };
    if let Some(found) = PARAM_WORDS.iter().find_map(|word| {
        message
            .find(word)
            .and_then(|at| quoted(&message[at + word.len()..]))
    }) {
        return Some(found);
    }
    // "`temperature` is deprecated for this model"
    if let Some((_, rest)) = message.split_once('`')
        && let Some((name, _)) = rest.split_once('`')
        && name.chars().all(is_param_char)
    {
        return quoted(name);
    }
    // "max_tokens: 99999 > 8192", "messages.0.content: field required"
    let (name, _) = message.split_once(": ")?;
    (name.contains(['_', '.']) && name.chars().all(is_param_char))
        .then(|| quoted(name))
        .flatten()
}

fn is_param_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-[]".contains(c)
}
