//! What is summed of calls, and how it is packed.
//!
//! Packed sums are numbers of seven bits a byte, least first, signs folded in (zigzag): a mask of the counts that are
//! not 0, those counts, then both histograms as the number of their buckets and, for each, the gap to the one
//! before and its count.

use super::histogram::{Histogram, bucket};
use crate::error::{Fault, StoreError};

/// What is counted. The order is that of the file: new ones go to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Count {
    Answered,
    Failed,
    Cancelled,
    Interrupted,
    /// Pico-dollars of the attempts whose cost is known.
    Cost,
    /// Calls of unknown cost that used tokens or answered: one for each model in them of which that is so.
    Unpriced,
    /// Calls whose tokens or cost are estimated, as `Unpriced`.
    Estimated,
    /// Pico-dollars that are estimated.
    EstimatedCost,
    InputUncached,
    CacheRead,
    /// Kept for five minutes.
    CacheWrite,
    CacheWrite1h,
    OutputVisible,
    Reasoning,
    /// The tokens of attempts of unknown cost again, in the same order.
    UnpricedInputUncached,
    UnpricedCacheRead,
    UnpricedCacheWrite,
    UnpricedCacheWrite1h,
    UnpricedOutputVisible,
    UnpricedReasoning,
    /// Answered calls that an attempt of failed before; each counts under one of these three.
    RescuedByRetry,
    RescuedByFallback,
    RescuedByContinuation,
    Retries,
    /// Calls that got the route's fallback text. They count as answered, not as rescued.
    FallbackText,
    RatedGood,
    RatedBad,
    /// Tokens of known price of attempts that did not bring the answer; they are among the others too.
    AsideInputUncached,
    AsideCacheRead,
    AsideCacheWrite,
    AsideCacheWrite1h,
    AsideOutputVisible,
    AsideReasoning,
}

/// How many counts there are.
const COUNTS: usize = 33;

/// Sums over calls. They add up and are taken away exactly; no number of calls overflows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendSums {
    counts: Counts,
    latency: Histogram,
    first_token: Histogram,
}

impl Default for SpendSums {
    fn default() -> Self {
        Self {
            counts: [0; COUNTS],
            latency: Histogram::default(),
            first_token: Histogram::default(),
        }
    }
}

impl SpendSums {
    /// Returns a count.
    pub fn get(&self, count: Count) -> i128 {
        self.counts[count as usize]
    }

    /// Returns the ended calls.
    pub fn calls(&self) -> i128 {
        self.get(Count::Answered)
            + self.get(Count::Failed)
            + self.get(Count::Cancelled)
            + self.get(Count::Interrupted)
    }

    /// Returns the time in milliseconds that `share` of the answered calls did not take longer than, within 2.5 %;
    /// `None` if none answered.
    pub fn latency_ms(&self, share: f64) -> Option<u64> {
        self.latency.percentile(share)
    }

    /// As [`SpendSums::latency_ms`], to the first token.
    pub fn first_token_ms(&self, share: f64) -> Option<u64> {
        self.first_token.percentile(share)
    }

    /// Adds another's sums.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.latency.add_all(&other.latency);
        self.first_token.add_all(&other.first_token);
    }

    /// Returns counts so many times. Only for sums without times: those are not multiplied.
    pub(super) fn times(&self, times: i128) -> Self {
        let mut sums = self.clone();
        for count in &mut sums.counts {
            *count = count.saturating_mul(times);
        }
        sums
    }

    pub(super) fn count(&mut self, count: Count, more: i128) {
        let counted = &mut self.counts[count as usize];
        *counted = counted.saturating_add(more);
    }

    pub(super) fn count_latency(&mut self, ms: u64, calls: i64) {
        self.latency.add(bucket(ms), calls);
    }

    pub(super) fn count_first_token(&mut self, ms: u64, calls: i64) {
        self.first_token.add(bucket(ms), calls);
    }

    /// Forgets all, and keeps the room it took.
    pub(super) fn clear(&mut self) {
        self.counts = [0; COUNTS];
        self.latency.clear();
        self.first_token.clear();
    }

    /// Returns whether nothing is counted.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
            && self.latency.counted().next().is_none()
            && self.first_token.counted().next().is_none()
    }

    /// Appends the packed sums.
    pub(super) fn pack(&self, out: &mut Vec<u8>) {
        let mask = self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count != 0)
            .fold(0_u128, |mask, (at, _)| mask | 1 << at);
        put(out, mask);
        for count in self.counts.iter().filter(|count| **count != 0) {
            put(out, zigzag(*count));
        }
        for histogram in [&self.latency, &self.first_token] {
            put(out, histogram.counted().count() as u128);
            let mut last = 0;
            for (bucket, count) in histogram.counted() {
                put(out, (bucket - last) as u128);
                put(out, zigzag(i128::from(count)));
                last = bucket;
            }
        }
    }

    /// Adds packed sums and moves `packed` behind them.
    pub(super) fn add_packed(&mut self, packed: &mut &[u8]) -> Result<(), Fault> {
        let counts = read_counts(packed)?;
        self.add_counts(&counts);
        self.add_histograms(packed)
    }

    pub(super) fn add_counts(&mut self, counts: &Counts) {
        for (count, more) in self.counts.iter_mut().zip(counts) {
            *count = count.saturating_add(*more);
        }
    }

    /// Adds the second part of packed sums, which follows the counts.
    pub(super) fn add_histograms(&mut self, packed: &mut &[u8]) -> Result<(), Fault> {
        for histogram in [&mut self.latency, &mut self.first_token] {
            each_bucket(packed, |bucket, count| histogram.add(bucket, count))?;
        }
        Ok(())
    }
}

