//! `keys`.

use crate::program::Home;

#[test]
fn a_key_is_written_alone_and_once_and_its_file_never_holds_it() {
    let home = Home::new();
    let made = home.run(&["keys", "create", "ci"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let key = made.out.strip_suffix('\n').unwrap();
    assert!(key.starts_with("sbk_") && key.len() == 47, "{key}");
    assert!(made.err.contains("only time") && !made.err.contains(key));

    let listed = home.run(&["keys", "list", "--json"]);
    let keys = listed.events();
    assert_eq!((keys.len(), &keys[0]["name"]), (1, &"ci".into()));
    assert_eq!(keys[0]["prefix"], key[..10]);
    for entry in std::fs::read_dir(home.path().join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let holds = bytes.windows(key.len()).any(|part| part == key.as_bytes());
            assert!(!holds, "{} holds the key", path.display());
        }
    }
}

#[test]
fn a_key_is_revoked_by_its_id_or_by_its_name() {
    let home = Home::new();
    for name in ["one", "two"] {
        assert_eq!(home.run(&["keys", "create", name]).code, 0);
    }
    let id = home.run(&["keys", "list", "--json"]).events()[0]["id"].clone();
    assert_eq!(home.run(&["keys", "revoke", id.as_str().unwrap()]).code, 0);
    let revoked = home.run(&["keys", "revoke", "one"]);
    assert_eq!((revoked.code, revoked.err.contains("`one`")), (0, true));
    let listed = home.run(&["keys", "list"]);
    assert_eq!(listed.out.matches("revoked ").count(), 2, "{}", listed.out);
    let unknown = home.run(&["keys", "revoke", "three"]);
    assert_eq!(unknown.code, 2, "{}", unknown.err);
    assert!(unknown.err.contains("three"), "{}", unknown.err);
}

#[test]
fn two_valid_keys_of_one_name_are_refused() {
    let home = Home::new();
    assert_eq!(home.run(&["keys", "create", "ci"]).code, 0);
    let again = home.run(&["keys", "create", "ci"]);
    assert_eq!((again.code, again.out.as_str()), (2, ""));
    assert!(again.err.contains("`ci`"), "{}", again.err);
    let none = Home::new().run(&["keys", "list"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    assert!(none.err.contains("keys create"), "{}", none.err);
}
