//! What the model sees of a prompt: words by their place, pairs, pieces of words, and marks of form.

use super::lexicon::lexicons;
use super::text::Place;
pub use super::text::Seen;

/// Places in the table of weights; features share them by hash.
pub const BUCKETS: usize = 1 << 15;

/// Most features of one prompt.
const MOST: usize = 3_000;

/// Most reasons given.
const REASONS: usize = 3;

/// What a feature is of; its number is part of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Pair,
    Start,
    StartPair,
    FirstLine,
    LastLine,
    Stem,
    Piece,
    Body,
    Form,
    /// A word of a lexicon, anywhere near the ends.
    Lexicon,
    /// One that begins a sentence.
    LexiconStart,
}

impl Kind {
    /// How much it counts beside others.
    const fn weight(self) -> f32 {
        match self {
            Self::Word | Self::Pair | Self::Start | Self::Form => 1.0,
            Self::StartPair => 1.2,
            Self::Lexicon | Self::LexiconStart => 2.5,
            Self::FirstLine | Self::LastLine => 0.7,
            Self::Stem => 0.6,
            Self::Piece => 0.25,
            Self::Body => 0.15,
        }
    }
}

/// Places in the table with their values, of unit length together.
#[derive(Debug)]
pub struct Features(pub Vec<(u32, f32)>);

/// Names of languages in the languages that prompts are written in.
const LANGUAGES: &str = "english german french spanish italian portuguese dutch polish russian ukrainian chinese mandarin \
    japanese korean arabic hindi turkish swedish danish norwegian finnish czech greek hebrew thai latin vietnamese romanian \
    hungarian catalan indonesian persian deutsch englisch englische französisch französische spanisch spanische italienisch \
    italienische russisch russische polnisch polnische türkisch türkische japanisch japanische chinesisch niederländisch \
    portugiesisch anglais allemand français espagnol italien portugais russe chinois japonais arabe néerlandais polonais \
    inglés alemán francés español italiano portugués ruso chino japonés árabe neerlandés catalán inglese tedesco francese \
    spagnolo portoghese russo cinese inglês alemão francês espanhol português engels duits frans spaans italiaans \
    английский немецкий французский испанский русский";

/// Names of languages written without spaces, or bent.
const LANGUAGE_PIECES: [&str; 16] = [
    "英语",
    "英文",
    "法文",
    "日文",
    "中文",
    "法语",
    "德语",
    "英語",
    "日本語",
    "中国語",
    "フランス語",
    "ドイツ語",
    "англий",
    "немецк",
    "французск",
    "испанск",
];

/// Returns the features of a prompt.
pub fn of(seen: &Seen) -> Features {
    let mut all: Vec<(u32, f32)> = Vec::with_capacity(512);
    visit(seen, |kind, hash| {
        if all.len() < MOST {
            all.push((bucket(kind, hash), kind.weight()));
        }
    });
    // What occurs twice counts once: matter repeats, instructions do not.
    all.sort_unstable_by(|(a, one), (b, other)| a.cmp(b).then(other.total_cmp(one)));
    all.dedup_by_key(|(bucket, _)| *bucket);
    let length = all
        .iter()
        .map(|(_, value)| value * value)
        .sum::<f32>()
        .sqrt();
    if length > 0.0 {
        for (_, value) in &mut all {
            *value /= length;
        }
    }
    Features(all)
}

/// Returns what speaks for a class most: `pull` tells how much a place of the table does.
pub(super) fn reasons(seen: &Seen, features: &Features, pull: impl Fn(u32) -> f32) -> Vec<String> {
    let strength = |bucket: u32| {
        let value = features
            .0
            .binary_search_by_key(&bucket, |(bucket, _)| *bucket)
            .map_or(0.0, |at| features.0[at].1);
        value * pull(bucket)
    };
    let mut best: Vec<(f32, String)> = Vec::new();
    let mut previous = None;
    for word in &seen.words {
        if word.place == Place::Body {
            previous = None;
            continue;
        }
        let text = seen.word(word);
        let (kind, name) = match word.place {
            Place::Start => (Kind::Start, format!("begins with “{text}”")),
            Place::Near | Place::Body => (Kind::Word, format!("“{text}”")),
        };
        best.push((strength(bucket(kind, hash(text))), name));
        if let Some(before) = previous {
            let pair = paired(hash(before), hash(text));
            best.push((
                strength(bucket(Kind::Pair, pair)),
                format!("“{before} {text}”"),
            ));
        }
        previous = Some(text);
    }
    for (form, words) in FORMS {
        if form(seen) {
            best.push((strength(bucket(Kind::Form, hash(words))), words.to_owned()));
        }
    }
    best.retain(|(strength, _)| *strength > 0.0);
    best.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut reasons: Vec<String> = Vec::new();
    for (_, name) in best {
        if reasons.len() == REASONS {
            break;
        }
        let bare = |name: &str| name.trim_start_matches("begins with ").to_owned();
        if !reasons.iter().any(|other| bare(other) == bare(&name)) {
            reasons.push(name);
        }
    }
    reasons
}

