//! Weighted variants of a route: the same key always gets the same one.
//!
//! A key's variant comes from a hash alone, so nothing is stored and every host agrees. Each variant gets a hash of
//! its own for the key, turned into a score by its weight; the highest score wins (weighted rendezvous hashing,
//! <https://www.snia.org/sites/default/files/SDC15_presentations/dist_sys/Jason_Resch_New_Consistent_Hashings_Rev.pdf>).
//! Raising one weight therefore only moves keys to that variant, lowering it only moves keys away from it, and no
//! more than the shares ask for.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Most variants of a set.
pub const MOST: usize = 16;

/// Most bytes of a name or of the salt.
pub const NAME: usize = 100;

/// Largest weight.
pub const HEAVIEST: u32 = 1_000_000;

/// One way to answer, and how often it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "RouteVariant")]
pub struct Variant {
    /// Its name; a key stays with it as long as the name stays.
    pub name: String,
    /// Its share is this divided by the sum of all weights; 0 takes it out.
    pub weight: u32,
}

/// A set of variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Variants {
    salt: String,
    all: Vec<Variant>,
}

/// A set as files have it.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    #[serde(default)]
    salt: String,
    variants: Vec<Variant>,
}

/// Why variants do not make a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariantsError {
    TooMany,
    /// There is no variant, or each has weight 0.
    NoWeight,
    TooHeavy(String),
    Unnamed,
    NameTooLong,
    Twice(String),
}

impl Variants {
    /// Makes a set. A changed salt deals all keys anew, as a new experiment needs; everything else keeps them.
    ///
    /// # Errors
    /// What does not fit, as a clause.
    pub fn new(salt: &str, all: Vec<Variant>) -> Result<Self, VariantsError> {
        if all.len() > MOST {
            return Err(VariantsError::TooMany);
        }
        if salt.len() > NAME {
            return Err(VariantsError::NameTooLong);
        }
        for (at, variant) in all.iter().enumerate() {
            if variant.name.is_empty() {
                return Err(VariantsError::Unnamed);
            }
            if variant.name.len() > NAME {
                return Err(VariantsError::NameTooLong);
            }
            if variant.weight > HEAVIEST {
                return Err(VariantsError::TooHeavy(variant.name.clone()));
            }
            if all[..at].iter().any(|other| other.name == variant.name) {
                return Err(VariantsError::Twice(variant.name.clone()));
            }
        }
        if all.iter().all(|variant| variant.weight == 0) {
            return Err(VariantsError::NoWeight);
        }
        Ok(Self {
            salt: salt.to_owned(),
            all,
        })
    }

    /// Returns the variants as they were given.
    pub fn all(&self) -> &[Variant] {
        &self.all
    }

    /// Returns the variant of a sticky key (a user, a conversation, a call id where nothing is to stick) on a route.
    pub fn pick(&self, route: &str, key: &str) -> &Variant {
        let mut best = (f64::NEG_INFINITY, 0);
        for (at, variant) in self.all.iter().enumerate() {
            if variant.weight == 0 {
                continue;
            }
            let draw = unit(hash([route, &self.salt, key, &variant.name]));
            // An exponential variable with the weight as its rate; the earliest one wins.
            let score = draw.ln() / f64::from(variant.weight);
            if score > best.0 {
                best = (score, at);
            }
        }
        &self.all[best.1]
    }

    /// Returns the share of keys that a variant gets, 0 to 1; `None` if it is not in the set.
    pub fn share(&self, name: &str) -> Option<f64> {
        let sum: u64 = self
            .all
            .iter()
            .map(|variant| u64::from(variant.weight))
            .sum();
        self.all
            .iter()
            .find(|variant| variant.name == name)
            .map(|variant| f64::from(variant.weight) / sum as f64)
    }
}

