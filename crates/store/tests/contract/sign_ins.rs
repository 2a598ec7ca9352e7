use housecall_core::{Actor, Private, Role, Timestamp};
use housecall_store::{
    NewSignIn, NewUser, Rotation, SecretHash, SignInId, Store, StoreError, Stream,
};

use crate::{
    backend::Backend,
    story::{at, user},
};

/// Refresh tokens of these stories are named `t1`, and their secrets `secret t1`.
fn token(name: &str, expires_at: Timestamp) -> NewSignIn {
    let secret = SecretHash::of(&format!("secret {name}"));
    NewSignIn { id: SignInId::new(name), secret, expires_at }
}

async fn register(store: &Store, name: &str) {
    let (id, shown) = (user(name), Private::new(name.to_owned()));
    let new = NewUser { id, email: None, name: shown, role: Role::Patient, password: None };
    store.create_user(new, &Actor::House, at(0)).await.expect("a new user");
}

async fn sign_in(store: &Store, who: &str, name: &str) {
    let token = token(name, at(1000));
    store.start_sign_in(&user(who), token, at(0)).await.expect("a user may sign in");
}

async fn rotate(store: &Store, old: &str, next: &str) -> String {
    let presented = SecretHash::of(&format!("secret {old}"));
    let next = token(next, at(2000));
    let rotation = store.rotate_sign_in(&SignInId::new(old), &presented, next, at(1)).await;
    match rotation.expect("the store writes") {
        Rotation::Rotated(user) => format!("rotated for {}", user.id),
        Rotation::Reused(user) => format!("reused of {user}"),
        Rotation::Refused => "refused".to_owned(),
    }
}

async fn journal(store: &Store, who: &str) -> String {
    let records = store.records(&Stream::User(user(who)), 0, 100).await.expect("the store reads");
    records.iter().skip(1).map(|it| it.name.as_str()).collect::<Vec<_>>().join(" ")
}

pub(crate) async fn a_token_works_once(backend: &impl Backend) {
    let store = backend.store();
    register(store, "ada").await;
    sign_in(store, "ada", "t1").await;
    assert_eq!(rotate(store, "t1", "t2").await, "rotated for ada");
    assert_eq!(rotate(store, "t2", "t3").await, "rotated for ada");
    assert_eq!(rotate(store, "t1", "t4").await, "reused of ada");
    assert_eq!(rotate(store, "t4", "t5").await, "refused");
}

pub(crate) async fn a_copied_token_ends_everything(backend: &impl Backend) {
    let store = backend.store();
    register(store, "ada").await;
    register(store, "bea").await;
    sign_in(store, "ada", "phone").await;
    sign_in(store, "ada", "desk").await;
    sign_in(store, "bea", "b").await;
    assert_eq!(rotate(store, "phone", "phone-2").await, "rotated for ada");

    assert_eq!(rotate(store, "phone", "thief").await, "reused of ada");
    for gone in ["phone", "phone-2", "desk", "thief"] {
        assert_eq!(rotate(store, gone, "x").await, "refused", "{gone}");
    }
    assert_eq!(rotate(store, "b", "b2").await, "rotated for bea");

    // She signs in again, and the thief's copy is no weapon against that.
    sign_in(store, "ada", "new").await;
    assert_eq!(rotate(store, "phone", "thief").await, "refused");
    assert_eq!(rotate(store, "new", "new-2").await, "rotated for ada");
    assert_eq!(
        journal(store, "ada").await,
        "user.signed_in user.signed_in user.sign_in_renewed user.token_reused user.signed_in \
         user.sign_in_renewed"
    );
}

pub(crate) async fn a_race_for_a_token_has_one_winner(backend: &impl Backend) {
    let store = backend.store();
    for round in 0..10 {
        let (who, old) = (format!("user-{round}"), format!("token-{round}"));
        register(store, &who).await;
        sign_in(store, &who, &old).await;
        let attempts = (0..16).map(|number| {
            let (store, old) = (store.clone(), old.clone());
            tokio::spawn(async move { rotate(&store, &old, &format!("{old}-{number}")).await })
        });
        let mut answers = Vec::new();
        for attempt in attempts.collect::<Vec<_>>() {
            answers.push(attempt.await.expect("no panic"));
        }
        answers.sort_unstable();
        let count = |word: &str| answers.iter().filter(|it| it.starts_with(word)).count();
        assert_eq!((count("rotated"), count("reused"), count("refused")), (1, 1, 14));
    }
}

pub(crate) async fn what_is_wrong_expired_or_ended_is_refused(backend: &impl Backend) {
    let store = backend.store();
    register(store, "ada").await;
    assert_eq!(rotate(store, "unknown", "x").await, "refused");

    sign_in(store, "ada", "t1").await;
    let guessed = SecretHash::of("a guess");
    let next = || token("x", at(2000));
    let id = SignInId::new("t1");
    let rotation = store.rotate_sign_in(&id, &guessed, next(), at(1)).await;
    assert_eq!(rotation.expect("the store writes"), Rotation::Refused);

    let secret = SecretHash::of("secret t1");
    let rotation = store.rotate_sign_in(&id, &secret, next(), at(1000)).await;
    assert_eq!(rotation.expect("the store writes"), Rotation::Refused, "expired");

    // A wrong guess and a late try have harmed nobody.
    store.set_disabled(&user("ada"), true, &Actor::House, at(1)).await.expect("she is there");
    assert_eq!(rotate(store, "t1", "x").await, "refused");
    let locked_out = store.start_sign_in(&user("ada"), token("t2", at(1000)), at(1)).await;
    assert!(matches!(locked_out, Err(StoreError::NotFound)));
    store.set_disabled(&user("ada"), false, &Actor::House, at(1)).await.expect("she is there");
    assert_eq!(rotate(store, "t1", "x").await, "refused", "ended when she was locked out");

    let nobody = store.start_sign_in(&user("nobody"), token("t3", at(1000)), at(0)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
}

pub(crate) async fn signing_out_is_noted(backend: &impl Backend) {
    let store = backend.store();
    register(store, "ada").await;
    sign_in(store, "ada", "t1").await;
    sign_in(store, "ada", "t2").await;
    let id = SignInId::new("t1");
    assert_eq!(store.end_sign_in(&id, at(5)).await.expect("she was in"), user("ada"));
    assert!(matches!(store.end_sign_in(&id, at(6)).await, Err(StoreError::NotFound)));
    assert_eq!(rotate(store, "t1", "x").await, "refused");
    assert_eq!(rotate(store, "t2", "t3").await, "rotated for ada");
    assert_eq!(
        journal(store, "ada").await,
        "user.signed_in user.signed_in user.signed_out user.sign_in_renewed"
    );

    // An id that is taken leaves everything as it was.
    let taken = store.start_sign_in(&user("ada"), token("t3", at(3000)), at(1500)).await;
    assert!(matches!(taken, Err(StoreError::Conflict)));
    assert_eq!(rotate(store, "t3", "t4").await, "rotated for ada");
}
