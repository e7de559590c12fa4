//! What has been spent, what is set aside for attempts under way, and whether another attempt fits.
//!
//! Sums are kept by labels, not by budget, so a budget that is added or changed counts from the first moment what
//! was spent before. Calendar windows are summed from quarters of an hour: every zone's days begin on one. The
//! sliding hour is kept to the millisecond. What is set aside counts in whatever window is current; what is spent
//! counts where it was booked. There is no clock, no lock and no file here: times are passed in, in milliseconds
//! since 1970.
//!
//! The clock may be set. Forward, spending ages by the difference, as over a night of sleep. Backward, the sliding
//! hour's spending moves along, so that it still leaves after an hour; days keep what was booked in them.

mod agree;
mod each;

use super::budget::{Budget, Labels, Scope};
use super::period::{Calendar, HOUR_MS, Period, Window, remaining};
use crate::call::CallId;
use crate::price::PicoUsd;
use std::collections::{BTreeMap, HashMap};
use tokio::time::Instant;

/// Calendar sums are kept in steps of this.
pub const QUARTER_MS: i64 = HOUR_MS / 4;
/// Longest time back that counts: a month of 31 days and some.
pub const KEPT_MS: i64 = 33 * 24 * HOUR_MS;
/// Quarters of an hour with spending that are kept: two months of them.
const MOST_QUARTERS: usize = 6000;
/// A clock that goes back by less is jitter.
const JITTER_MS: i64 = 1000;
/// Entries of the sliding hour beyond which those of one second and one source become one.
const MOST_RECENT: usize = 100_000;
/// Combinations of labels kept apart. Beyond that a project and a model, which clients choose, are dropped where no
/// budget tells them apart; beyond twice as many, everywhere.
const MOST_LABELS: usize = 20_000;

/// Names an amount set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HoldId(pub u64);

/// Sums of spending, and the budgets over them.
#[derive(Debug, Default)]
pub struct Ledger {
    calendar: Calendar,
    labels: Vec<Labels>,
    known: HashMap<Labels, usize>,
    /// By quarter of an hour since 1970, then labels.
    quarters: BTreeMap<i64, HashMap<usize, i64>>,
    /// The last hour, by time and a number that makes it unique: labels and amount.
    recent: BTreeMap<(i64, u64), (usize, i64)>,
    recent_number: u64,
    holds: HashMap<HoldId, Hold>,
    next_hold: u64,
    /// What other processes have set aside.
    elsewhere: Vec<(usize, i64)>,
    /// What running calls have spent so far. What they have set aside is in `holds`.
    calls: HashMap<CallId, i64>,
    accounts: Vec<Account>,
    /// When it was last taken in what other processes do.
    looked: Option<Instant>,
    /// How many other processes there are.
    others: i64,
    /// The latest time seen.
    now: i64,
}

#[derive(Debug, Clone, Copy)]
struct Hold {
    call: CallId,
    labels: usize,
    amount: i64,
}

#[derive(Debug)]
struct Account {
    budget: Budget,
    /// In force of a raise, until then.
    raise: Option<(PicoUsd, i64)>,
    /// By labels, whether they count; filled as labels become known.
    covers: Vec<bool>,
    /// The sum of a calendar window.
    calendar: Option<(Window, i64)>,
    /// The sum of the last hour.
    hour: i64,
    /// Set aside here and elsewhere.
    reserved: i64,
    shared: agree::Shared,
    /// The name of the budget that counts each by itself, of which it is one.
    part_of: Option<String>,
}

/// How a budget stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub budget: Budget,
    /// The name of the budget that counts each by itself, of which this is one.
    pub part_of: Option<String>,
    /// With a raise that is in force.
    pub limit: Option<PicoUsd>,
    /// Until when a raise holds; `None`: there is none.
    pub raised_until: Option<i64>,
    pub spent: PicoUsd,
    pub reserved: PicoUsd,
    /// The calendar window; `None` for the sliding hour and single calls.
    pub window: Option<Window>,
    /// When spending next leaves: the end of the window; in a sliding hour, when its oldest spending is an hour
    /// old. `None`: nothing leaves.
    pub resets_at: Option<i64>,
}

