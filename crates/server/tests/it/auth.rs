//! Signing in, in the words of every client.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    auth_wire::{PASSWORD, email, log_in, register, send},
    support::TestHouse,
};

/// What the clients of the five vocabularies send to register.
fn forms() -> [(Value, &'static str, &'static str); 6] {
    [
        (
            json!({"role": "PHYSICIAN", "firstName": "Ada", "lastName": "King"}),
            "Ada King",
            "provider",
        ),
        (
            json!({"role": "PATIENT", "profile": {"firstName": "Bo", "lastName": "Lee", "phone": "1"}}),
            "Bo Lee",
            "patient",
        ),
        (json!({"name": "Cai", "role": "professional"}), "Cai", "provider"),
        (json!({"nickname": "Dee", "confirmPassword": PASSWORD}), "Dee", "patient"),
        (json!({"username": "eve_1", "fullName": "Eve Moneypenny"}), "Eve Moneypenny", "patient"),
        (json!({}), "person5", "patient"),
    ]
}

#[tokio::test]
async fn the_form_of_every_client_registers_somebody() {
    let house = TestHouse::open().await;
    for (number, (mut form, name, role)) in forms().into_iter().enumerate() {
        form["email"] = json!(email(&format!("person{number}")));
        form["password"] = json!(PASSWORD);
        let answer = send(&house, "/api/auth/register", &[], Some(form)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let user = &answer.body["user"];
        assert_eq!((&user["name"], &user["role"]), (&json!(name), &json!(role)));
    }
}

#[tokio::test]
async fn the_answer_has_what_every_client_looks_for() {
    let house = TestHouse::open().await;
    let form = json!({"email": email("ada"), "password": PASSWORD, "fullName": "Ada Mae King"});
    send(&house, "/api/auth/register", &[], Some(form)).await;
    let body = log_in(&house, "ada", &[]).await.body;
    let (user, access, refresh) = (&body["user"], &body["accessToken"], &body["refreshToken"]);
    assert!(access.is_string() && refresh.is_string(), "{body}");
    assert_eq!((&body["success"], &body["expiresIn"]), (&json!(true), &json!(900)));
    assert!(body["message"].is_string());
    assert_eq!(&body["token"], access);
    assert_eq!(
        body["tokens"],
        json!({"accessToken": access, "refreshToken": refresh, "expiresIn": 900})
    );
    for key in ["user", "token", "tokens", "accessToken", "refreshToken", "expiresIn"] {
        assert_eq!(body["data"][key], body[key], "{key}");
    }

    assert_eq!(user["_id"], user["id"]);
    assert_eq!((&user["email"], &user["role"]), (&json!(email("ada")), &json!("patient")));
    for key in ["name", "displayName", "nickname", "fullName", "username"] {
        assert_eq!(user[key], "Ada Mae King", "{key}");
    }
    assert_eq!(user["profile"], json!({"firstName": "Ada Mae", "lastName": "King"}));
}

#[tokio::test]
async fn clients_find_their_user_in_the_token() {
    let house = TestHouse::open().await;
    let body = register(&house, "ada").await.body;
    let token = body["accessToken"].as_str().expect("a token");
    let claims = token.split('.').nth(1).expect("claims");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    for key in ["sub", "userId", "id"] {
        assert_eq!(claims[key], body["user"]["id"], "{key}");
    }
    assert_eq!((&claims["email"], &claims["role"]), (&json!(email("ada")), &json!("patient")));
    assert_eq!((&claims["name"], &claims["type"]), (&json!("ada"), &json!("access")));
    assert!(token.len() < 700, "a token of {} bytes is in every request twice", token.len());
}

#[tokio::test]
async fn an_address_may_be_called_a_user_name() {
    let house = TestHouse::open().await;
    register(&house, "ada").await;
    let log_in = async |form: Value| send(&house, "/api/auth/login", &[], Some(form)).await;
    let by_name = json!({"username": email("ADA"), "password": PASSWORD});
    assert_eq!(log_in(by_name).await.verdict(), (200, "ok"));
    let nobody = log_in(json!({"email": " ", "password": PASSWORD})).await;
    assert_eq!(nobody.verdict(), (400, "invalid_payload"));
    assert_eq!(nobody.body["field"], "email");
    let wrong = log_in(json!({"email": email("ada"), "password": "battery staple"})).await;
    assert_eq!(wrong.verdict(), (401, "wrong_credentials"));
    assert_eq!(wrong.cookies, [""; 0]);
}

#[tokio::test]
async fn a_token_can_be_verified() {
    let house = TestHouse::open().await;
    let body = register(&house, "ada").await.body;
    let token = body["accessToken"].as_str().expect("a token");
    let (status, verified) = house.get("/api/auth/verify", token).await;
    assert_eq!(status, 200);
    assert_eq!(verified, json!({"valid": true, "user": body["user"]}));
    let (status, refused) = house.get("/api/auth/verify", "nonsense").await;
    assert_eq!((status, &refused["code"]), (401, &json!("token_invalid")));
}
