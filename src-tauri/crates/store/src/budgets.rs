//! Money: what is set aside and spent, by whom, so that it outlives the process and other processes see it.
//!
//! Calls are kept elsewhere; here are only amounts with labels. What is set aside by a process that is gone counts
//! as spent: its provider may have answered to the end.

use crate::error::{Fault, StoreError};
use crate::store::Store;
use rusqlite::{Connection, Row, params};
use std::sync::Arc;
use switchboard_engine::admit::{Booking, Outgoing};
use switchboard_engine::policy::budget::Labels;
use switchboard_engine::policy::ledger::{KEPT_MS, QUARTER_MS};
use switchboard_engine::policy::period::HOUR_MS;
use switchboard_engine::price::PicoUsd;

/// What version 3 adds.
pub(crate) const V3: &str = "
-- What attempts have cost. Rows that are hours old are summed by quarter of an hour.
CREATE TABLE budget_spend (
    -- Never used again, so that a process knows what it has read.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    -- owners.id of the process that booked it.
    owner INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    project TEXT,
    route TEXT,
    caller TEXT NOT NULL,
    caller_key TEXT,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    amount_pico INTEGER NOT NULL
) STRICT;
CREATE INDEX budget_spend_by_time ON budget_spend(at_ms);
-- What attempts under way may cost at worst.
CREATE TABLE budget_open (
    owner INTEGER NOT NULL,
    -- Counts within the process.
    hold INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    project TEXT,
    route TEXT,
    caller TEXT NOT NULL,
    caller_key TEXT,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    amount_pico INTEGER NOT NULL,
    PRIMARY KEY (owner, hold)
) STRICT, WITHOUT ROWID;
-- Limits that are raised until a budget resets.
CREATE TABLE budget_raises (
    budget TEXT PRIMARY KEY,
    limit_pico INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Callers whose calls are refused.
CREATE TABLE stopped_callers (
    caller TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    -- 'info', 'warning' or 'alarm'.
    level TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    budget TEXT,
    caller TEXT,
    dismissed INTEGER NOT NULL DEFAULT 0,
    muted INTEGER NOT NULL DEFAULT 0
) STRICT;
-- What has been told of each thing that is watched, as JSON.
CREATE TABLE alert_marks (
    name TEXT PRIMARY KEY,
    marks TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE alert_mutes (
    budget TEXT PRIMARY KEY,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- One row: rises with every change of the tables above, so that others see with one read that there is none.
CREATE TABLE budget_changes (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO budget_changes(one, number) VALUES (1, 0);
";

const LABELS: &str = "project, route, caller, caller_key, provider, model";

/// A limit that is raised for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRaise {
    pub budget: String,
    pub limit: PicoUsd,
    /// Milliseconds since 1970.
    pub until_ms: i64,
}

/// A caller whose calls are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedCallerRow {
    pub caller: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub reason: String,
}

/// What there is to know since a process last looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BudgetNews {
    /// To be given at the next look.
    pub seen: BudgetSeen,
    /// Booked by others since then.
    pub spent: Vec<Booking>,
    /// Set aside by others now.
    pub elsewhere: Vec<Booking>,
    pub raises: Vec<BudgetRaise>,
    pub stopped: Vec<StoppedCallerRow>,
    /// Until when a budget's alerts are muted.
    pub mutes: Vec<(String, i64)>,
    /// How many other processes have the history open.
    pub others: usize,
}

/// How far a process has read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BudgetSeen {
    /// The last row of spending.
    seq: i64,
    /// The number of changes.
    changes: i64,
}

impl Store {
    /// Writes what is set aside and spent, in one transaction.
    ///
    /// # Errors
    /// Why the file could not be written; then nothing of it was.
    pub async fn write_money(&self, outgoing: Outgoing) -> Result<(), StoreError> {
        let owner = self.owner();
        self.write(move |connection| write(connection, owner, &outgoing))
            .await
    }

    /// Has `decide` say what is to be written once it knows what changed since `seen` (`None`: nothing), and writes it,
    /// in one transaction in which nobody else can write. Returns what is seen then.
    ///
    /// # Errors
    /// Why the file could not be read or written; then nothing was written, also if `decide` was asked.
    pub async fn agree_money(
        &self,
        seen: BudgetSeen,
        decide: impl FnOnce(Option<BudgetNews>) -> Outgoing + Send + 'static,
    ) -> Result<BudgetSeen, StoreError> {
        let owner = self.owner();
        self.write(move |connection| {
            let news = match changes(connection)? == seen.changes {
                true => None,
                false => Some(read(connection, Some(seen), owner)?),
            };
            let mut seen = news.as_ref().map_or(seen, |news| news.seen);
            let outgoing = decide(news);
            if !outgoing.is_empty() {
                write(connection, owner, &outgoing)?;
                seen.changes = changes(connection)?;
            }
            Ok(seen)
        })
        .await
    }

