//! Phrases by which an error's text tells its kind, in the languages providers answer in.

use crate::error::ErrorKind;

/// Phrases in lower case; the first group with a match decides, so the specific stand first.
#[rustfmt::skip]
pub(super) const PHRASES: [(ErrorKind, &[&str]); 9] = [
    (ErrorKind::ContentFiltered, &[
        "content management policy", "content filter", "content policy", "safety system",
        "usage policies", "flagged as potentially violating", "flagged by moderation",
        "input data may contain inappropriate content", "敏感", "内容安全", "违规", "不適切なコンテンツ",
        "inhaltsfilter", "filtre de contenu", "filtro de contenido", "filtro de conteúdo",
        "안전 정책", "политика безопасности",
    ]),
    (ErrorKind::ContextTooLong, &[
        "maximum context length", "context length", "context window", "context_length",
        "prompt is too long", "input is too long", "exceeds the maximum number of tokens",
        "input token count", "too many tokens in the prompt", "reduce the length of the",
        "context size", "maximum prompt length", "exceed context limit", "上下文长度", "超出最大长度",
        "输入过长", "最大コンテキスト", "コンテキスト長", "컨텍스트 길이", "длина контекста", "kontextlänge",
        "longueur de contexte", "longitud de contexto", "comprimento de contexto",
    ]),
    (ErrorKind::Billing, &[
        "credit balance", "insufficient balance", "insufficient credit", "insufficient fund",
        "insufficient quota", "check your plan and billing", "billing details",
        "out of credits", "requires more credits", "add credits", "never purchased credits",
        "payment required", "payment method", "billing account", "余额不足", "欠费", "充值", "账户余额",
        "残高", "お支払い", "잔액", "결제", "недостаточно средств", "баланс", "guthaben",
        "solde insuffisant", "crédit insuffisant", "saldo insuficiente", "crédito insuficiente",
    ]),
    (ErrorKind::PlanLimit, &[
        "upgrade your plan", "upgrade to a paid", "not available on your plan",
        "not available in your plan", "not included in your plan", "your current plan does not",
        "requires a paid plan", "subscription plan", "free plan does not",
        "request too large for", "current tier", "升级套餐", "套餐不包含", "プランをアップグレード", "플랜을 업그레이드",
        "тариф", "ihrem tarif", "votre forfait", "su plan actual", "seu plano atual",
    ]),
    (ErrorKind::QuotaExhausted, &[
        "per day", "per-day", "perday", "daily limit", "daily quota", "daily request",
        "requests/day", "(rpd)", "(tpd)", "per month", "monthly limit", "monthly quota",
        "monthly usage", "monthly spend", "weekly limit", "specified api usage limits",
        "will regain access", "每日", "每天", "当日", "今日", "月度", "配额已用完", "额度已用", "1日あたり", "1日の",
        "日次", "하루", "일일", "в день", "суточн", "дневной лимит", "квота", "pro tag", "tageslimit",
        "tageskontingent", "kontingent", "par jour", "quotidien", "por día", "diario", "cuota",
        "por dia", "diário",
    ]),
    (ErrorKind::RateLimited, &[
        "rate limit", "rate-limit", "ratelimit", "too many requests", "per minute",
        "requests per second", "slow down", "请求过于频繁", "频率", "速率限制", "请求过多", "限流", "レート制限",
        "リクエストが多すぎ", "요청이 너무 많", "속도 제한", "слишком много запросов", "лимит запросов",
        "превышен лимит", "zu viele anfragen", "ratenlimit", "trop de requêtes",
        "limite de débit", "demasiadas solicitudes", "límite de velocidad",
        "muitas solicitações", "muitas requisições",
    ]),
    (ErrorKind::Auth, &[
        "invalid api key", "incorrect api key", "api key not valid", "invalid x-api-key",
        "no api key", "missing api key", "api key is required", "invalid authentication",
        "api key expired", "invalid bearer token", "missing authentication header",
        "no auth credentials", "密钥无效", "无效的api", "无效的令牌", "身份验证失败", "apiキーが無効", "유효하지 않은 api",
        "неверный api", "ungültiger api", "clé api invalide", "clave de api no válida",
        "chave de api inválida",
    ]),
    (ErrorKind::Overloaded, &[
        "overloaded", "over capacity", "at capacity", "temporarily unavailable", "high demand",
        "currently loading", "no healthy upstream", "upstream connect error", "负载", "服务繁忙",
        "系统繁忙", "混雑", "과부하", "перегружен", "überlastet", "surchargé", "sobrecargado",
        "sobrecarregado",
    ]),
    (ErrorKind::NotFound, &[
        "model not found", "model does not exist", "does not exist or you do not have access",
        "no such model", "unknown model", "is not a valid model", "model_not_found",
        "is not found for api version", "not a valid model id", "no endpoints found",
        "try pulling it first", "模型不存在", "モデルが見つかりません", "모델을 찾을 수 없", "модель не найдена",
        "modell nicht gefunden", "modèle introuvable", "modelo no encontrado",
        "modelo não encontrado",
    ]),
];

/// Phrases that say "quota" and leave open which: a pause of minutes then speaks for a rate limit.
pub(super) const VAGUE_QUOTA: [&str; 3] = [
    "quota exceeded",
    "quota has been exceeded",
    "exceeded your current quota",
];