fn visit(seen: &Seen, mut each: impl FnMut(Kind, u64)) {
    let (mut previous, mut started) = (None, false);
    for word in &seen.words {
        let text = seen.word(word);
        let own = hash(text);
        if word.place == Place::Body {
            each(Kind::Body, own);
            previous = None;
            continue;
        }
        each(Kind::Word, own);
        if let Some(before) = previous {
            each(Kind::Pair, paired(before, own));
            if started {
                each(Kind::StartPair, paired(before, own));
            }
        }
        started = word.place == Place::Start;
        if started {
            each(Kind::Start, own);
        }
        if word.first_line {
            each(Kind::FirstLine, own);
        }
        if word.last_line {
            each(Kind::LastLine, own);
        }
        pieces(text, &mut each);
        previous = Some(own);
    }
    for lexicon in lexicons() {
        let mut near = seen.words.iter().filter(|word| word.place != Place::Body);
        let written = lexicon.is_in(seen.text());
        if written || near.any(|word| lexicon.has(seen.word(word))) {
            each(Kind::Lexicon, hash(lexicon.name));
        }
        let mut starts = seen.words.iter().filter(|word| word.place == Place::Start);
        if starts.any(|word| lexicon.has(seen.word(word))) {
            each(Kind::LexiconStart, hash(lexicon.name));
        }
    }
    for (form, words) in FORMS {
        if form(seen) {
            each(Kind::Form, hash(words));
        }
    }
}

/// The stem (first five letters) of a longer word, and its pieces of four: bent and misspelt words share most of them.
fn pieces(text: &str, each: &mut impl FnMut(Kind, u64)) {
    let mut ends = [0_usize; 33];
    let mut count = 0;
    for (at, _) in text.char_indices().skip(1).chain([(text.len(), ' ')]) {
        count += 1;
        ends[count] = at;
    }
    if count > 5 {
        each(Kind::Stem, hash(&text[..ends[5]]));
    }
    for from in 0..count.saturating_sub(4) {
        each(Kind::Piece, hash(&text[ends[from]..ends[from + 4]]));
    }
}

type Form = fn(&Seen) -> bool;

/// Marks of form with their words, which also are their names.
const FORMS: [(Form, &str); 20] = [
    (|seen| seen.text().contains("```"), "a code block"),
    (|seen| code_signs(seen) >= 3, "signs of code"),
    (|seen| code_signs(seen) >= 8, "many signs of code"),
    (
        |seen| seen.text().contains('{') && seen.text().contains("\":"),
        "JSON",
    ),
    (
        |seen| seen.text().trim_end().ends_with(['?', '？', '؟']),
        "ends with a question",
    ),
    (
        |seen| seen.text().matches(['?', '？']).count() >= 2,
        "several questions",
    ),
    (|seen| names_language(seen), "names a language"),
    (mixed_scripts, "two scripts"),
    (|seen| digits(seen) >= 4, "numbers"),
    (|seen| digits(seen) >= 14, "many numbers"),
    (|seen| seen.words.len() <= 4, "a few words"),
    (|seen| (5..=15).contains(&seen.words.len()), "a short text"),
    (|seen| (16..=60).contains(&seen.words.len()), "a paragraph"),
    (|seen| seen.words.len() > 150, "a long text"),
    (|seen| seen.text().contains("\n\n"), "paragraphs"),
    (
        |seen| seen.text().matches(" / ").count() + seen.text().matches('|').count() >= 1,
        "choices",
    ),
    (
        |seen| seen.text().contains(['“', '"', '«', '「']),
        "a quotation",
    ),
    (
        |seen| seen.text().contains("->") || seen.text().contains('→'),
        "an arrow",
    ),
    (
        |seen| seen.text().lines().filter(|line| line.len() > 1).count() >= 5,
        "many lines",
    ),
    (
        |seen| seen.text().contains(['=', '^', '√', '∫', '²']),
        "formulas",
    ),
];

fn code_signs(seen: &Seen) -> usize {
    let text = seen.text();
    let signs = [
        "();",
        "{\n",
        "};",
        ");\n",
        "=>",
        "def ",
        "fn ",
        "import ",
        "select ",
        "return ",
        "();",
        "==",
        "!=",
        "::",
        "</",
        "error",
        "exception",
        "();\n",
        " = ",
        "[]",
        "(self",
        "#!/",
        "const ",
        "let ",
        "var ",
        ".py",
        ".js",
    ];
    signs
        .iter()
        .map(|sign| text.matches(sign).take(4).count())
        .sum()
}

fn digits(seen: &Seen) -> usize {
    seen.text().bytes().filter(|byte| *byte == b'0').count()
}

fn names_language(seen: &Seen) -> bool {
    use std::collections::HashSet;
    use std::sync::OnceLock;
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| LANGUAGES.split_whitespace().collect());
    seen.words
        .iter()
        .filter(|word| word.place != Place::Body)
        .any(|word| names.contains(seen.word(word)))
        || LANGUAGE_PIECES
            .iter()
            .any(|piece| seen.text().contains(piece))
}

/// Returns whether a fair part of the letters is of a second script.
fn mixed_scripts(seen: &Seen) -> bool {
    let (mut latin, mut others) = (0_usize, 0_usize);
    for character in seen
        .text()
        .chars()
        .filter(|character| character.is_alphabetic())
    {
        match character {
            '\0'..='\u{24f}' => latin += 1,
            _ => others += 1,
        }
    }
    latin >= 4 && others >= 4
}

/// FNV-1a, enough for a table; mixed in [`bucket`].
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

const fn paired(one: u64, other: u64) -> u64 {
    one.rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ other
}

const fn bucket(kind: Kind, hash: u64) -> u32 {
    let mut mixed = hash ^ ((kind as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    #[expect(clippy::cast_possible_truncation, reason = "the table is small")]
    let place = (mixed >> 40) as u32 & (BUCKETS as u32 - 1);
    place
}
