use super::*;
use std::time::Duration;
use switchboard_engine::config::{SecretRef, SecretSource};
use tokio::time::timeout;
use toml_edit::value;

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    (folder, path)
}

fn key(name: &str, from: SecretSource) -> SecretRef {
    SecretRef {
        name: name.into(),
        from,
    }
}

#[test]
fn a_first_start_writes_an_explained_file_that_changes_nothing() {
    let (folder, path) = place();
    let path = folder.path().join("deep").join(path.file_name().unwrap());
    let handle = ConfigHandle::open(&path);
    assert_eq!(handle.problem(), None);
    assert_eq!(*handle.current(), Config::default());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), FIRST_FILE);
}

#[test]
fn every_example_of_the_first_file_is_valid() {
    let example = |line: &&str| line.starts_with('#') && !line.starts_with("# ") && *line != "#";
    let text: String = FIRST_FILE
        .lines()
        .filter(example)
        .map(|line| format!("{}\n", &line[1..]))
        .collect();
    let config = Config::parse(&text).unwrap();
    assert_eq!(config.providers.len(), 3);
    assert_eq!(config.settings.default_models.len(), 2);
    // The examples show the defaults, so that taking one up changes nothing by surprise.
    let standard = switchboard_engine::plan::Tier::Standard;
    assert_eq!(config.timeouts.of(standard), standard.timeouts());
    assert_eq!(
        config.settings.retry_limits(),
        Config::default().settings.retry_limits()
    );
    assert_eq!(
        config.settings.recovery,
        Config::default().settings.recovery
    );
    assert_eq!(config.gateway.socket(), Config::default().gateway.socket());
    assert_eq!(config.routes.len(), 2);
}

#[test]
fn a_broken_file_leaves_the_last_good_one_active_and_says_where() {
    let (_folder, path) = place();
    std::fs::write(&path, "[settings]\nretries = 4\n").unwrap();
    let handle = ConfigHandle::open(&path);
    assert_eq!(handle.current().settings.retries, 4);
    std::fs::write(&path, "[settings]\nretires = 5\n").unwrap();
    handle.reload();
    assert_eq!(handle.current().settings.retries, 4);
    let problem = handle.problem().unwrap();
    assert_eq!((problem.line, problem.column), (Some(2), Some(1)));
    assert_eq!(problem.field.as_deref(), Some("settings.retires"));
    assert_eq!(problem.fix.as_deref(), Some("did you mean `retries`?"));
    assert_eq!(problem.file, path.display().to_string());
    std::fs::write(&path, "[settings]\nretries = 5\n").unwrap();
    handle.reload();
    assert_eq!(
        (handle.current().settings.retries, handle.problem()),
        (5, None)
    );
}

