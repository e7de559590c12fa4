//! Budgets that count each of many by itself: an account for each that spends, made as it is met.

use super::super::budget::{Budget, Labels, Scope};
use super::{Account, Ledger, agree};
use crate::price::PicoUsd;

/// Accounts of one such budget. What comes after them shares one more.
const MOST_PARTS: usize = 500;

impl Account {
    pub(super) fn new(
        budget: Budget,
        part_of: Option<String>,
        raise: Option<(PicoUsd, i64)>,
        labels: &[Labels],
    ) -> Self {
        let covers = labels.iter().map(|labels| budget.scope.covers(labels));
        Self {
            covers: covers.collect(),
            raise,
            calendar: None,
            hour: 0,
            reserved: 0,
            shared: agree::Shared::UNKNOWN,
            part_of,
            budget,
        }
    }
}

impl Ledger {
    /// Makes the accounts that labels need, known by their place.
    pub(super) fn divide(&mut self, at: usize) {
        let Some(labels) = self.labels.get(at).cloned() else {
            return;
        };
        for index in 0..self.accounts.len() {
            let whole = &self.accounts[index];
            if whole.part_of.is_none()
                && let Some(part) = whole.budget.scope.part(&labels)
            {
                let (budget, raise) = (whole.budget.clone(), whole.raise);
                self.add_part(budget, part, raise, at);
            }
        }
    }

    fn add_part(&mut self, whole: Budget, part: Scope, raise: Option<(PicoUsd, i64)>, at: usize) {
        let mine = self
            .accounts
            .iter()
            .filter(|account| account.part_of.as_ref() == Some(&whole.name));
        if mine.clone().any(|account| account.budget.scope == part) {
            return;
        }
        let is_full = mine.count() >= MOST_PARTS;
        let named = match part.name().filter(|_| !is_full) {
            Some(name) => format!("{}: {name}", whole.name),
            None => format!("{}: others", whole.name),
        };
        let shared = self
            .accounts
            .iter_mut()
            .find(|account| is_full && account.budget.name == named);
        if let Some(covers) = shared.and_then(|account| account.covers.get_mut(at)) {
            *covers = true;
            return;
        }
        let budget = Budget {
            name: named,
            // Of the last one the accounts themselves say what they cover.
            scope: if is_full { whole.scope.clone() } else { part },
            ..whole.clone()
        };
        let mut account = Account::new(budget, Some(whole.name), raise, &self.labels);
        if is_full && let Some(covers) = account.covers.get_mut(at) {
            *covers = true;
        }
        self.accounts.push(account);
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;

    const USD: i64 = 1_000_000_000_000;
    const NOW: i64 = 1_795_607_400_000;

    fn of(project: Option<&str>) -> Labels {
        Labels {
            project: project.map(Into::into),
            route: None,
            caller: "gateway".into(),
            key: Some("ci".into()),
            provider: "p".into(),
            model: "m".into(),
        }
    }

    fn ledger(scope: Scope) -> Ledger {
        let mut ledger = Ledger::default();
        let budget = Budget {
            name: "team".into(),
            scope,
            period: Period::Day,
            limit: Some(PicoUsd(USD)),
            degrade: super::super::super::budget::Degrade::Never,
            blocks: true,
        };
        ledger.configure(Calendar::default(), vec![budget]);
        ledger
    }

    fn fits(ledger: &mut Ledger, labels: &Labels, amount: i64) -> Result<HoldId, String> {
        let reserved = ledger.reserve(CallId::new(), labels, PicoUsd(amount), NOW);
        reserved.map_err(|refusal| refusal.budget)
    }

    #[test]
    fn each_project_has_the_whole_limit_for_itself_and_calls_without_one_are_not_counted() {
        let mut ledger = ledger(Scope::EachProject);
        for project in ["support", "research"] {
            let labels = of(Some(project));
            let hold = fits(&mut ledger, &labels, USD).unwrap();
            assert_eq!(
                fits(&mut ledger, &labels, 1),
                Err(format!("team: {project}"))
            );
            ledger.settle(hold, PicoUsd(USD), NOW);
            assert_eq!(
                fits(&mut ledger, &labels, 1),
                Err(format!("team: {project}"))
            );
        }
        fits(&mut ledger, &of(None), 50 * USD).unwrap();
    }

    #[test]
    fn what_was_spent_before_counts_in_a_new_budget_for_each() {
        let mut ledger = ledger(Scope::Global);
        ledger.add_spent(&of(Some("support")), PicoUsd(USD / 2), NOW);
        let each = Budget {
            name: "team".into(),
            scope: Scope::EachKey,
            ..ledger.accounts[0].budget.clone()
        };
        ledger.configure(Calendar::default(), vec![each]);
        assert!(fits(&mut ledger, &of(None), USD / 2 + 1).is_err());
        fits(&mut ledger, &of(None), USD / 2).unwrap();
        let standings = ledger.standings(NOW);
        let part = standings
            .iter()
            .find(|one| one.budget.name == "team: ci")
            .unwrap();
        assert_eq!(part.spent, PicoUsd(USD / 2));
        assert_eq!(part.part_of.as_deref(), Some("team"));
    }

    #[test]
    fn a_raise_holds_for_each_also_for_those_met_later() {
        let mut ledger = ledger(Scope::EachProject);
        fits(&mut ledger, &of(Some("a")), USD).unwrap();
        ledger.raise("team", Some((PicoUsd(2 * USD), NOW + 1000)));
        fits(&mut ledger, &of(Some("a")), USD).unwrap();
        fits(&mut ledger, &of(Some("b")), 2 * USD).unwrap();
        assert!(fits(&mut ledger, &of(Some("b")), 1).is_err());
    }

    #[test]
    fn those_beyond_the_most_share_one_limit() {
        let mut ledger = ledger(Scope::EachProject);
        for number in 0..super::MOST_PARTS {
            fits(&mut ledger, &of(Some(&format!("p{number}"))), USD).unwrap();
        }
        fits(&mut ledger, &of(Some("one more")), USD).unwrap();
        let refused = fits(&mut ledger, &of(Some("and another")), 1);
        assert_eq!(refused, Err("team: others".into()));
        assert!(fits(&mut ledger, &of(Some("p3")), 1).is_err());
        assert!(ledger.standings(NOW).len() <= super::MOST_PARTS + 2);
    }
}
