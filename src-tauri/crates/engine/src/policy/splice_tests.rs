use super::*;
use proptest::prelude::*;

const TEXT: &str = "The sky is blue because air scatters short waves of light far more than long ones. \
    At sunset the light has a longer way to go, so that most of the blue is lost on it and the red is \
    what remains. The same holds on other planets, with other colours.";

/// Pushes the pieces until the join is settled; returns the joined text, or `None` if they stay apart.
fn join(shown: &str, pieces: &[&str]) -> Option<String> {
    let mut splice = Splice::new(shown);
    for (index, piece) in pieces.iter().enumerate() {
        match splice.push(shown, piece) {
            Verdict::Hold => {}
            Verdict::Joined(at) => {
                let rest = splice.into_held()[at..].to_owned();
                return Some(format!("{shown}{rest}{}", pieces[index + 1..].concat()));
            }
            Verdict::Apart => return None,
        }
    }
    None
}

/// Cuts a text into pieces of `size` characters.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut cuts: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .step_by(size)
        .collect();
    cuts.push(text.len());
    cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect()
}

#[test]
fn a_repeated_answer_is_joined_at_every_cut() {
    for cut in 1..TEXT.len() {
        let joined = join(&TEXT[..cut], &pieces(TEXT, 7));
        assert_eq!(joined.as_deref(), Some(TEXT), "cut at {cut}");
    }
}

#[test]
fn a_repeat_behind_other_words_is_joined() {
    let again = format!("Of course, here it is again: {TEXT}");
    let joined = join(&TEXT[..150], &pieces(&again, 5));
    assert_eq!(joined.as_deref(), Some(TEXT));
}

#[test]
fn an_answer_in_other_words_stays_apart() {
    let other = "Rayleigh scattering makes the sky appear blue to us. ".repeat(8);
    assert_eq!(join(&TEXT[..150], &pieces(&other, 5)), None);
}

#[test]
fn a_short_text_is_joined_only_by_an_answer_that_begins_with_it() {
    assert_eq!(
        join("Yes, ", &["Yes", ", but"]).as_deref(),
        Some("Yes, but")
    );
    assert_eq!(join("Yes, ", &["Well, Yes, "]), None);
}

#[test]
fn an_end_that_stands_twice_in_the_text_is_no_anchor() {
    let row = "| a cell with words | another cell with words |\n";
    let table = row.repeat(3);
    assert_eq!(Splice::new(&table).anchor, None);
    let rules = format!("{TEXT}{}", "-".repeat(60));
    assert!(
        Splice::new(&rules)
            .anchor
            .is_some_and(|at| at < TEXT.len() - 20),
        "a rule alone is no anchor"
    );
}

#[test]
fn what_is_held_back_is_bounded() {
    let shown = &TEXT[..150];
    let mut splice = Splice::new(shown);
    let mut held = 0;
    while splice.push(shown, "other words ") == Verdict::Hold {
        held += 12;
        assert!(held <= shown.len() * 5 / 4 + SLACK);
    }
}

proptest! {
    #[test]
    fn any_text_cut_anywhere_is_joined_when_it_is_repeated(
        text in "\\PC{1,300}", cut in 0usize..300, size in 1usize..40
    ) {
        let cut = text.char_indices().map(|(at, _)| at).nth(cut + 1).unwrap_or(text.len());
        let joined = join(&text[..cut], &pieces(&text, size));
        prop_assert_eq!(joined, Some(text));
    }

    #[test]
    fn a_joined_text_is_the_shown_one_and_an_end_of_the_new(
        shown in "[ab é☃\n]{0,400}", other in "[ab é☃\n]{0,900}", size in 1usize..40
    ) {
        if let Some(joined) = join(&shown, &pieces(&other, size)) {
            let rest = joined.strip_prefix(shown.as_str()).unwrap();
            prop_assert!(other.ends_with(rest));
            let repeated = &other[..other.len() - rest.len()];
            prop_assert!(shown.ends_with(repeated) || repeated.ends_with(&shown[anchor(&shown).unwrap()..]));
        }
    }
}