#[test]
fn unreadable_files_get_a_sentence() {
    let (folder, path) = place();
    for (bytes, words) in [
        (vec![0xff, 0xfe, 0x00], "UTF-8"),
        (vec![b'#'; 1_100_000], "larger"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let problem = ConfigHandle::open(&path).problem().unwrap();
        assert!(problem.message.contains(words), "{problem:?}");
    }
    let problem = ConfigHandle::open(folder.path()).problem().unwrap();
    assert!(problem.message.contains("cannot be read"), "{problem:?}");
    let problem = ConfigHandle::open(path.join("below-a-file.toml"))
        .problem()
        .unwrap();
    assert!(problem.message.contains("could not be made"), "{problem:?}");
    std::fs::write(&path, b"\xef\xbb\xbf[settings]\nretries = 3\n").unwrap();
    assert_eq!(ConfigHandle::open(&path).current().settings.retries, 3);
}

#[test]
fn a_file_that_may_not_be_read_says_what_to_do_and_stays_as_it_is() {
    let (_folder, path) = place();
    std::fs::create_dir(&path).unwrap();
    let handle = ConfigHandle::open(&path);
    let problem = handle.problem().unwrap();
    assert_eq!(
        problem.fix.as_deref(),
        Some("move the folder of that name away")
    );
    assert!(path.is_dir());
    // Whoever runs the tests as the system's administrator may read everything.
    let refused = file::unreadable(&path, std::io::ErrorKind::PermissionDenied);
    assert!(refused.message.contains("permission denied"));
    assert_eq!(
        refused.fix.as_deref(),
        Some("give yourself the right to read it")
    );
}

#[tokio::test]
async fn a_saved_file_is_active_at_once_however_the_editor_saves() {
    let (folder, path) = place();
    std::fs::write(&path, "").unwrap();
    let handle = ConfigHandle::open(&path);
    handle.watch();
    let mut changes = handle.subscribe();
    let mut expect = async |retries: u32| {
        let seen = changes.wait_for(|snapshot| snapshot.config.settings.retries == retries);
        timeout(Duration::from_secs(10), seen)
            .await
            .expect("in time")
            .unwrap();
    };
    // In place.
    std::fs::write(&path, "[settings]\nretries = 1\n").unwrap();
    expect(1).await;
    // A new file renamed over the old one.
    let other = folder.path().join("other");
    std::fs::write(&other, "[settings]\nretries = 3\n").unwrap();
    std::fs::rename(&other, &path).unwrap();
    expect(3).await;
    // Removed and made anew.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "[settings]\nretries = 4\n").unwrap();
    expect(4).await;
    // The old one moved away as a backup, a new one written.
    std::fs::rename(&path, folder.path().join("config.toml~")).unwrap();
    std::fs::write(&path, "[settings]\nretries = 5\n").unwrap();
    expect(5).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_linked_file_is_watched_and_stays_a_link() {
    let (folder, path) = place();
    let real = tempfile::tempdir().unwrap();
    let target = real.path().join("dotfile.toml");
    std::fs::write(&target, "").unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let handle = ConfigHandle::open(&path);
    handle.watch();
    let mut changes = handle.subscribe();
    std::fs::write(&target, "[settings]\nretries = 1\n").unwrap();
    let seen = changes.wait_for(|snapshot| snapshot.config.settings.retries == 1);
    timeout(Duration::from_secs(10), seen)
        .await
        .expect("in time")
        .unwrap();
    let edit = |document: &mut DocumentMut| {
        document["settings"]["retries"] = value(6);
        Ok(())
    };
    handle.edit(edit).await.unwrap();
    assert!(path.symlink_metadata().unwrap().is_symlink());
    assert!(
        std::fs::read_to_string(&target)
            .unwrap()
            .contains("retries = 6")
    );
    drop(folder);
}

#[tokio::test]
async fn a_file_nobody_touches_is_not_read_again() {
    let (_folder, path) = place();
    let handle = ConfigHandle::open(&path);
    handle.watch();
    let mut changes = handle.subscribe();
    changes.mark_unchanged();
    for _ in 0..3 {
        std::fs::read_to_string(&path).unwrap();
        handle.reload();
    }
    assert!(timeout(QUIET_ENOUGH, changes.changed()).await.is_err());
}

const QUIET_ENOUGH: Duration = Duration::from_millis(500);

#[tokio::test]
async fn an_edit_keeps_everything_the_user_wrote() {
    let (_folder, path) = place();
    let text = "# mine\n[providers.a]   # first\npreset = \"openai\"\n\n# clocks\n[timeouts.fast]\n\
                total = \"9s\" # quick\n";
    std::fs::write(&path, text).unwrap();
    let handle = ConfigHandle::open(&path);
    let config = handle
        .edit(|document| {
            let table = put_provider(document, "b")?;
            table.insert("preset", value("ollama"));
            let table = provider_table(document, "a").unwrap();
            set_key(table, &[], &key("ci", SecretSource::Env("CI_KEY".into())));
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(config.providers.len(), 2);
    let after = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        after,
        "# mine\n[providers.a]   # first\npreset = \"openai\"\n\
         keys = [{ name = \"ci\", from = \"env:CI_KEY\" }]\n\n[providers.b]\npreset = \"ollama\"\n\n\
         # clocks\n[timeouts.fast]\ntotal = \"9s\" # quick\n"
    );
}

#[tokio::test]
async fn the_first_provider_goes_below_the_explanations() {
    let (_folder, path) = place();
    let handle = ConfigHandle::open(&path);
    let add = |document: &mut DocumentMut| {
        put_provider(document, "x")?.insert("preset", value("xai"));
        Ok(())
    };
    handle.edit(add).await.unwrap();
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(after.starts_with(FIRST_FILE.trim_end()), "{after}");
    assert!(
        after.ends_with("\n\n[providers.x]\npreset = \"xai\"\n"),
        "{after}"
    );
}

#[tokio::test]
async fn a_removed_provider_takes_only_its_own_comment_along() {
    let (_folder, path) = place();
    let handle = ConfigHandle::open(&path);
    let add = |document: &mut DocumentMut| {
        put_provider(document, "x")?.insert("preset", value("xai"));
        put_provider(document, "y")?.insert("preset", value("groq"));
        Ok(())
    };
    handle.edit(add).await.unwrap();
    let remove = |id: &'static str| {
        move |document: &mut DocumentMut| {
            assert!(remove_provider(document, id));
            Ok(())
        }
    };
    handle.edit(remove("x")).await.unwrap();
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(after.starts_with(FIRST_FILE.trim_end()), "{after}");
    assert!(
        after.ends_with("\n\n[providers.y]\npreset = \"groq\"\n"),
        "{after}"
    );
    handle.edit(remove("y")).await.unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap().trim_end(),
        FIRST_FILE.trim_end()
    );
    let text = "# all\n\n# only x\n[providers.x]\npreset = \"xai\"\n[[providers.x.models]]\n\
                name = \"m\"\n\n# clocks\n[timeouts.fast]\ntotal = \"9s\"\n";
    std::fs::write(&path, text).unwrap();
    handle.edit(remove("x")).await.unwrap();
    let after = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        after,
        "# all\n\n# clocks\n[timeouts.fast]\ntotal = \"9s\"\n"
    );
}