    /// Returns all that counts in budgets at a launch. What processes that are gone had set aside counts as spent from
    /// then on.
    ///
    /// # Errors
    /// Why the file could not be read or written.
    pub async fn all_money(&self, now_ms: i64) -> Result<BudgetNews, StoreError> {
        let owner = self.owner();
        self.write(move |connection| {
            tidy(connection, now_ms)?;
            read(connection, None, owner)
        })
        .await
    }

    /// Sums what is old and forgets what no longer counts.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn tidy_money(&self, now_ms: i64) -> Result<(), StoreError> {
        self.write(move |connection| tidy(connection, now_ms)).await
    }

    /// Returns what changed since `seen`; `None`: nothing.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn money_since(&self, seen: BudgetSeen) -> Result<Option<BudgetNews>, StoreError> {
        let owner = self.owner();
        self.read(move |connection| {
            if changes(connection)? == seen.changes {
                return Ok(None);
            }
            let transaction = connection.unchecked_transaction()?;
            let news = read(&transaction, Some(seen), owner)?;
            transaction.commit()?;
            Ok(Some(news))
        })
        .await
    }

    /// Raises a limit for a while, or with `None` takes that back.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn raise_budget(
        &self,
        budget: &str,
        raise: Option<BudgetRaise>,
    ) -> Result<(), StoreError> {
        let budget = budget.to_owned();
        self.write(move |connection| {
            connection.execute("DELETE FROM budget_raises WHERE budget = ?1", [&budget])?;
            if let Some(raise) = raise {
                connection.execute(
                    "INSERT INTO budget_raises(budget, limit_pico, until_ms) VALUES (?1, ?2, ?3)",
                    params![budget, raise.limit.0, raise.until_ms],
                )?;
            }
            changed(connection)
        })
        .await
    }

    /// Stops a caller, or lets it go on.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn stop_caller(
        &self,
        caller: &str,
        stop: Option<StoppedCallerRow>,
    ) -> Result<(), StoreError> {
        let caller = caller.to_owned();
        self.write(move |connection| {
            connection.execute("DELETE FROM stopped_callers WHERE caller = ?1", [&caller])?;
            if let Some(stop) = stop {
                connection.execute(
                    "INSERT INTO stopped_callers(caller, at_ms, reason) VALUES (?1, ?2, ?3)",
                    params![caller, stop.at_ms, stop.reason],
                )?;
            }
            changed(connection)
        })
        .await
    }
}

/// Notes that something of these tables changed.
pub(crate) fn changed(connection: &Connection) -> Result<(), Fault> {
    connection
        .prepare_cached("UPDATE budget_changes SET number = number + 1")?
        .execute([])?;
    Ok(())
}

fn changes(connection: &Connection) -> Result<i64, Fault> {
    Ok(connection
        .prepare_cached("SELECT number FROM budget_changes")?
        .query_row([], |row| row.get(0))?)
}

