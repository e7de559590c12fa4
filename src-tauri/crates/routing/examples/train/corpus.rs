//! Templates and what fills them, read from text files.
//!
//! `## language/name` begins a family of templates; its lines are ways to ask for the same in much the same words.
//! `[a|b]` is a choice, `{text}` is filled from `fillers.txt`, whose `## slot/language/source` says for what, in which
//! language, and from where.

use crate::report::digest;
use crate::rng::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use switchboard_routing::classify::Class;
use switchboard_routing::classify::features::{Features, Seen, of};

/// A prompt and what it asks for.
pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) class: Class,
    /// The family it is of.
    pub(crate) family: usize,
    pub(crate) language: String,
    /// Its language has matter of several sources.
    pub(crate) several_sources: bool,
    /// Written by hand and kept for choosing temperature and threshold.
    pub(crate) kept: bool,
    /// How much it counts: families that make few prompts count as much as others, up to three times.
    pub(crate) weight: f32,
    pub(crate) features: Features,
}

struct Family {
    class: Class,
    language: String,
    templates: Vec<String>,
}

#[derive(Default)]
struct Pool {
    /// Source and text.
    fillers: Vec<(usize, String)>,
}

pub(crate) struct Corpus {
    families: Vec<Family>,
    /// By slot and language.
    pools: BTreeMap<(String, String), Pool>,
    digest: u64,
}