#[tokio::test]
async fn keys_are_named_changed_and_forgotten_in_place() {
    let (_folder, path) = place();
    std::fs::write(
        &path,
        "[providers.a]\npreset = \"openai\"\nkeys = [\n  # the usual one\n  \
         { name = \"default\", from = \"keychain\" },\n  { name = \"ci\", from = \"env:CI\" },\n]\n",
    )
    .unwrap();
    let handle = ConfigHandle::open(&path);
    let known = handle.current().providers[0].keys.clone();
    let change = {
        let known = known.clone();
        move |document: &mut DocumentMut| {
            let table = provider_table(document, "a").unwrap();
            set_key(
                table,
                &known,
                &key("default", SecretSource::Env("MAIN".into())),
            );
            set_key(table, &known, &key("new", SecretSource::Keychain));
            set_active_key(table, "new");
            Ok(())
        }
    };
    let config = handle.edit(change).await.unwrap();
    let names: Vec<&str> = config.providers[0]
        .keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    assert_eq!(names, ["default", "ci", "new"]);
    assert_eq!(
        config.providers[0].keys[0].from,
        SecretSource::Env("MAIN".into())
    );
    assert_eq!(config.providers[0].active_key.as_deref(), Some("new"));
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("# the usual one")
    );
    let known = config.providers[0].keys.clone();
    let change = move |document: &mut DocumentMut| {
        unset_key(provider_table(document, "a").unwrap(), &known, "new");
        Ok(())
    };
    let config = handle.edit(change).await.unwrap();
    assert_eq!(config.providers[0].keys.len(), 2);
    assert_eq!(config.providers[0].active_key, None);
}