/// Why an attempt may not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub budget: String,
    pub scope: Scope,
    pub period: Period,
    pub spent: PicoUsd,
    pub reserved: PicoUsd,
    pub limit: PicoUsd,
    /// What the attempt may cost.
    pub worst: PicoUsd,
    /// When it would fit if nothing else is spent; `None`: never in this call.
    pub resets_at: Option<i64>,
    /// Whether it fits once attempts under way have cost less than is set aside for them.
    pub for_now: bool,
}

impl Refusal {
    /// Returns how long it is until [`Self::resets_at`], in words.
    pub fn resets_in(&self, now: i64) -> Option<String> {
        self.resets_at.map(|at| remaining(now, at))
    }
}

impl Ledger {
    /// Puts budgets in force. What was spent and set aside before counts in them.
    pub fn configure(&mut self, calendar: Calendar, budgets: Vec<Budget>) {
        let raises: HashMap<String, (PicoUsd, i64)> = self
            .accounts
            .drain(..)
            .filter_map(|account| Some((account.budget.name, account.raise?)))
            .collect();
        self.calendar = calendar;
        self.accounts = budgets
            .into_iter()
            .map(|budget| {
                let raise = raises.get(&budget.name).copied();
                Account::new(budget, None, raise, &self.labels)
            })
            .collect();
        for at in 0..self.labels.len() {
            self.divide(at);
        }
        self.sum_anew();
    }

    /// Raises a budget's limit until a moment, or with `None` takes that back.
    pub fn raise(&mut self, budget: &str, raise: Option<(PicoUsd, i64)>) {
        for account in &mut self.accounts {
            if account.budget.name == budget || account.part_of.as_deref() == Some(budget) {
                account.raise = raise;
            }
        }
    }

    /// Forgets all that is spent, and what others have set aside; what this process has set aside stays. For
    /// reading it anew.
    pub fn clear_spent(&mut self) {
        self.quarters.clear();
        self.recent.clear();
        self.elsewhere.clear();
        self.sum_anew();
    }

    /// Sets `worst` aside for an attempt, in every budget it falls under or in none.
    ///
    /// # Errors
    /// The budget with no room; one that has none even when nothing is under way comes first.
    pub fn reserve(
        &mut self,
        call: CallId,
        labels: &Labels,
        worst: PicoUsd,
        now: i64,
    ) -> Result<HoldId, Refusal> {
        self.tick(now);
        let at = self.intern(labels);
        let amount = worst.0.max(0);
        let of_call = self.of_call(call);
        let mut refusal: Option<Refusal> = None;
        for index in 0..self.accounts.len() {
            if let Some(new) = self.refusal(index, at, amount, of_call, now)
                && refusal
                    .as_ref()
                    .is_none_or(|old| old.for_now && !new.for_now)
            {
                refusal = Some(new);
            }
        }
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        self.next_hold += 1;
        let id = HoldId(self.next_hold);
        self.holds.insert(
            id,
            Hold {
                call,
                labels: at,
                amount,
            },
        );
        self.add_reserved(at, amount);
        Ok(id)
    }

    /// Gives back what was set aside and books what was spent instead. Settling twice changes nothing.
    pub fn settle(&mut self, id: HoldId, cost: PicoUsd, now: i64) -> Option<Labels> {
        let hold = self.holds.remove(&id)?;
        self.add_reserved(hold.labels, -hold.amount);
        let amount = cost.0.max(0);
        if amount > 0 {
            let of_call = self.calls.entry(hold.call).or_default();
            *of_call = of_call.saturating_add(amount);
            self.tick(now);
            self.book(hold.labels, amount, now);
        }
        self.labels.get(hold.labels).cloned()
    }