impl Corpus {
    pub(crate) fn read(folder: &Path) -> Self {
        let mut families = Vec::new();
        let mut everything = Vec::new();
        for class in Class::ALL {
            let text =
                std::fs::read_to_string(folder.join(format!("{}.txt", class.name()))).unwrap();
            everything.extend_from_slice(text.as_bytes());
            for line in text.lines().filter(|line| !line.is_empty()) {
                if let Some(header) = line.strip_prefix("## ") {
                    let (language, _) = header.split_once('/').unwrap();
                    families.push(Family {
                        class,
                        language: language.to_owned(),
                        templates: Vec::new(),
                    });
                } else {
                    families.last_mut().unwrap().templates.push(unescape(line));
                }
            }
        }
        let text = std::fs::read_to_string(folder.join("fillers.txt")).unwrap();
        everything.extend_from_slice(text.as_bytes());
        let mut pools: BTreeMap<(String, String), Pool> = BTreeMap::new();
        let mut sources: BTreeMap<String, usize> = BTreeMap::new();
        let mut current = None;
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(header) = line.strip_prefix("## ") {
                let parts: Vec<&str> = header.split('/').collect();
                let count = sources.len();
                let source = *sources.entry(parts[2].to_owned()).or_insert(count);
                current = Some((parts[0].to_owned(), parts[1].to_owned(), source));
            } else {
                let (slot, language, source) = current.clone().unwrap();
                let pool = pools.entry((slot, language)).or_default();
                pool.fillers.push((source, unescape(line)));
            }
        }
        everything.extend(std::fs::read(folder.join("hard.tsv")).unwrap());
        Self {
            families,
            pools,
            digest: digest(&everything),
        }
    }

    pub(crate) fn families(&self) -> usize {
        self.families.len()
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// Makes prompts of each family, with matter of some sources only where there are several.
    pub(crate) fn expand(
        &self,
        each: usize,
        seed: u64,
        sources: impl Fn(usize) -> bool,
    ) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (family, of_family) in self.families.iter().enumerate() {
            let mut rng = Rng(seed.wrapping_mul(1_000_003) + family as u64);
            let mut made = BTreeSet::new();
            for _ in 0..each * 3 {
                if made.len() == each {
                    break;
                }
                let template = &of_family.templates[rng.below(of_family.templates.len())];
                let mut text = self.fill(template, &of_family.language, &sources, &mut rng);
                let decorated = |slot: &str, rng: &mut Rng| {
                    (rng.below(6) == 0)
                        .then(|| self.filler(slot, &of_family.language, &sources, rng))
                        .flatten()
                };
                if let Some(prefix) = decorated("prefix", &mut rng) {
                    text.insert_str(0, &prefix);
                }
                if let Some(suffix) = decorated("suffix", &mut rng) {
                    text.push_str(&suffix);
                }
                made.insert(text);
            }
            let weight = (each as f32 / made.len() as f32).min(3.0);
            samples.extend(made.into_iter().map(|text| Sample {
                weight,
                language: of_family.language.clone(),
                features: of(&Seen::of(&text)),
                text,
                class: of_family.class,
                family,
                several_sources: ["en", "de", "fr", "es"].contains(&of_family.language.as_str()),
                kept: false,
            }));
        }
        samples
    }

    /// Draws choices and fills slots.
    fn fill(
        &self,
        template: &str,
        language: &str,
        sources: &impl Fn(usize) -> bool,
        rng: &mut Rng,
    ) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['[', '{']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with('[')
                && let Some(end) = closing(rest)
                && rest[..end].contains('|')
            {
                let choices = choices(&rest[1..end]);
                let choice = choices[rng.below(choices.len())];
                out.push_str(&self.fill(choice, language, sources, rng));
                rest = &rest[end + 1..];
            } else if rest.starts_with('{')
                && let Some(end) = rest.find('}')
                && !rest[1..end].is_empty()
                && rest[1..end].bytes().all(|byte| byte.is_ascii_lowercase())
                && let Some(filler) = self.slot(&rest[1..end], language, sources, rng)
            {
                out.push_str(&filler);
                rest = &rest[end + 1..];
            } else {
                // A bracket of its own.
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
        out.trim().to_owned()
    }

    fn slot(
        &self,
        slot: &str,
        language: &str,
        sources: &impl Fn(usize) -> bool,
        rng: &mut Rng,
    ) -> Option<String> {
        if slot == "foreign" {
            // Matter of any other language.
            let pools: Vec<&(String, String)> = self
                .pools
                .keys()
                .filter(|(slot, of)| {
                    ["text", "phrase", "foreign"].contains(&slot.as_str()) && of != language
                })
                .collect();
            let (slot, language) = pools[rng.below(pools.len())];
            return self.filler(slot, language, sources, rng);
        }
        if slot == "text" {
            // Any task may come with any matter: of other languages, riddles, code, or pieces of several texts.
            match rng.below(32) {
                0..=2 => return self.slot("foreign", language, sources, rng),
                3 => return self.slot("problem", language, sources, rng),
                4..=7 => return self.slot("phrase", language, sources, rng),
                8 => {
                    return self.slot(
                        ["code", "decision", "bug"][rng.below(3)],
                        language,
                        sources,
                        rng,
                    );
                }
                9..=20 => return self.mixed(language, sources, rng),
                _ => {}
            }
        }
        self.filler(slot, language, sources, rng)
            .or_else(|| self.filler(slot, "en", sources, rng))
            .or_else(|| panic!("nothing fills {{{slot}}}"))
    }

    /// One to four sentences of as many texts.
    fn mixed(
        &self,
        language: &str,
        sources: &impl Fn(usize) -> bool,
        rng: &mut Rng,
    ) -> Option<String> {
        let mut sentences = Vec::new();
        for _ in 0..=rng.below(4) {
            let text = self.filler("text", language, sources, rng)?;
            let parts: Vec<&str> = text.split_inclusive(['.', '!', '?', '。', '；']).collect();
            sentences.push(parts[rng.below(parts.len())].trim().to_owned());
        }
        Some(sentences.join(" "))
    }

    fn filler(
        &self,
        slot: &str,
        language: &str,
        sources: &impl Fn(usize) -> bool,
        rng: &mut Rng,
    ) -> Option<String> {
        let pool = self.pools.get(&(slot.to_owned(), language.to_owned()))?;
        let chosen: Vec<&String> = pool
            .fillers
            .iter()
            .filter(|(source, _)| sources(*source))
            .map(|(_, text)| text)
            .collect();
        if chosen.is_empty() {
            // One source only: it is in both halves, and such languages are left out of the figures by source.
            return Some(pool.fillers[rng.below(pool.fillers.len())].1.clone());
        }
        Some(chosen[rng.below(chosen.len())].clone())
    }
}

/// Returns where the bracket that opens a text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Divides choices at the bars that stand in no inner bracket.
fn choices(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            '|' if depth == 0 => {
                found.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[from..]);
    found
}

fn unescape(line: &str) -> String {
    line.replace("\\n", "\n")
}

/// Reads the prompts written by hand; every third is kept for choosing temperature and threshold.
pub(crate) fn hard(path: &Path) -> Vec<Sample> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .enumerate()
        .map(|(at, line)| {
            let parts: Vec<&str> = line.split('\t').collect();
            let text = unescape(parts[2]);
            Sample {
                weight: 1.0,
                language: parts[1].to_owned(),
                features: of(&Seen::of(&text)),
                text,
                class: Class::of(parts[0]).expect("a class"),
                family: 0,
                several_sources: true,
                kept: at % 3 == 0,
            }
        })
        .collect()
}
