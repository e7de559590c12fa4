//! The thread that has tokenizers loaded: one a process, begun when it is needed, gone with its memory (some 25 MB a
//! tokenizer) after a while without work. Nothing of it runs in a call.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use switchboard_engine::tokens::estimate_text_tokens;
use tiktoken::{CoreBpe, encoding};
use tokio::sync::oneshot;

/// More questions than this at a time get estimates.
const MOST_WAITING: usize = 16;

/// Longest wait for a count before an estimate is given.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long tokenizers stay loaded without work.
const KEPT: Duration = Duration::from_secs(60);

/// Longest text counted whole, in bytes; of a longer one this much, spread over it, is.
const COUNTED_WHOLE: usize = 1024 * 1024;

struct Job {
    encoding: &'static str,
    texts: Arc<Vec<String>>,
    /// Whose estimate fills in for what is not counted.
    model: String,
    answer: oneshot::Sender<Option<u64>>,
}

static WORKER: Mutex<Option<SyncSender<Job>>> = Mutex::new(None);

/// Returns the tokens of all texts together, or `None` if the tokenizer does not answer in time.
pub(super) async fn count(
    encoding: &'static str,
    texts: Arc<Vec<String>>,
    model: &str,
) -> Option<u64> {
    let (answer, counted) = oneshot::channel();
    let job = Job {
        encoding,
        texts,
        model: model.to_owned(),
        answer,
    };
    send(job)?;
    tokio::time::timeout(PATIENCE, counted).await.ok()?.ok()?
}

/// Gives the thread work, and begins it if there is none; `None`: it has too much already.
fn send(job: Job) -> Option<()> {
    let mut worker = WORKER.lock().unwrap_or_else(PoisonError::into_inner);
    let job = match &*worker {
        None => job,
        Some(running) => match running.try_send(job) {
            Ok(()) => return Some(()),
            Err(TrySendError::Full(_)) => return None,
            Err(TrySendError::Disconnected(job)) => job,
        },
    };
    let (sender, jobs) = sync_channel(MOST_WAITING);
    std::thread::Builder::new()
        .name("tokenizer".into())
        .spawn(move || run(&jobs))
        .ok()?;
    sender.try_send(job).ok()?;
    *worker = Some(sender);
    Some(())
}

fn run(jobs: &Receiver<Job>) {
    let mut loaded: BTreeMap<&'static str, CoreBpe> = BTreeMap::new();
    loop {
        let job = match jobs.recv_timeout(KEPT) {
            Ok(job) => job,
            // A question that comes in between finds nobody, and begins another thread.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        };
        // Nobody waits any more.
        if job.answer.is_closed() {
            continue;
        }
        if !loaded.contains_key(job.encoding)
            && let Some(tokenizer) = load(job.encoding)
        {
            loaded.insert(job.encoding, tokenizer);
        }
        let counted = loaded
            .get(job.encoding)
            .map(|tokenizer| total(tokenizer, &job.texts, &job.model));
        // The asker may have gone.
        let _ = job.answer.send(counted);
    }
}

fn load(name: &str) -> Option<CoreBpe> {
    match name {
        "o200k_base" => Some(encoding::o200k_base()),
        "cl100k_base" => Some(encoding::cl100k_base()),
        "qwen2" => Some(encoding::qwen2()),
        "mistral_v3" => Some(encoding::mistral_v3()),
        _ => None,
    }
}

/// Counts texts. Of long ones a part is counted and the estimate of the whole corrected by how far it was off there.
fn total(tokenizer: &CoreBpe, texts: &[String], model: &str) -> u64 {
    let all: usize = texts.iter().map(String::len).sum();
    if all <= COUNTED_WHOLE {
        return texts
            .iter()
            .map(|text| tokenizer.count(text) as u64)
            .fold(0, u64::saturating_add);
    }
    let (mut counted, mut estimated, mut whole) = (0_u64, 0_u64, 0_u64);
    for text in texts {
        whole = whole.saturating_add(estimate_text_tokens(text, model));
        for piece in sample(text, all) {
            counted = counted.saturating_add(tokenizer.count(piece) as u64);
            estimated = estimated.saturating_add(estimate_text_tokens(piece, model));
        }
    }
    let scaled = u128::from(whole) * u128::from(counted) / u128::from(estimated.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// Returns slices of a text, spread evenly: its part of what is counted of `all` bytes.
fn sample(text: &str, all: usize) -> impl Iterator<Item = &str> {
    const SLICES: usize = 16;
    let part = (text.len() as u128 * COUNTED_WHOLE as u128 / all as u128) as usize;
    let slice = part / SLICES;
    let apart = (text.len() - slice) / (SLICES - 1);
    (0..SLICES).filter_map(move |index| {
        let from = text.floor_char_boundary(apart * index);
        let to = text.floor_char_boundary(from + slice);
        text.get(from..to).filter(|piece| !piece.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn counted(text: &str) -> Option<u64> {
        count("o200k_base", Arc::new(vec![text.to_owned()]), "gpt-5.2").await
    }

    #[tokio::test]
    async fn the_tokenizer_counts_off_the_async_threads_and_all_questions_are_answered() {
        // From OpenAI's cookbook.
        assert_eq!(counted("tiktoken is great!").await, Some(6));
        let many = (0..8).map(|_| counted("antidisestablishmentarianism"));
        for one in futures_util::future::join_all(many).await {
            assert_eq!(one, Some(6));
        }
        assert_eq!(
            count("no such", Arc::new(vec!["a".into()]), "x").await,
            None
        );
    }

    #[test]
    fn ten_megabytes_are_counted_by_a_part_of_them() {
        let page = "The train was late again, so we waited (25 minutes). 火车又晚点了。\n";
        let pages = 10_000_000 / page.len();
        let tokenizer = load("o200k_base").unwrap();
        let texts = [
            page.repeat(pages / 2),
            String::new(),
            page.repeat(pages - pages / 2),
        ];
        let tokens = total(&tokenizer, &texts, "gpt-5.2") as f64;
        let truth = tokenizer.count(page) as f64 * pages as f64;
        assert!((tokens / truth - 1.0).abs() < 0.02, "{tokens} of {truth}");
        for hostile in [
            "a".repeat(2_000_000),
            " ".repeat(2_000_000),
            "😀".repeat(600_000),
        ] {
            assert!(total(&tokenizer, &[hostile], "gpt-5.2") > 0);
        }
    }
}