    /// Books spending of another process, or of an earlier run of this one.
    pub fn add_spent(&mut self, labels: &Labels, amount: PicoUsd, at: i64) {
        let labels = self.intern(labels);
        self.book(labels, amount.0.max(0), at);
    }

    /// Takes in what other processes have set aside now, in place of what they had.
    pub fn set_elsewhere<'a>(&mut self, holds: impl Iterator<Item = (&'a Labels, PicoUsd)>) {
        for (labels, amount) in std::mem::take(&mut self.elsewhere) {
            self.add_reserved(labels, -amount);
        }
        for (labels, amount) in holds {
            let (labels, amount) = (self.intern(labels), amount.0.max(0));
            self.elsewhere.push((labels, amount));
            self.add_reserved(labels, amount);
        }
    }

    /// Forgets what a call has spent; it has ended.
    pub fn call_ended(&mut self, call: CallId) {
        self.calls.remove(&call);
    }

    /// Returns how every budget stands, in the order of the configuration.
    pub fn standings(&mut self, now: i64) -> Vec<Standing> {
        self.tick(now);
        (0..self.accounts.len())
            .map(|index| {
                let spent = self.spent(index, now);
                let account = &self.accounts[index];
                let period = account.budget.period;
                let window = period.window(&self.calendar, now);
                let resets_at = match period {
                    Period::Hour => self.leaves(index, 1),
                    Period::Call => None,
                    Period::Day | Period::Week | Period::Month => window.map(|window| window.end),
                };
                Standing {
                    limit: account.limit(now),
                    raised_until: account.raise.map(|(_, until)| until).filter(|at| *at > now),
                    budget: account.budget.clone(),
                    part_of: account.part_of.clone(),
                    spent: PicoUsd(spent),
                    reserved: PicoUsd(account.reserved),
                    window,
                    resets_at,
                }
            })
            .collect()
    }

    /// Returns what each caller has spent in the hours before `now`, oldest hour first, for `hours` hours; the
    /// last is the hour that ends now. Callers without spending are left out.
    pub fn hours_by_caller(&self, now: i64, hours: usize) -> HashMap<String, Vec<PicoUsd>> {
        let last = now.div_euclid(QUARTER_MS);
        let quarters = i64::try_from(hours).unwrap_or(i64::MAX / 8) * 4;
        let mut found: HashMap<String, Vec<PicoUsd>> = HashMap::new();
        for (quarter, amounts) in self.quarters.range(last - quarters + 1..=last) {
            let ago = usize::try_from((last - quarter) / 4).unwrap_or(0);
            for (labels, amount) in amounts {
                let Some(labels) = self.labels.get(*labels) else {
                    continue;
                };
                let name = labels.who();
                let sums = found.entry(name).or_insert_with(|| vec![PicoUsd(0); hours]);
                if let Some(sum) = hours.checked_sub(ago + 1).and_then(|at| sums.get_mut(at)) {
                    sum.0 = sum.0.saturating_add(*amount);
                }
            }
        }
        found
    }

    fn intern(&mut self, labels: &Labels) -> usize {
        if let Some(at) = self.known.get(labels) {
            return *at;
        }
        if let Some(fewer) = self.fewer(labels) {
            return self.intern(&fewer);
        }
        let at = self.labels.len();
        self.labels.push(labels.clone());
        self.known.insert(labels.clone(), at);
        for account in &mut self.accounts {
            let covers = account.budget.scope.covers(labels);
            account.covers.push(covers);
        }
        self.divide(at);
        at
    }

    /// Returns the labels with one left out, if there are so many that they have to share; `None`: they are kept.
    fn fewer(&self, labels: &Labels) -> Option<Labels> {
        let count = self.labels.len();
        if count < MOST_LABELS {
            return None;
        }
        let without_project = labels.project.is_some().then(|| Labels {
            project: None,
            ..labels.clone()
        });
        let without_model = (!labels.model.is_empty()).then(|| Labels {
            model: "".into(),
            ..labels.clone()
        });
        let counts_alike = |fewer: &Labels| {
            let mut scopes = self.accounts.iter().map(|account| &account.budget.scope);
            scopes.all(|scope| scope.covers(labels) == scope.covers(fewer))
        };
        let all = [without_project, without_model].into_iter().flatten();
        all.into_iter()
            .find(|fewer| count >= 2 * MOST_LABELS || counts_alike(fewer))
    }

    /// Takes in the time.
    fn tick(&mut self, now: i64) {
        let back = self.now - now;
        if self.now != 0 && back > JITTER_MS {
            let moved = std::mem::take(&mut self.recent);
            self.recent = moved
                .into_iter()
                .map(|((at, number), entry)| ((at - back, number), entry))
                .collect();
        }
        if back <= 0 || back > JITTER_MS {
            self.now = now;
        }
        while let Some(((at, number), (labels, amount))) = self
            .recent
            .first_key_value()
            .map(|(key, entry)| (*key, *entry))
            && at <= self.now - HOUR_MS
        {
            self.recent.remove(&(at, number));
            for account in self
                .accounts
                .iter_mut()
                .filter(|account| account.covers(labels))
            {
                account.hour -= amount;
            }
        }
    }

    fn book(&mut self, labels: usize, amount: i64, at: i64) {
        if amount == 0 {
            return;
        }
        let quarter = self.quarters.entry(at.div_euclid(QUARTER_MS)).or_default();
        let sum = quarter.entry(labels).or_default();
        *sum = sum.saturating_add(amount);
        // By number, not by age: a clock that is wrong for a while forgets nothing.
        if self.quarters.len() > MOST_QUARTERS {
            self.quarters.pop_first();
        }
        let is_recent = at > self.now - HOUR_MS;
        for account in self
            .accounts
            .iter_mut()
            .filter(|account| account.covers(labels))
        {
            if let Some((window, sum)) = &mut account.calendar
                && window.contains(at)
            {
                *sum = sum.saturating_add(amount);
            }
            if is_recent {
                account.hour = account.hour.saturating_add(amount);
            }
        }
        if is_recent {
            self.recent_number += 1;
            self.recent
                .insert((at, self.recent_number), (labels, amount));
            if self.recent.len() > MOST_RECENT {
                self.thin_out();
            }
        }
    }

    /// Makes one entry, at the latest time, of those of one second and the same labels. They leave up to a second
    /// late.
    fn thin_out(&mut self) {
        let mut merged: HashMap<(i64, usize), ((i64, u64), i64)> = HashMap::new();
        for ((at, number), (labels, amount)) in std::mem::take(&mut self.recent) {
            let entry = merged
                .entry((at.div_euclid(1000), labels))
                .or_insert(((at, number), 0));
            entry.0 = entry.0.max((at, number));
            entry.1 = entry.1.saturating_add(amount);
        }
        let entry = |((_, labels), (key, amount))| (key, (labels, amount));
        self.recent = merged.into_iter().map(entry).collect();
    }

    fn add_reserved(&mut self, labels: usize, amount: i64) {
        for account in self
            .accounts
            .iter_mut()
            .filter(|account| account.covers(labels))
        {
            account.reserved = account.reserved.saturating_add(amount);
        }
    }

    /// Returns what a call has spent and set aside.
    fn of_call(&self, call: CallId) -> (i64, i64) {
        let reserved = self.holds.values().filter(|hold| hold.call == call);
        (
            self.calls.get(&call).copied().unwrap_or(0),
            reserved.map(|hold| hold.amount).sum(),
        )
    }

    fn refusal(
        &mut self,
        index: usize,
        labels: usize,
        amount: i64,
        of_call: (i64, i64),
        now: i64,
    ) -> Option<Refusal> {
        let account = self.accounts.get(index)?;
        let limit = account.limit(now)?;
        if !account.budget.blocks || !account.covers(labels) {
            return None;
        }
        let (period, scope) = (account.budget.period, account.budget.scope.clone());
        let name = account.budget.name.clone();
        let (spent, reserved) = match period {
            Period::Call => of_call,
            Period::Hour | Period::Day | Period::Week | Period::Month => {
                let reserved = account.reserved;
                (self.spent(index, now), reserved)
            }
        };
        let wanted = i128::from(spent) + i128::from(amount);
        let limit_pico = i128::from(limit.0);
        if wanted + i128::from(reserved) <= limit_pico {
            return None;
        }
        let over = i64::try_from(wanted - limit_pico).unwrap_or(i64::MAX);
        let resets_at = match period {
            // What is set aside may turn out to be spent; it cannot be said when that leaves.
            Period::Hour if over <= 0 => None,
            Period::Hour => self.leaves(index, over),
            Period::Call => None,
            Period::Day | Period::Week | Period::Month => {
                period.window(&self.calendar, now).map(|window| window.end)
            }
        };
        Some(Refusal {
            budget: name,
            scope,
            period,
            spent: PicoUsd(spent),
            reserved: PicoUsd(reserved),
            limit,
            worst: PicoUsd(amount),
            resets_at,
            for_now: wanted <= limit_pico,
        })
    }

    /// Returns when at least `amount` of a sliding hour's spending has left it; `None`: it has not that much.
    fn leaves(&self, index: usize, amount: i64) -> Option<i64> {
        let account = self.accounts.get(index)?;
        let mut left = 0i64;
        for ((at, _), (labels, spent)) in &self.recent {
            if account.covers(*labels) {
                left = left.saturating_add(*spent);
                if left >= amount {
                    return Some(at.saturating_add(HOUR_MS));
                }
            }
        }
        None
    }

    /// Returns what is spent of a budget in its current window.
    fn spent(&mut self, index: usize, now: i64) -> i64 {
        let Some(account) = self.accounts.get_mut(index) else {
            return 0;
        };
        match account.budget.period {
            Period::Hour => return account.hour,
            Period::Call => return 0,
            Period::Day | Period::Week | Period::Month => {}
        }
        if let Some((window, sum)) = account.calendar
            && window.contains(now)
        {
            return sum;
        }
        let Some(window) = account.budget.period.window(&self.calendar, now) else {
            return 0;
        };
        let quarters = window.start.div_euclid(QUARTER_MS)..window.end.div_euclid(QUARTER_MS);
        let sum = self
            .quarters
            .range(quarters)
            .flat_map(|(_, amounts)| amounts)
            .filter(|(labels, _)| account.covers(**labels))
            .fold(0i64, |sum, (_, amount)| sum.saturating_add(*amount));
        account.calendar = Some((window, sum));
        sum
    }

    fn sum_anew(&mut self) {
        let holds = self.holds.values().map(|hold| (hold.labels, hold.amount));
        let reserved: Vec<_> = holds.chain(self.elsewhere.iter().copied()).collect();
        for account in &mut self.accounts {
            account.calendar = None;
            let of = |labels: &usize| account.covers.get(*labels) == Some(&true);
            let sum = |sum: i64, amount: i64| sum.saturating_add(amount);
            let hour = self.recent.values().filter(|(labels, _)| of(labels));
            account.hour = hour.map(|(_, amount)| *amount).fold(0, sum);
            let reserved = reserved.iter().filter(|(labels, _)| of(labels));
            account.reserved = reserved.map(|(_, amount)| *amount).fold(0, sum);
        }
    }
}

impl Account {
    fn covers(&self, labels: usize) -> bool {
        self.covers.get(labels) == Some(&true)
    }

    fn limit(&self, now: i64) -> Option<PicoUsd> {
        let limit = self.budget.limit?;
        match self.raise {
            Some((raised, until)) if now < until => Some(limit.max(raised)),
            _ => Some(limit),
        }
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
