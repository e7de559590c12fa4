//! What a streaming client has been shown, so that an answer that starts over can be joined to it.

/// Stands between a text that broke off and one that says something else.
pub(super) const MARK: &str = "\n\n[The answer broke off here and starts over.]\n\n";

/// The text shown so far. A client cannot take text back: where a new answer repeats it nothing is shown,
/// where it differs the break is marked.
#[derive(Debug, Default)]
pub(super) struct Shown {
    text: String,
    /// How far the new answer has repeated `text`; `None`: nothing is being repeated.
    repeated: Option<usize>,
}

impl Shown {
    /// The answer starts over.
    pub(super) fn restart(&mut self) {
        if !self.text.is_empty() {
            self.repeated = Some(0);
        }
    }

    /// Takes a piece of the answer; returns what to show of it and whether it departs from what was shown.
    pub(super) fn add(&mut self, piece: &str) -> (String, bool) {
        let Some(at) = self.repeated else {
            self.text.push_str(piece);
            return (piece.to_owned(), false);
        };
        let rest = self.text.get(at..).unwrap_or_default();
        if rest.starts_with(piece) {
            let at = at + piece.len();
            self.repeated = (at < self.text.len()).then_some(at);
            return (String::new(), false);
        }
        if let Some(new) = piece.strip_prefix(rest) {
            let new = new.to_owned();
            self.text.push_str(&new);
            self.repeated = None;
            return (new, false);
        }
        (self.depart(at, piece), true)
    }

    /// The answer is whole. Returns what is still to show: an answer that ends within what was shown
    /// departs from it.
    pub(super) fn end(&mut self) -> Option<String> {
        let at = self.repeated?;
        Some(self.depart(at, ""))
    }

    fn depart(&mut self, at: usize, piece: &str) -> String {
        let mut new = self.text.get(..at).unwrap_or_default().to_owned();
        new.push_str(piece);
        self.repeated = None;
        let show = format!("{MARK}{new}");
        self.text = new;
        show
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_repeats_what_was_shown_goes_on_where_it_broke() {
        let mut shown = Shown::default();
        shown.add("The sky ");
        shown.restart();
        assert_eq!(shown.add("The"), (String::new(), false));
        assert_eq!(shown.add(" sky is blue"), ("is blue".into(), false));
        assert_eq!(shown.add("."), (".".into(), false));
        assert_eq!(shown.end(), None);
    }

    #[test]
    fn an_answer_that_differs_is_shown_whole_after_a_mark() {
        let mut shown = Shown::default();
        shown.add("The sky ");
        shown.restart();
        assert_eq!(shown.add("The "), (String::new(), false));
        assert_eq!(shown.add("air"), (format!("{MARK}The air"), true));
        shown.restart();
        shown.add("The");
        assert_eq!(shown.end(), Some(format!("{MARK}The")));
    }
}