/// The first part of packed sums.
pub(super) type Counts = [i128; COUNTS];

/// Reads the counts of packed sums and moves `packed` behind them.
pub(super) fn read_counts(packed: &mut &[u8]) -> Result<Counts, Fault> {
    let mut counts = [0; COUNTS];
    let mut mask = take(packed)?;
    while mask != 0 {
        let at = mask.trailing_zeros() as usize;
        mask &= mask - 1;
        let count = unzigzag(take(packed)?);
        // A count of a later version is read over.
        if let Some(place) = counts.get_mut(at) {
            *place = count;
        }
    }
    Ok(counts)
}

/// Reads over the histograms of packed sums.
pub(super) fn skip_histograms(packed: &mut &[u8]) -> Result<(), Fault> {
    for _ in 0..2 {
        let buckets = usize::try_from(take(packed)?).map_err(|_| unreadable())?;
        skip(packed, buckets.saturating_mul(2))?;
    }
    Ok(())
}

/// Moves `packed` behind so many numbers. A number ends with the byte whose highest bit is not set.
fn skip(packed: &mut &[u8], mut numbers: usize) -> Result<(), Fault> {
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    while numbers >= 8
        && let Some((eight, rest)) = packed.split_first_chunk::<8>()
    {
        numbers -= (!u64::from_le_bytes(*eight) & HIGHEST).count_ones() as usize;
        *packed = rest;
    }
    while numbers > 0 {
        let (byte, rest) = packed.split_first().ok_or_else(unreadable)?;
        numbers -= usize::from(*byte < 0x80);
        *packed = rest;
    }
    Ok(())
}

fn each_bucket(packed: &mut &[u8], mut take_in: impl FnMut(usize, i64)) -> Result<(), Fault> {
    let buckets = take(packed)?;
    let mut bucket = 0_usize;
    for _ in 0..buckets {
        let gap = usize::try_from(take(packed)?).map_err(|_| unreadable())?;
        let count = i64::try_from(unzigzag(take(packed)?)).map_err(|_| unreadable())?;
        bucket = bucket.saturating_add(gap);
        take_in(bucket, count);
    }
    Ok(())
}

/// Appends a number, seven bits a byte.
pub(super) fn put(out: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads a number and moves `packed` behind it.
#[inline]
pub(super) fn take(packed: &mut &[u8]) -> Result<u128, Fault> {
    match packed.split_first() {
        Some((first, rest)) if *first < 0x80 => {
            *packed = rest;
            Ok(u128::from(*first))
        }
        _ => take_long(packed),
    }
}

fn take_long(packed: &mut &[u8]) -> Result<u128, Fault> {
    let mut low = 0_u64;
    for (at, byte) in packed.iter().take(9).enumerate() {
        low |= u64::from(byte & 0x7F) << (7 * at);
        if *byte < 0x80 {
            *packed = &packed[at + 1..];
            return Ok(u128::from(low));
        }
    }
    let mut number = u128::from(low);
    for (at, byte) in packed.iter().enumerate().take(19).skip(9) {
        number |= u128::from(byte & 0x7F) << (7 * at);
        if *byte < 0x80 {
            *packed = &packed[at + 1..];
            return Ok(number);
        }
    }
    Err(unreadable())
}

fn zigzag(number: i128) -> u128 {
    ((number << 1) ^ (number >> 127)) as u128
}

fn unzigzag(number: u128) -> i128 {
    (number >> 1) as i128 ^ -((number & 1) as i128)
}

/// The error for sums that no version of the program wrote.
pub(super) fn unreadable() -> Fault {
    Fault::Ours(StoreError::Invalid(
        "the sums of spend in the history cannot be read: run `switchboard-cli spend --rebuild`"
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_sums_are_read_as_they_were(
            counts in proptest::collection::vec(
                prop_oneof![Just(0), -9..9_i128, (i128::MIN / 2)..(i128::MAX / 2)], COUNTS),
            latencies in proptest::collection::vec((any::<u64>(), -3..300_i64), 0..9),
        ) {
            let mut sums = SpendSums::default();
            sums.counts.copy_from_slice(&counts);
            for (ms, calls) in latencies {
                sums.count_latency(ms, calls);
                sums.count_first_token(ms / 2, calls);
            }
            let mut packed = Vec::new();
            sums.pack(&mut packed);
            let mut read = SpendSums::default();
            let mut rest = packed.as_slice();
            read.add_packed(&mut rest).unwrap();
            prop_assert!(rest.is_empty());
            prop_assert_eq!(&read.counts, &sums.counts);
            prop_assert!(read.latency.counted().eq(sums.latency.counted()));
            prop_assert!(read.first_token.counted().eq(sums.first_token.counted()));
            packed.push(7);
            let mut rest = packed.as_slice();
            prop_assert_eq!(read_counts(&mut rest).unwrap(), sums.counts);
            skip_histograms(&mut rest).unwrap();
            prop_assert_eq!(rest, [7]);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut rest = bytes.as_slice();
            let _ = SpendSums::default().add_packed(&mut rest);
            let mut rest = bytes.as_slice();
            let _ = read_counts(&mut rest).and_then(|_| skip_histograms(&mut rest));
        }
    }
}
