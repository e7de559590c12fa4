//! The tables `votes` and `vote_calls`: blind verdicts, and how models did in them.

use crate::calls;
use crate::error::{Fault, StoreError};
use crate::sql::{id_bytes, now_ms};
use rusqlite::{Connection, params};
use switchboard_engine::call::CallId;

/// Schema of version 1.
pub(crate) const V1: &str = "
CREATE TABLE votes (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    grp TEXT NOT NULL,
    prompt_id TEXT,
    -- Ids of the compared calls, sorted: voting again on the same answers replaces the vote.
    answers BLOB NOT NULL,
    UNIQUE (grp, answers)
) STRICT;
CREATE INDEX votes_by_prompt ON votes(prompt_id) WHERE prompt_id IS NOT NULL;
CREATE TABLE vote_calls (
    vote INTEGER NOT NULL REFERENCES votes(id) ON DELETE CASCADE,
    -- Place in the order shown, from 0.
    place INTEGER NOT NULL,
    call BLOB NOT NULL,
    -- provider/model that wrote the answer.
    model TEXT NOT NULL,
    -- 'win', 'tie' or 'loss'.
    result TEXT NOT NULL,
    PRIMARY KEY (vote, place)
) STRICT, WITHOUT ROWID;
";

/// A vote of a blind comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    pub group: String,
    pub prompt_id: Option<String>,
    /// The calls that were compared, in the order shown.
    pub calls: Vec<CallId>,
    pub verdict: Verdict,
}

/// What the person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Winner(CallId),
    Tie,
    AllBad,
}

/// How one model did in blind votes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoteRow {
    /// `provider/model`.
    pub model: String,
    pub wins: u32,
    pub ties: u32,
    pub losses: u32,
}

/// How models did in blind votes over one prompt, best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoteRecord {
    pub rows: Vec<VoteRow>,
    pub votes: u32,
}

/// Records a vote. A second vote on the same answers of a group replaces the first.
pub(crate) fn cast(connection: &Connection, vote: &Vote) -> Result<(), Fault> {
    let invalid = |text: &str| Fault::Ours(StoreError::Invalid(text.to_owned()));
    let mut sorted = vote.calls.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() < 2 || sorted.len() != vote.calls.len() || sorted.len() > 64 {
        return Err(invalid(
            "`calls` of a vote must name 2 to 64 different calls",
        ));
    }
    if let Verdict::Winner(call) = vote.verdict
        && !vote.calls.contains(&call)
    {
        return Err(invalid("the winner of a vote must be one of its `calls`"));
    }
    let answers: Vec<u8> = sorted.iter().copied().flat_map(id_bytes).collect();
    connection
        .prepare_cached("DELETE FROM votes WHERE grp = ?1 AND answers = ?2")?
        .execute(params![vote.group, answers])?;
    connection
        .prepare_cached("INSERT INTO votes(at_ms, grp, prompt_id, answers) VALUES (?, ?, ?, ?)")?
        .execute(params![now_ms(), vote.group, vote.prompt_id, answers])?;
    let id = connection.last_insert_rowid();
    for (place, call) in vote.calls.iter().enumerate() {
        let Some((_, row)) = calls::one(connection, *call)? else {
            return Err(StoreError::NotFound {
                what: "call",
                id: call.to_string(),
            }
            .into());
        };
        let target = row.answered.unwrap_or(row.requested);
        let result = match vote.verdict {
            Verdict::Winner(winner) if winner == *call => "win",
            Verdict::Winner(_) | Verdict::AllBad => "loss",
            Verdict::Tie => "tie",
        };
        connection
            .prepare_cached(
                "INSERT INTO vote_calls(vote, place, call, model, result) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![
                id,
                i64::try_from(place).unwrap_or(i64::MAX),
                id_bytes(*call),
                format!("{}/{}", target.provider, target.model),
                result
            ])?;
    }
    Ok(())
}

/// Returns how models did over a prompt's votes: most wins first, then fewest losses, then name.
pub(crate) fn record(connection: &Connection, prompt_id: &str) -> Result<VoteRecord, Fault> {
    let votes = connection
        .prepare_cached("SELECT count(*) FROM votes WHERE prompt_id = ?1")?
        .query_row([prompt_id], |row| row.get(0))?;
    let rows = connection
        .prepare_cached(
            "SELECT model, sum(result = 'win'), sum(result = 'tie'), sum(result = 'loss')
             FROM vote_calls JOIN votes ON votes.id = vote_calls.vote
             WHERE votes.prompt_id = ?1 GROUP BY model ORDER BY 2 DESC, 4, 1",
        )?
        .query_map([prompt_id], |row| {
            Ok(VoteRow {
                model: row.get(0)?,
                wins: row.get(1)?,
                ties: row.get(2)?,
                losses: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(VoteRecord { rows, votes })
}
