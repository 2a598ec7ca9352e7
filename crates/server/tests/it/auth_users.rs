//! People in the words of other clients: whom one may call, and oneself.

use housecall_core::Role;
use serde_json::{Value, json};

use crate::{
    auth_wire::{PASSWORD, email, send},
    support::{Guest, TestHouse},
};

/// A clinic; everybody's id is their token's.
async fn clinic() -> TestHouse {
    let house = TestHouse::open().await;
    for (user, role) in [
        ("doc", Role::Provider),
        ("pat", Role::Patient),
        ("rick", Role::Patient),
        ("boss", Role::Admin),
    ] {
        house.get("/api/me", &house.token(user, role)).await;
    }
    house
}

fn ids<'a>(body: &'a Value, list: &str) -> Vec<&'a str> {
    let people = body[list].as_array().unwrap_or_else(|| panic!("a list {list} in {body}"));
    people.iter().filter_map(|it| it["_id"].as_str()).collect()
}

#[tokio::test]
async fn contacts_are_the_people_one_may_call() {
    let house = clinic().await;
    let pat = house.token("pat", Role::Patient);
    let contacts = async || house.get("/api/contacts?", &pat).await.1;
    let doc = |status: &str| {
        let name = "doc the provider";
        json!({
            "id": "doc", "_id": "doc", "name": name, "displayName": name, "nickname": name,
            "fullName": name, "username": name, "role": "provider",
            "profile": {"firstName": "doc the", "lastName": "provider"},
            "status": status, "statusMessage": "", "avatarPath": null, "lastSeen": null,
        })
    };
    assert_eq!(contacts().await, json!({"contacts": [doc("offline")]}));
    let auth = json!({"token": house.token("doc", Role::Provider)});
    let _online = Guest::connect(house.address(), &auth).await;
    assert_eq!(contacts().await, json!({"contacts": [doc("online")]}));

    let (_, seen) = house.get("/api/contacts", &house.token("doc", Role::Provider)).await;
    assert_eq!(ids(&seen, "contacts"), ["boss", "pat", "rick"]);
}

#[tokio::test]
async fn contacts_need_not_be_asked() {
    let house = clinic().await;
    let pat = house.token("pat", Role::Patient);
    for path in ["/api/contacts/requests", "/api/contacts/requests/sent"] {
        assert_eq!(house.get(path, &pat).await, (200, json!({"requests": []})));
        assert_eq!(house.get(path, "").await.0, 401);
    }
    for word in ["request", "accept", "decline"] {
        let path = format!("/api/contacts/{word}");
        let (status, body) = house.post(&path, &pat, &json!({"userId": "rick"})).await;
        assert_eq!((status, &body["code"]), (409, &json!("contacts_are_given")));
        assert_eq!(body["error"], body["detail"]);
        assert_eq!(house.post(&path, "", &json!({"userId": "rick"})).await.0, 401);
    }
}

#[tokio::test]
async fn people_are_found_by_name_among_those_one_may_call() {
    let house = clinic().await;
    let form = json!({"email": "canary@clinic.example", "password": PASSWORD, "name": "Dr. Quill", "role": "doctor"});
    let quill =
        send(&house, "/api/auth/register", &[], Some(form)).await.body["user"]["id"].clone();
    let quill = quill.as_str().expect("an id");
    let found = async |path: &str, user: &str, role: Role| {
        let (status, body) = house.get(path, &house.token(user, role)).await;
        assert_eq!(status, 200, "{body}");
        ids(&body, "users").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        found("/api/users/search?q=QUIL&page=1&limit=20", "pat", Role::Patient).await,
        [quill]
    );
    assert_eq!(found("/api/users/search?q=", "pat", Role::Patient).await, ["doc", quill]);
    assert_eq!(found("/api/users/search?q=rick", "pat", Role::Patient).await, [""; 0]);
    assert_eq!(found("/api/users/search?q=rick", "doc", Role::Provider).await, ["rick"]);
    assert_eq!(found("/api/users/search?q=doc", "doc", Role::Provider).await, [""; 0]);
    // Staff know addresses; patients do not find them out.
    assert_eq!(found("/api/users/search?q=canary", "doc", Role::Provider).await, [quill]);
    assert_eq!(found("/api/users/search?q=canary", "pat", Role::Patient).await, [""; 0]);

    assert_eq!(
        found("/api/users", "boss", Role::Admin).await,
        ["boss", "doc", quill, "pat", "rick"]
    );
    assert_eq!(found("/api/users?q=canary", "doc", Role::Provider).await, [quill]);
    let (status, body) = house.get("/api/users", &house.token("pat", Role::Patient)).await;
    assert_eq!((status, &body["code"]), (403, &json!("forbidden")));
}

#[tokio::test]
async fn one_sees_oneself_and_whom_one_may_call() {
    let house = clinic().await;
    let pat = house.token("pat", Role::Patient);
    for path in ["/api/users/doc", "/api/user/doc", "/api/users/pat", "/api/user/pat"] {
        let (status, body) = house.get(path, &pat).await;
        let id = &path[path.len() - 3..];
        assert_eq!((status, &body["id"], &body["user"]["_id"]), (200, &json!(id), &json!(id)));
    }
    for path in ["/api/users/rick", "/api/user/rick", "/api/users/nobody", "/api/user/%00"] {
        let (status, body) = house.get(path, &pat).await;
        assert_eq!((status, &body["code"]), (404, &json!("not_found")), "{path}");
    }
    assert_eq!(house.get("/api/users/rick", &house.token("doc", Role::Provider)).await.0, 200);
}

#[tokio::test]
async fn only_their_owner_sees_an_address() {
    let house = clinic().await;
    let form = json!({"email": email("ada"), "password": PASSWORD, "role": "doctor"});
    let ada = send(&house, "/api/auth/register", &[], Some(form)).await.body;
    let token = ada["accessToken"].as_str().expect("a token");
    let (status, me) = house.get("/api/users/me", token).await;
    assert_eq!((status, &me["email"], &me["user"]), (200, &json!(email("ada")), &ada["user"]));
    let path = format!("/api/users/{}", ada["user"]["id"].as_str().expect("an id"));
    let (_, seen) = house.get(&path, &house.token("boss", Role::Admin)).await;
    assert_eq!((&seen["name"], seen.get("email")), (&json!("ada"), None));
}
