//! How many calls may be sent twice to be answered sooner.

/// One hedge for this many calls: 2 %.
const CALLS_PER_HEDGE: u32 = 50;
/// Most hedges saved up.
const MOST_SAVED: u32 = 5;

/// Every call saves a fiftieth of a hedge; a hedge spends a whole one. Never more than 2 % of calls, however
/// few or many they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct HedgeBudget {
    /// In fiftieths.
    saved: u32,
}

impl HedgeBudget {
    /// Counts a call.
    pub fn call(&mut self) {
        self.saved = (self.saved + 1).min(MOST_SAVED * CALLS_PER_HEDGE);
    }

    /// Spends one hedge; `false` if none is saved up.
    pub fn take(&mut self) -> bool {
        let Some(left) = self.saved.checked_sub(CALLS_PER_HEDGE) else {
            return false;
        };
        self.saved = left;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_one_call_in_fifty_is_hedged() {
        let mut budget = HedgeBudget::default();
        let mut hedges = 0;
        for _ in 0..1_000 {
            budget.call();
            hedges += u32::from(budget.take());
        }
        assert_eq!(hedges, 20);
    }

    #[test]
    fn only_a_few_hedges_are_saved_up() {
        let mut budget = HedgeBudget::default();
        for _ in 0..100_000 {
            budget.call();
        }
        let mut hedges = 0;
        while budget.take() {
            hedges += 1;
        }
        assert_eq!(hedges, 5);
    }
}
