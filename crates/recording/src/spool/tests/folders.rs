//! Folders, names, and who has a log open.

use super::*;

#[test]
fn ids_lead_nowhere() {
    let desk = Desk::new();
    let mut ids: Vec<RecordingId> =
        ["..", ".", "../../up", "/etc/passwd", "a/b", "nul\u{2215}", "A", "a"]
            .map(id)
            .into_iter()
            .chain([id(&"/".repeat(200)), id(&"\u{1f600}".repeat(50))])
            .collect();
    for id in &ids {
        assert!(!desk.spool.exists(id));
        let mut log = desk.spool.open(id, &desk.key).expect("any id has a log");
        log.append(head(0), id.as_str().as_bytes()).expect("the disk takes it");
        assert!(desk.spool.exists(id));
    }
    let mut found = desk.spool.recordings().expect("the spool can be read");
    found.sort();
    ids.sort();
    assert_eq!(found, ids);
    for id in &ids {
        let log = desk.spool.open(id, &desk.key).expect("it is there again");
        assert_eq!(log.read(0).expect("it is whole"), id.as_str().as_bytes());
    }
    let outside = entries(desk.folder.path()).expect("the folder can be read");
    assert_eq!(outside.len(), 1, "all lies in the spool");
}

#[test]
fn a_work_file_stays_in_its_folder() {
    let desk = Desk::with(&[1]);
    let folder = desk.spool.of(&id("ours"));
    for name in ["media", "log", "", "..", "../../media", "/etc/passwd", "a\0b"] {
        let path = desk.spool.work_file(&id("ours"), name);
        assert_eq!(path.parent(), Some(&*folder), "{name}");
        fs::write(&path, b"sealed").expect("the folder is there");
    }
    check(&desk.open(), &[1]);
}

#[test]
fn what_is_removed_is_gone() {
    let desk = Desk::with(&[10]);
    fs::write(desk.spool.work_file(&id("ours"), "media"), b"sealed").expect("the folder is there");
    let theirs = desk.spool.open(&id("theirs"), &DataKey::random()).expect("a log of theirs");
    desk.spool.remove(&id("ours")).expect("it can be removed");
    assert!(!desk.spool.exists(&id("ours")));
    assert_eq!(desk.spool.recordings().expect("the spool can be read"), [id("theirs")]);
    assert_eq!(entries(&desk.spool.folder).expect("the spool can be read").len(), 1);

    desk.spool.remove(&id("ours")).expect("again is nothing new");
    Spool::in_folder(&desk.folder.path().join("none")).remove(&id("ours")).expect("nor here");
    assert_eq!(theirs.next(), 0);
    // Another key now: nothing is left of the one before.
    let again = desk.spool.open(&id("ours"), &DataKey::random()).expect("a log from the start");
    assert_eq!(again.next(), 0);
}

#[test]
fn what_else_lies_there_is_not_ours() {
    let desk = Desk::with(&[10]);
    fs::write(desk.spool.folder.join("README"), b"hello").expect("the folder is there");
    let misplaced = desk.spool.folder.join("misplaced");
    fs::create_dir_all(&misplaced).expect("the folder is there");
    fs::copy(desk.log(), misplaced.join(LOG)).expect("it can be copied");
    fs::create_dir_all(desk.spool.of(&id("begun"))).expect("the folder is there");
    assert_eq!(desk.spool.recordings().expect("the spool can be read"), [id("ours")]);
    assert!(
        Spool::in_folder(&desk.folder.path().join("none"))
            .recordings()
            .is_ok_and(|it| it.is_empty())
    );
}

#[test]
fn a_log_is_open_once() {
    let desk = Desk::with(&[10]);
    let mut first = desk.open();
    assert!(matches!(desk.try_open(), Err(SpoolProblem::Io(_))));
    first.append(head(1), &content(1, 5)).expect("the first goes on");
    drop(first);
    check(&desk.open(), &[10, 5]);
}

#[test]
fn a_beginning_that_was_not_finished_is_made_again() {
    let desk = Desk::new();
    let folder = desk.spool.of(&id("ours"));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("log.new"), b"HCSP").expect("a file");
    assert!(!desk.spool.exists(&id("ours")));
    desk.append(&[10]);
    check(&desk.open(), &[10]);
}

#[test]
fn a_disk_has_room() {
    let desk = Desk::new();
    assert!(desk.spool.free_bytes().expect("the disk can be asked") > 0);
}

#[test]
fn a_folder_that_cannot_be_made_is_a_problem() {
    let desk = Desk::new();
    fs::write(desk.folder.path().join("spool"), b"a file").expect("a file");
    assert!(matches!(desk.try_open(), Err(SpoolProblem::Io(_))));
}
