//! The log: JSON lines in files of bounded size, and what matters on standard error.
//!
//! Every line passes through the redactor at the last moment, whatever wrote it.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// Variable that says what standard error shows, such as `info` or `switchboard_engine=debug`.
pub const LOG_VARIABLE: &str = "SWITCHBOARD_LOG";

/// Name of the newest file; older ones end in `.1`, `.2`, ….
const FILE: &str = "switchboard.log";
/// Size at which a new file is begun, in bytes.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;
/// Files kept, the newest included.
const FILES: u32 = 4;

type Redact = dyn Fn(&str) -> Cow<'_, str> + Send + Sync;

/// The running log of this process.
#[derive(Clone)]
pub struct Log {
    sink: Arc<Sink>,
}

struct Sink {
    redact: RwLock<Box<Redact>>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Log")
    }
}

impl Log {
    /// Starts to log into `dir` and to standard error, for the whole process.
    ///
    /// # Errors
    /// If the folder or file cannot be made, or a log runs already. In the first case standard error is
    /// not set up either: call [`Log::to_stderr`].
    pub fn start(
        dir: &Path,
        redact: impl Fn(&str) -> Cow<'_, str> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let file = RotatingFile::open(dir, FILE_LIMIT, FILES)?;
        let log = Self::new(redact);
        log.with_file(file)
            .with(log.stderr_layer())
            .try_init()
            .map_err(io::Error::other)?;
        Ok(log)
    }

    /// Starts to log to standard error only: for when no file can be written.
    ///
    /// # Errors
    /// If a log runs already.
    pub fn to_stderr(
        redact: impl Fn(&str) -> Cow<'_, str> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let log = Self::new(redact);
        let layer = log.stderr_layer();
        tracing_subscriber::registry()
            .with(layer)
            .try_init()
            .map_err(io::Error::other)?;
        Ok(log)
    }

    /// Replaces the redactor: the application knows more secrets than there were at the start.
    pub fn redact_with(&self, redact: impl Fn(&str) -> Cow<'_, str> + Send + Sync + 'static) {
        *self
            .sink
            .redact
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = Box::new(redact);
    }

    fn new(redact: impl Fn(&str) -> Cow<'_, str> + Send + Sync + 'static) -> Self {
        Self {
            sink: Arc::new(Sink {
                redact: RwLock::new(Box::new(redact)),
            }),
        }
    }

    fn with_file(
        &self,
        file: RotatingFile,
    ) -> impl SubscriberInitExt + tracing::Subscriber + for<'a> LookupSpan<'a> + use<> {
        let writer = Redacted {
            log: self.clone(),
            out: Arc::new(Mutex::new(file)),
        };
        let layer = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(writer)
            .with_filter(filter_fn(belongs_in_file));
        tracing_subscriber::registry().with(layer)
    }

    fn stderr_layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        let filter = EnvFilter::builder()
            .with_default_directive(LevelFilter::WARN.into())
            .with_env_var(LOG_VARIABLE)
            .from_env_lossy();
        let writer = Redacted {
            log: self.clone(),
            out: Arc::new(Mutex::new(io::stderr())),
        };
        tracing_subscriber::fmt::layer()
            .compact()
            .with_ansi(false)
            .with_writer(writer)
            .with_filter(filter)
    }
}

/// The file has our own informations, and what others warn of.
fn belongs_in_file(meta: &tracing::Metadata<'_>) -> bool {
    let most = if meta.target().starts_with("switchboard") {
        tracing::Level::INFO
    } else {
        tracing::Level::WARN
    };
    *meta.level() <= most
}

/// Makes writers that gather one event and write it redacted.
struct Redacted<W> {
    log: Log,
    out: Arc<Mutex<W>>,
}

impl<'a, W: Write + 'a> MakeWriter<'a> for Redacted<W> {
    type Writer = Line<W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line {
            log: self.log.clone(),
            out: self.out.clone(),
            bytes: Vec::new(),
        }
    }
}

/// One event on its way out.
struct Line<W: Write> {
    log: Log,
    out: Arc<Mutex<W>>,
    bytes: Vec<u8>,
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Drop for Line<W> {
    fn drop(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&self.bytes);
        let redact = self
            .log
            .sink
            .redact
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let text = redact(&text);
        let mut out = self
            .out
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // A log that cannot be written has nowhere to say so.
        let _ = out.write_all(text.as_bytes());
    }
}

/// A file that is put aside when it is full. A line is never split.
struct RotatingFile {
    path: PathBuf,
    file: File,
    size: u64,
    limit: u64,
    files: u32,
}

impl RotatingFile {
    fn open(dir: &Path, limit: u64, files: u32) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let path = dir.join(FILE);
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path,
            file,
            size,
            limit,
            files,
        })
    }

    fn rotate(&mut self) -> io::Result<()> {
        let numbered = |number: u32| self.path.with_file_name(format!("{FILE}.{number}"));
        for number in (1..self.files - 1).rev() {
            // The older ones need not exist.
            let _ = std::fs::rename(numbered(number), numbered(number + 1));
        }
        std::fs::rename(&self.path, numbered(1))?;
        self.file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.size > 0 && self.size.saturating_add(length) > self.limit {
            self.rotate()?;
        }
        self.file.write_all(bytes)?;
        self.size = self.size.saturating_add(length);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hide_secret(text: &str) -> Cow<'_, str> {
        text.replace("sk-secret", "[redacted]").into()
    }

    #[test]
    fn lines_are_json_and_redacted_at_the_last_moment() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::new(|text| text.into());
        let file = RotatingFile::open(dir.path(), FILE_LIMIT, FILES).unwrap();
        let subscriber = log.with_file(file);
        let _guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
        log.redact_with(hide_secret);
        tracing::info!(target: "switchboard_app", key = "sk-secret", "tried sk-secret");
        tracing::info!(target: "hyper", "not ours");
        let text = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["message"], "tried [redacted]");
        assert_eq!(line["key"], "[redacted]");
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn files_are_bounded_in_size_and_number() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = RotatingFile::open(dir.path(), 100, 3).unwrap();
        for number in 0..100 {
            file.write_all(format!("line {number:04} of the log\n").as_bytes())
                .unwrap();
        }
        let mut names: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .inspect(|entry| assert!(entry.metadata().unwrap().len() <= 100))
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["switchboard.log", "switchboard.log.1", "switchboard.log.2"]
        );
        let newest = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(newest.contains("line 0099"), "{newest}");
        // A restart goes on where the last one stopped.
        let mut file = RotatingFile::open(dir.path(), 100, 3).unwrap();
        file.write_all(b"more\n").unwrap();
        assert!(
            std::fs::read_to_string(dir.path().join(FILE))
                .unwrap()
                .ends_with("more\n")
        );
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let blocked = dir.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        assert!(RotatingFile::open(&blocked.join("log"), 100, 3).is_err());
    }
}
