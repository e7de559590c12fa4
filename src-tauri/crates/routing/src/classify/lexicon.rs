//! Words that name a task in many languages, so that what one language teaches holds in the others.
//!
//! Each is a stem: a word that begins with it counts; in scripts without spaces, any place does.

use std::sync::OnceLock;

/// A list and its name; words are divided by spaces.
struct Lexicon {
    name: &'static str,
    stems: &'static str,
    /// Of scripts without spaces.
    pieces: &'static str,
}

const LEXICONS: [Lexicon; 8] = [
    Lexicon {
        name: "words of labelling",
        stems: "classif categor klassifi kategor label sentiment stimmung spam phishing scam positiv negativ neutral \
            urgen urgên dringend priorit severity toxic sarcas ironi классифи категор положительн отрицательн спам \
            intent genre bucket rubri clickbait iróni flag bewert rate score moderat triage",
        pieces: "分类 分類 类别 正面 负面 情绪 肯定 否定 カテゴリ 迷惑 垃圾",
    },
    Lexicon {
        name: "words of summing up",
        stems: "summar zusammenf kurzfass résum resum riassu sintes sintet síntes synthès samenvat tl tldr gist recap \
            condens takeaway highlights abstract synopsis digest überblick wesentlich essentiel esencial essenzial \
            essencial кратк изложи bullet stichpunkt nutshell briefly kernaussage kernpunkt minutes overview",
        pieces: "总结 概括 摘要 要点 浓缩 要約 まとめ 要旨",
    },
    Lexicon {
        name: "words of code",
        stems: "python javascript typescript rust java kotlin swift sql postgres mysql sqlite regex regexp docker \
            kubernetes terraform nginx git bash shell powershell html css react vue angular svelte django flask node \
            npm pip cargo api endpoint function funktion fonction función funzione função функци script skript \
            скрипт code código codice код compil debug bug error exception traceback array string loop async \
            refactor unittest pytest jest pandas numpy yaml vim awk sed curl php golang repo commit query abfrage \
            requête consulta variable class method methode dockerfile tailwind flexbox pod localhost server excel \
            branch",
        pieces: "代码 函数 脚本 爬虫 コード 関数 スクリプト 実装",
    },
    Lexicon {
        name: "words of reasoning",
        stems: "prove proof beweis démontr prouve demuestr demonstr dimostr bewijs докаж solve lös résou resuelv risolv \
            resolv probab wahrschein puzzle rätsel énigme acertijo riddle weigh abwäg wäge trade justif begründ \
            reason razon raisonn argument hypothes deduc derive herleit calcul berechn rechne optimal maxim minim \
            logic logik logique lógic strateg analy analis implication consequence induktion induction theorem \
            equation gleichung integral derivative assum vorteile avantages ventajas пошагово обоснуй evaluate \
            beurteil critique integer prime primzahl valid",
        pieces: "证明 推理 证 分析 利弊 逻辑 証明 論理 推論 段階",
    },
    Lexicon {
        name: "words of translating",
        stems: "translat übersetz traduc tradui traduz traduir traduç tradur vertaal vertal перевед перевод interpret \
            locali subtitle bilingual native",
        pieces: "翻译 翻譯 译 翻訳 訳 英訳 和訳",
    },
    Lexicon {
        name: "words of extracting",
        stems: "extract extrah extrai extray extrae estra extraia извлек выпиш pull parse fields feld champs campos \
            entit ner columns spalten colonn column tabl tabel tabla tableau json csv schema mentioned invoice \
            rechnungsnummer iban names namen noms nombres dates fechas amounts beträge montants importes emails urls \
            phone liste structured keys rows null value values",
        pieces: "提取 列出 抽出 抜き出 一覧",
    },
    Lexicon {
        name: "words of writing",
        stems: "poem gedicht poème poema poesia haiku story geschichte histoire cuento letter email toast speech rede \
            discours discurso rephras rewrite reword umformul formulier reformul réécri reescrib proofread typo \
            grammar spelling rechtschreib ortho ortogr joke witz blague chiste slogan caption invitation einladung \
            brainstorm song lyrics стих synonym polite höflich poli",
        pieces: "诗 笑话 信 詩 手紙 冗談 丁寧",
    },
    Lexicon {
        name: "words of talk and advice",
        stems: "hi hello hey thanks thank hallo danke bonjour merci hola gracias ciao grazie olá obrigado привет спасибо \
            recommend suggest empfiehl recomm recomend recipe rezept recette receta cook koch gift geschenk schenk \
            cadeau regal movie film book weekend tonight birthday geburtstag feel sleep schlaf learn trip restaurant \
            name",
        pieces: "你好 谢谢 推荐 こんにちは ありがとう おすすめ",
    },
];

/// The lists, divided.
pub(super) struct Divided {
    pub(super) name: &'static str,
    stems: Vec<&'static str>,
    pieces: Vec<&'static str>,
}

/// Returns every list; they are divided once.
pub(super) fn lexicons() -> &'static [Divided] {
    static DIVIDED: OnceLock<Vec<Divided>> = OnceLock::new();
    DIVIDED.get_or_init(|| {
        LEXICONS
            .iter()
            .map(|lexicon| Divided {
                name: lexicon.name,
                stems: lexicon.stems.split_whitespace().collect(),
                pieces: lexicon.pieces.split_whitespace().collect(),
            })
            .collect()
    })
}

impl Divided {
    /// Returns whether a word begins with one of the stems; short stems must be the whole word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.stems
            .iter()
            .any(|stem| word.starts_with(stem) && (stem.len() > 3 || word.len() == stem.len()))
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.pieces.iter().any(|piece| text.contains(piece))
    }
}