/// Mixes the parts and their lengths, eight bytes at a time, with the finalizer of SplitMix64 (G. L. Steele and others,
/// OOPSLA 2014).
fn hash(parts: [&str; 4]) -> u64 {
    let mut hash = 0;
    for part in parts {
        hash = mixed(hash, part.len() as u64);
        for chunk in part.as_bytes().chunks(8) {
            let mut eight = [0; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            hash = mixed(hash, u64::from_le_bytes(eight));
        }
    }
    hash
}

fn mixed(hash: u64, next: u64) -> u64 {
    let mut mixed = hash.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ next;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Returns a number between 0 and 1, neither included.
fn unit(hash: u64) -> f64 {
    ((hash >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

impl TryFrom<Written> for Variants {
    type Error = VariantsError;

    fn try_from(written: Written) -> Result<Self, VariantsError> {
        Self::new(&written.salt, written.variants)
    }
}

impl From<Variants> for Written {
    fn from(set: Variants) -> Self {
        Self {
            salt: set.salt,
            variants: set.all,
        }
    }
}

impl fmt::Display for VariantsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(out, "`variants` has more than {MOST}; leave some out"),
            Self::NoWeight => {
                out.write_str("no entry of `variants` has a weight; give one at least 1")
            }
            Self::TooHeavy(name) => write!(
                out,
                "`weight` of variant {name:?} is above {HEAVIEST}; only the ratio of weights counts"
            ),
            Self::Unnamed => out.write_str("a variant has no `name`; keys stay with a name"),
            Self::NameTooLong => {
                write!(
                    out,
                    "a `name` or the `salt` is longer than {NAME} bytes; shorten it"
                )
            }
            Self::Twice(name) => write!(out, "two variants have the `name` {name:?}; rename one"),
        }
    }
}

impl std::error::Error for VariantsError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(weights: &[u32]) -> Variants {
        let all = weights
            .iter()
            .enumerate()
            .map(|(at, weight)| Variant {
                name: format!("v{at}"),
                weight: *weight,
            })
            .collect();
        Variants::new("s", all).unwrap()
    }

    fn keys() -> impl Iterator<Item = String> {
        (0..4_000).map(|n| format!("user-{n}"))
    }

    #[test]
    fn a_pick_stays_the_same_over_programs_and_versions() {
        // Written down: a change of the hash would move every running experiment.
        let set = set(&[50, 30, 20]);
        let picks: Vec<&str> = "ann bob cy dee eve fay gus hal ida jon kim lea"
            .split(' ')
            .map(|key| set.pick("support", key).name.as_str())
            .collect();
        let expected = "v1 v0 v0 v0 v0 v1 v0 v1 v0 v0 v2 v0";
        assert_eq!(picks.join(" "), expected);
    }

    #[test]
    fn salt_and_route_deal_anew() {
        let one = set(&[1, 1]);
        let other = Variants::new("t", one.all().to_vec()).unwrap();
        let moved = keys()
            .filter(|key| one.pick("r", key).name != other.pick("r", key).name)
            .count();
        assert!((1_700..2_300).contains(&moved), "{moved}");
        let moved = keys()
            .filter(|key| one.pick("r", key).name != one.pick("q", key).name)
            .count();
        assert!((1_700..2_300).contains(&moved), "{moved}");
        // Parts do not run into each other.
        assert_ne!(hash(["ab", "c", "", ""]), hash(["a", "bc", "", ""]));
    }

    #[test]
    fn what_makes_no_set_is_refused_with_the_field_and_the_fix() {
        let variant = |name: &str, weight| Variant {
            name: name.to_owned(),
            weight,
        };
        for (all, error) in [
            (vec![], VariantsError::NoWeight),
            (vec![variant("a", 0)], VariantsError::NoWeight),
            (vec![variant("", 1)], VariantsError::Unnamed),
            (
                vec![variant("a", 1), variant("a", 2)],
                VariantsError::Twice("a".into()),
            ),
            (
                vec![variant("a", HEAVIEST + 1)],
                VariantsError::TooHeavy("a".into()),
            ),
            (
                vec![variant(&"a".repeat(101), 1)],
                VariantsError::NameTooLong,
            ),
            (
                (0..17).map(|n| variant(&n.to_string(), 1)).collect(),
                VariantsError::TooMany,
            ),
        ] {
            assert_eq!(Variants::new("", all), Err(error.clone()));
            assert!(error.to_string().contains('`'), "{error}");
        }
        assert!(serde_json::from_str::<Variants>(r#"{"variants":[]}"#).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn keys_fall_in_the_proportion_of_the_weights(weights in proptest::collection::vec(0_u32..100, 1..6)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let set = set(&weights);
            for variant in set.all() {
                let count = keys().filter(|key| set.pick("r", key).name == variant.name).count();
                let share = set.share(&variant.name).unwrap();
                // Five standard deviations, and a little for shares near 0.
                let allowed = 5.0 * (share * (1.0 - share) / 4_000.0).sqrt() + 0.001;
                prop_assert!((count as f64 / 4_000.0 - share).abs() <= allowed, "{count} {share}");
            }
        }

        #[test]
        fn a_changed_weight_moves_only_keys_to_or_from_that_variant(
            weights in proptest::collection::vec(1_u32..50, 2..6), at in any::<prop::sample::Index>(), to in 0_u32..100
        ) {
            let at = at.index(weights.len());
            let before = set(&weights);
            let mut changed = weights.clone();
            changed[at] = to;
            let after = set(&changed);
            let name = format!("v{at}");
            let mut moved = 0;
            for key in keys() {
                let (old, new) = (&before.pick("r", &key).name, &after.pick("r", &key).name);
                if old != new {
                    moved += 1;
                    // Towards it if it grew, away from it if it shrank.
                    prop_assert_eq!(if to > weights[at] { new } else { old }, &name);
                }
            }
            let share = |set: &Variants| set.share(&name).unwrap();
            let needed = (share(&after) - share(&before)).abs();
            prop_assert!(f64::from(moved) / 4_000.0 <= needed + 5.0 * (needed / 4_000.0).sqrt() + 0.001);
        }
    }
}