#[tokio::test]
async fn an_edit_that_would_break_the_file_changes_nothing() {
    let (_folder, path) = place();
    std::fs::write(&path, "# mine\n").unwrap();
    let handle = ConfigHandle::open(&path);
    let edit = |document: &mut DocumentMut| {
        put_provider(document, "x")?.insert("preset", value("nonsense"));
        Ok(())
    };
    let error = handle.edit(edit).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
    assert_eq!(error.field.as_deref(), Some("providers.x.preset"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\n");
}

#[tokio::test]
async fn a_broken_file_is_not_edited() {
    let (_folder, path) = place();
    std::fs::write(&path, "[providers.a]\npreset = \n").unwrap();
    let handle = ConfigHandle::open(&path);
    let error = handle.edit(|_| Ok(())).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Config);
    assert!(error.message.contains("line 2"), "{}", error.message);
}

#[tokio::test]
async fn changes_of_others_made_meanwhile_are_kept() {
    let (_folder, path) = place();
    std::fs::write(&path, "").unwrap();
    let handle = ConfigHandle::open(&path);
    // Somebody saves between our reading and our writing, once.
    let meddler = {
        let path = path.clone();
        let met = std::sync::atomic::AtomicBool::new(false);
        move |document: &mut DocumentMut| {
            if !met.swap(true, std::sync::atomic::Ordering::SeqCst) {
                std::fs::write(&path, "[settings]\nretries = 7\n").unwrap();
            }
            put_provider(document, "x")?.insert("preset", value("xai"));
            Ok(())
        }
    };
    let config = handle.edit(meddler).await.unwrap();
    assert_eq!((config.settings.retries, config.providers.len()), (7, 1));
    // Somebody who never stops is a conflict.
    let count = std::sync::atomic::AtomicU32::new(10);
    let edit = {
        let path = path.clone();
        move |document: &mut DocumentMut| {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            std::fs::write(&path, format!("# {number}\n")).unwrap();
            put_provider(document, "y")?.insert("preset", value("xai"));
            Ok(())
        }
    };
    assert_eq!(
        handle.edit(edit).await.unwrap_err().code,
        ErrorCode::Conflict
    );
    assert!(
        !std::fs::read_to_string(&path)
            .unwrap()
            .contains("providers.y")
    );
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file stays behind");
}

#[tokio::test]
async fn a_broken_file_is_kept_beside_the_one_that_takes_its_place() {
    let (folder, path) = place();
    let good = "[settings]\nretries = 4\n";
    let put = |handle: ConfigHandle| async move {
        handle
            .replace_as(Change::default(), good.to_owned())
            .await
            .unwrap()
    };
    // A file that is whole is simply replaced.
    std::fs::write(&path, "[settings]\nretries = 3\n").unwrap();
    let handle = ConfigHandle::open(&path);
    assert_eq!(put(handle.clone()).await, None);

    let breaks: [&[u8]; 3] = [b"[settings\n", b"a = 1\nb = \"\xff\"\n", &[b'#'; 2_000_000]];
    for (at, bytes) in breaks.into_iter().enumerate() {
        std::fs::write(&path, bytes).unwrap();
        handle.reload();
        let problem = handle.problem().unwrap();
        assert_eq!(problem.line, [Some(1), Some(2), None][at], "{problem:?}");
        let kept = put(handle.clone()).await.unwrap();
        assert_eq!(std::fs::read(&kept).unwrap(), bytes);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), good);
        assert_eq!(handle.problem(), None);
    }
    // Gone, and a folder in its place.
    std::fs::remove_file(&path).unwrap();
    handle.reload();
    assert_eq!(put(handle.clone()).await, None);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    handle.reload();
    assert!(handle.problem().is_some());
    let kept = put(handle.clone()).await.unwrap();
    assert_eq!(
        kept,
        folder
            .path()
            .canonicalize()
            .unwrap()
            .join("config.toml.broken-4")
    );
    assert!(kept.is_dir() && path.is_file());
}
