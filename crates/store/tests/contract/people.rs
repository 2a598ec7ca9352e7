use housecall_core::{Actor, Private, Role};
use housecall_store::{NewUser, PasswordHash, Store, StoreError, Stream, User};

use crate::{
    backend::Backend,
    story::{actor, at, user},
};

fn somebody(id: &str, name: &str, email: Option<&str>, role: Role) -> NewUser {
    NewUser {
        id: user(id),
        email: email.map(|it| Private::new(it.to_owned())),
        name: Private::new(name.to_owned()),
        role,
        password: Some(PasswordHash::new("$argon2id$x")),
    }
}

async fn register(store: &Store, new: NewUser) -> Result<User, StoreError> {
    store.create_user(new, &Actor::House, at(0)).await
}

async fn journal(store: &Store, id: &str) -> String {
    let records = store.records(&Stream::User(user(id)), 0, 100).await.expect("the store reads");
    records.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(" ")
}

pub(crate) async fn somebody_registers(backend: &impl Backend) {
    let store = backend.store();
    let ada = somebody("ada", "Ada Lovelace", Some("Ada@Example.org"), Role::Patient);
    let created = register(store, ada.clone()).await.expect("nobody has this name");
    assert_eq!(created.email, ada.email);
    assert_eq!((created.role, created.disabled, created.created_at), (Role::Patient, false, at(0)));

    let found = store.user(&user("ada")).await.expect("the store reads");
    assert_eq!(found.as_ref(), Some(&created));
    let by_email = store.user_by_email(" ada@EXAMPLE.org ").await.expect("the store reads");
    assert_eq!(by_email, found);
    assert_eq!(store.user(&user("nobody")).await.expect("the store reads"), None);
    assert_eq!(store.user_by_email("nobody@x").await.expect("the store reads"), None);

    let records = store.records(&Stream::User(user("ada")), 0, 9).await.expect("the store reads");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].name, "user.registered");
    // What cannot be deleted again holds neither name nor address.
    assert_eq!(records[0].body, serde_json::json!({ "role": "patient" }));
}

pub(crate) async fn an_email_is_taken_in_any_case(backend: &impl Backend) {
    let store = backend.store();
    let taken = |answer| matches!(answer, Err(StoreError::Conflict));
    let new = |id, email| somebody(id, "Name", email, Role::Patient);
    register(store, new("ada", Some("Ärztin@Example.org"))).await.expect("the first");

    assert!(taken(register(store, new("eve", Some("ärztin@example.ORG"))).await));
    assert!(taken(register(store, new("ada", Some("other@example.org"))).await));
    assert_eq!(store.user(&user("eve")).await.expect("the store reads"), None);
    assert_eq!(journal(store, "eve").await, "");
    assert_eq!(journal(store, "ada").await, "user.registered");

    // No email is no email, however many have none.
    register(store, new("one", None)).await.expect("no email to take");
    register(store, new("two", None)).await.expect("no email to take");
}

pub(crate) async fn an_identity_provider_introduces_somebody_once(backend: &impl Backend) {
    let store = backend.store();
    let introductions = (0..20).map(|number| {
        let store = store.clone();
        let name = Private::new(format!("Ada {number}"));
        tokio::spawn(
            async move { store.ensure_user(&user("ada"), &name, Role::Provider, at(1)).await },
        )
    });
    let mut found = Vec::new();
    for introduction in introductions.collect::<Vec<_>>() {
        found.push(introduction.await.expect("no panic").expect("all are served"));
    }
    assert!(found.iter().all(|it| *it == found[0]), "one user, whoever asked");
    assert_eq!((found[0].role, &found[0].password), (Role::Provider, &None));
    assert_eq!(journal(store, "ada").await, "user.introduced");
}

pub(crate) async fn people_are_found_by_name_role_and_email(backend: &impl Backend) {
    let store = backend.store();
    for (id, name, email, role) in [
        ("1", "Ada Lovelace", Some("ada@example.org"), Role::Patient),
        ("2", "Örjan Ånger", Some("o_a@example.org"), Role::Provider),
        ("3", "Bea 100%", None, Role::Provider),
        ("4", "bea \\ C", Some("BEA@example.com"), Role::Patient),
    ] {
        register(store, somebody(id, name, email, role)).await.expect("new people");
    }
    let check = async |part: Option<&str>, role, limit, expected: &str| {
        let users = store.users(part, role, limit).await.expect("the store reads");
        let ids: Vec<_> = users.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.join(" "), expected, "{part:?} {role:?}");
    };
    check(None, None, 9, "1 3 4 2").await;
    check(None, None, 2, "1 3").await;
    check(None, Some(Role::Provider), 9, "3 2").await;
    check(Some("BEA"), None, 9, "3 4").await;
    check(Some("bea"), Some(Role::Patient), 9, "4").await;
    check(Some("örjan å"), None, 9, "2").await;
    check(Some("example.org"), None, 9, "1 2").await;
    // What means something to the database means nothing here.
    check(Some("%"), None, 9, "3").await;
    check(Some("_"), None, 9, "2").await;
    check(Some("\\"), None, 9, "4").await;
    check(Some("'; DROP TABLE users; --"), None, 9, "").await;
}

pub(crate) async fn somebody_is_locked_out(backend: &impl Backend) {
    let store = backend.store();
    register(store, somebody("ada", "Ada", None, Role::Patient)).await.expect("new");
    let set = async |id: &str, disabled| {
        store.set_disabled(&user(id), disabled, &actor("doctor"), at(1)).await
    };
    let disabled = async || {
        let ada = store.user(&user("ada")).await.expect("the store reads");
        ada.expect("she is there").disabled
    };
    set("ada", true).await.expect("she is there");
    assert!(disabled().await);
    set("ada", false).await.expect("she is there");
    assert!(!disabled().await);
    assert!(matches!(set("nobody", true).await, Err(StoreError::NotFound)));
    assert_eq!(journal(store, "ada").await, "user.registered user.disabled user.enabled");
    assert_eq!(journal(store, "nobody").await, "");
}

pub(crate) async fn somebody_was_here_until_lately(backend: &impl Backend) {
    let store = backend.store();
    let ada = register(store, somebody("ada", "Ada", None, Role::Patient)).await.expect("new");
    assert_eq!(ada.last_seen_at, None);
    for seconds in [5, 9] {
        store.note_last_seen(&user("ada"), at(seconds)).await.expect("she is there");
        let seen = store.user(&user("ada")).await.expect("the store reads");
        assert_eq!(seen, Some(User { last_seen_at: Some(at(seconds)), ..ada.clone() }));
    }
    store.note_last_seen(&user("nobody"), at(9)).await.expect("that is nothing to note");
    assert_eq!(journal(store, "ada").await, "user.registered", "nothing was decided");
}