fn write(connection: &Connection, owner: i64, outgoing: &Outgoing) -> Result<(), Fault> {
    let insert = |table: &str, first: &str| {
        format!(
            "INSERT OR REPLACE INTO {table}({first}, at_ms, {LABELS}, amount_pico)
             VALUES (?1, {}?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            if first.contains(',') { "?10, " } else { "" }
        )
    };
    let mut open = connection.prepare_cached(&insert("budget_open", "owner, hold"))?;
    for (hold, booking) in &outgoing.opened {
        let Labels {
            project,
            route,
            caller,
            key,
            provider,
            model,
        } = &booking.labels;
        open.execute(params![
            owner,
            booking.at,
            project.as_deref(),
            route.as_deref(),
            &**caller,
            key.as_deref(),
            &**provider,
            &**model,
            booking.amount.0,
            i64::try_from(hold.0).unwrap_or(i64::MAX),
        ])?;
    }
    let mut close =
        connection.prepare_cached("DELETE FROM budget_open WHERE owner = ?1 AND hold = ?2")?;
    for hold in &outgoing.closed {
        close.execute(params![owner, i64::try_from(hold.0).unwrap_or(i64::MAX)])?;
    }
    let mut spend = connection.prepare_cached(&insert("budget_spend", "owner"))?;
    for booking in &outgoing.spent {
        let Labels {
            project,
            route,
            caller,
            key,
            provider,
            model,
        } = &booking.labels;
        spend.execute(params![
            owner,
            booking.at,
            project.as_deref(),
            route.as_deref(),
            &**caller,
            key.as_deref(),
            &**provider,
            &**model,
            booking.amount.0,
        ])?;
    }
    changed(connection)
}

/// Reads what others did since `seen`; with `None`, what anybody did.
fn read(
    connection: &Connection,
    seen: Option<BudgetSeen>,
    owner: i64,
) -> Result<BudgetNews, Fault> {
    let after = seen.map_or(0, |seen| seen.seq);
    let others = if seen.is_some() {
        "AND owner <> ?2"
    } else {
        "AND ?2 = ?2"
    };
    let spent = connection
        .prepare_cached(&format!(
            "SELECT at_ms, {LABELS}, amount_pico FROM budget_spend WHERE seq > ?1 {others} ORDER BY at_ms"
        ))?
        .query_map([after, owner], booking)?
        .collect::<Result<_, _>>()?;
    let seq = connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM budget_spend")?
        .query_row([], |row| row.get::<_, i64>(0))?;
    let elsewhere = connection
        .prepare_cached(&format!(
            "SELECT at_ms, {LABELS}, amount_pico FROM budget_open WHERE owner <> ?1"
        ))?
        .query_map([owner], booking)?
        .collect::<Result<_, _>>()?;
    let raises = connection
        .prepare_cached("SELECT budget, limit_pico, until_ms FROM budget_raises")?
        .query_map([], |row| {
            Ok(BudgetRaise {
                budget: row.get(0)?,
                limit: PicoUsd(row.get(1)?),
                until_ms: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let stopped = connection
        .prepare_cached("SELECT caller, at_ms, reason FROM stopped_callers ORDER BY caller")?
        .query_map([], |row| {
            Ok(StoppedCallerRow {
                caller: row.get(0)?,
                at_ms: row.get(1)?,
                reason: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let mutes = connection
        .prepare_cached("SELECT budget, until_ms FROM alert_mutes")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let others = connection
        .prepare_cached("SELECT count(*) FROM owners WHERE id <> ?1")?
        .query_row([owner], |row| row.get::<_, i64>(0))?;
    Ok(BudgetNews {
        others: usize::try_from(others).unwrap_or(usize::MAX),
        seen: BudgetSeen {
            seq: seq.max(after),
            changes: changes(connection)?,
        },
        spent,
        elsewhere,
        raises,
        stopped,
        mutes,
    })
}

fn booking(row: &Row<'_>) -> rusqlite::Result<Booking> {
    let text = |at: usize| row.get::<_, Option<Arc<str>>>(at);
    Ok(Booking {
        at: row.get(0)?,
        labels: Labels {
            project: text(1)?,
            route: text(2)?,
            caller: row.get(3)?,
            key: text(4)?,
            provider: row.get(5)?,
            model: row.get(6)?,
        },
        amount: PicoUsd(row.get(7)?),
    })
}

/// Books what processes that are gone had set aside, forgets what no longer counts, and sums what is hours old by
/// quarter of an hour, in the oldest row of each: others have read that, and do not read it again.
fn tidy(connection: &Connection, now_ms: i64) -> Result<(), Fault> {
    let gone = "owner NOT IN (SELECT id FROM owners)";
    connection.execute(
        &format!(
            "INSERT INTO budget_spend(owner, at_ms, {LABELS}, amount_pico)
             SELECT 0, at_ms, {LABELS}, amount_pico FROM budget_open WHERE {gone}"
        ),
        [],
    )?;
    let orphans = connection.execute(&format!("DELETE FROM budget_open WHERE {gone}"), [])?;
    if orphans > 0 {
        tracing::info!(
            orphans,
            "attempts that were interrupted count at their worst cost"
        );
    }
    connection.execute(
        "DELETE FROM budget_spend WHERE at_ms < ?1",
        [now_ms.saturating_sub(KEPT_MS)],
    )?;
    let old = params![now_ms.saturating_sub(3 * HOUR_MS), QUARTER_MS];
    let groups = format!("at_ms / ?2, {LABELS}");
    connection.execute(
        &format!(
            "UPDATE budget_spend SET amount_pico = sums.amount FROM
                 (SELECT min(seq) AS first, sum(amount_pico) AS amount FROM budget_spend
                  WHERE at_ms < ?1 GROUP BY {groups} HAVING count(*) > 1) AS sums
             WHERE seq = sums.first"
        ),
        old,
    )?;
    connection.execute(
        &format!(
            "DELETE FROM budget_spend WHERE at_ms < ?1 AND seq NOT IN
                 (SELECT min(seq) FROM budget_spend WHERE at_ms < ?1 GROUP BY {groups})"
        ),
        old,
    )?;
    connection.execute("DELETE FROM budget_raises WHERE until_ms <= ?1", [now_ms])?;
    connection.execute("DELETE FROM alert_mutes WHERE until_ms <= ?1", [now_ms])?;
    changed(connection)
}
