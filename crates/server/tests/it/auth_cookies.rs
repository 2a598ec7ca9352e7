//! Tokens in cookies: who is given them, whom they let in, and which pages may
//! use them.

use std::time::Duration;

use serde_json::json;

use crate::{
    auth_wire::{Answer, log_in, register, send},
    support::TestHouse,
};

const PAGE: (&str, &str) = ("Origin", "https://meet.example");
const OWN: (&str, &str) = ("Origin", "https://h.example");
const FOREIGN: (&str, &str) = ("Origin", "https://evil.example");
const ABROAD: (&str, &str) = ("Sec-Fetch-Site", "cross-site");

async fn open() -> TestHouse {
    TestHouse::with(&[("FRONTEND_URL", "https://meet.example")]).await
}

/// The parts of a cookie but its value.
fn particulars<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let cookie = answer.cookies.iter().find(|it| it.starts_with(&format!("{name}=")));
    cookie.expect("such a cookie").split("; ").skip(1).collect()
}

#[tokio::test]
async fn pages_that_look_for_cookies_find_them() {
    let house = open().await;
    for answer in [register(&house, "ada").await, log_in(&house, "ada", &[PAGE]).await] {
        assert_eq!(answer.cookies.len(), 3);
        for name in ["AccessToken", "authToken"] {
            assert_eq!(answer.cookie(name), answer.body["accessToken"]);
            assert_eq!(particulars(&answer, name), ["Max-Age=900", "Path=/", "SameSite=Lax"]);
        }
        assert_eq!(answer.cookie("RefreshToken"), answer.body["refreshToken"]);
        assert_eq!(
            particulars(&answer, "RefreshToken"),
            ["Max-Age=2592000", "Path=/api/auth", "HttpOnly", "SameSite=Strict"]
        );
    }
}

#[tokio::test]
async fn cookies_are_secure_where_the_page_is() {
    let house = open().await;
    register(&house, "ada").await;
    let secure = |answer: &Answer| answer.cookies.iter().all(|it| it.ends_with("; Secure"));
    assert!(secure(&log_in(&house, "ada", &[("X-Forwarded-Proto", "https")]).await));
    assert!(!secure(&log_in(&house, "ada", &[("X-Forwarded-Proto", "http")]).await));
    let house = TestHouse::with(&[("HOUSECALL_ENV", "production")]).await;
    assert!(secure(&register(&house, "ada").await));
}

#[tokio::test]
async fn our_own_pages_and_pages_of_others_are_given_none() {
    let house = open().await;
    register(&house, "ada").await;
    for page in [OWN, ("Sec-Fetch-Site", "same-origin"), FOREIGN, ("Origin", "null"), ABROAD] {
        let answer = log_in(&house, "ada", &[page]).await;
        assert_eq!(answer.cookies, [""; 0], "{page:?}");
        assert!(answer.body["refreshToken"].is_string());
        let out = json!({"refreshToken": answer.body["refreshToken"]});
        let out = send(&house, "/api/auth/logout", &[page], Some(out)).await;
        assert_eq!((out.status, out.cookies.len()), (204, 0), "{page:?}");
    }
    // Unless somebody put a page of theirs at our own address.
    let shared = TestHouse::with(&[("FRONTEND_URL", "https://h.example")]).await;
    register(&shared, "ada").await;
    assert_eq!(log_in(&shared, "ada", &[OWN]).await.cookies.len(), 3);
}

#[tokio::test]
async fn a_cookie_lets_in_whom_no_header_names() {
    let house = open().await;
    let ada = register(&house, "ada").await;
    let ben = register(&house, "ben").await;
    let (ada, ben) = (ada.cookie("AccessToken"), ben.cookie("AccessToken"));
    let who = async |headers: &[(&str, &str)]| {
        let answer = send(&house, "/api/me", headers, None).await;
        answer.body["name"].as_str().or(answer.body["code"].as_str()).map(str::to_owned)
    };
    for name in ["AccessToken", "authToken", "vw_access_token"] {
        let cookie = format!("theme=dark; {name}={ada}; x=y");
        assert_eq!(who(&[("Cookie", &cookie)]).await.as_deref(), Some("ada"), "{name}");
    }
    let both = format!("authToken={ben}; AccessToken={ada}");
    assert_eq!(who(&[("Cookie", &both)]).await.as_deref(), Some("ada"));
    let empty = format!("AccessToken=; authToken={ben}");
    assert_eq!(who(&[("Cookie", &empty)]).await.as_deref(), Some("ben"));

    let cookie = ("Cookie", both.as_str());
    let bearer = format!("Bearer {ben}");
    assert_eq!(who(&[("Authorization", &bearer), cookie]).await.as_deref(), Some("ben"));
    let bad = who(&[("Authorization", "Bearer nonsense"), cookie]).await;
    assert_eq!(bad.as_deref(), Some("token_invalid"), "a bad header is no reason to guess");
    let refresh = format!("RefreshToken={ada}; Access={ada}");
    assert_eq!(who(&[("Cookie", &refresh)]).await.as_deref(), Some("token_missing"));
}

#[tokio::test]
async fn pages_of_others_cannot_use_our_cookies() {
    let house = open().await;
    let ada = register(&house, "ada").await;
    let ben = house.token("ben", housecall_core::Role::Provider);
    house.get("/api/me", &ben).await;
    let cookie = format!(
        "AccessToken={}; RefreshToken={}",
        ada.cookie("AccessToken"),
        ada.cookie("RefreshToken")
    );
    let from = |page| [("Cookie", cookie.as_str()), page];
    let call = json!({"patientId": ada.body["user"]["id"], "providerId": "ben", "type": "video"});
    for page in [FOREIGN, ("Origin", "null"), ("Origin", "http://h.example.evil.example"), ABROAD] {
        for (path, body) in [
            ("/webrtc/calls", Some(call.clone())),
            ("/webrtc/calls", None),
            ("/api/auth/refresh", Some(json!({}))),
            ("/api/auth/logout", Some(json!({}))),
        ] {
            let answer = send(&house, path, &from(page), body).await;
            assert_eq!(answer.verdict(), (403, "foreign_page"), "{page:?} {path}");
            assert_eq!(answer.cookies, [""; 0]);
        }
        // A page that knows the token itself may use it from anywhere.
        let bearer = format!("Bearer {}", ada.cookie("AccessToken"));
        let answer = send(&house, "/webrtc/calls", &[page, ("Authorization", &bearer)], None).await;
        assert_eq!(answer.body["total"], 0);
    }
    // Nor can they sign somebody out who sends no cookie: the answer would
    // take the cookies back.
    let out = send(&house, "/api/auth/logout", &[FOREIGN], Some(json!({}))).await;
    assert_eq!((out.verdict(), out.cookies.len()), ((403, "foreign_page"), 0));

    for (number, page) in [PAGE, OWN].into_iter().enumerate() {
        let answer = send(&house, "/webrtc/calls", &from(page), Some(call.clone())).await;
        let expected = [(201, "ok"), (400, "already_open")][number];
        assert_eq!(answer.verdict(), expected, "{page:?}");
    }
    let (_, refreshed) = house
        .post("/api/auth/refresh", "", &json!({"refreshToken": ada.body["refreshToken"]}))
        .await;
    assert_eq!(refreshed["success"], true, "nothing of that used the refresh token up");
}

fn cookie(answer: &Answer) -> String {
    format!("RefreshToken={}", answer.cookie("RefreshToken"))
}

#[tokio::test]
async fn a_browser_refreshes_with_its_cookie() {
    let house = open().await;
    let first = log_in_new(&house).await;
    let next = refresh(&house, &cookie(&first)).await;
    assert_eq!(next.verdict(), (200, "ok"));
    assert_eq!(next.cookies.len(), 3);
    assert_eq!(next.cookie("RefreshToken"), next.body["data"]["tokens"]["refreshToken"]);
    assert_ne!(next.cookie("RefreshToken"), first.cookie("RefreshToken"));
    assert_eq!(next.body["user"]["name"], "ada");

    let third = refresh(&house, &cookie(&next)).await;
    assert_eq!(third.verdict(), (200, "ok"));
    let by_body = json!({"refreshToken": third.cookie("RefreshToken")});
    let fourth = send(&house, "/api/auth/refresh", &[OWN], Some(by_body)).await;
    assert_eq!((fourth.verdict(), fourth.cookies.len()), ((200, "ok"), 0));

    let none = refresh(&house, "theme=dark").await;
    assert_eq!(none.verdict(), (400, "invalid_payload"));
    assert_eq!(none.body["field"], "refreshToken");
    let access = format!("RefreshToken={}", first.cookie("AccessToken"));
    assert_eq!(refresh(&house, &access).await.verdict(), (401, "token_invalid"));
}

#[tokio::test]
async fn tabs_that_wake_up_together_all_stay_signed_in() {
    let house = open().await;
    let first = log_in_new(&house).await;
    let old = cookie(&first);
    let tabs = (0..8).map(|_| refresh(&house, &old));
    let tabs = futures_util::future::join_all(tabs).await;
    let next = cookie(&tabs[0]);
    for tab in &tabs {
        assert_eq!((tab.verdict(), &cookie(tab)), ((200, "ok"), &next));
    }
    assert_eq!(refresh(&house, &next).await.status, 200);

    // Who still has the old one after that has a copy.
    house.clock.advance(Duration::from_secs(10));
    let other = log_in(&house, "ada", &[]).await;
    assert_eq!(refresh(&house, &old).await.verdict(), (401, "token_invalid"));
    assert_eq!(refresh(&house, &cookie(&other)).await.verdict(), (401, "token_invalid"));
}

#[tokio::test]
async fn who_signs_out_has_no_cookies_left() {
    let house = open().await;
    let first = log_in_new(&house).await;
    let out = async |headers: &[(&str, &str)]| {
        let answer = send(&house, "/api/auth/logout", headers, Some(json!({}))).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        answer
    };
    let old = cookie(&first);
    let answer = out(&[("Cookie", &old), PAGE]).await;
    for name in ["AccessToken", "authToken", "RefreshToken"] {
        assert_eq!(answer.cookie(name), "");
        assert_eq!(particulars(&answer, name)[0], "Max-Age=0");
    }
    assert_eq!(refresh(&house, &old).await.verdict(), (401, "token_invalid"));
    assert_eq!(out(&[("Cookie", &old)]).await.cookies.len(), 3, "signing out twice is signed out");
    assert_eq!(out(&[("Cookie", "RefreshToken=nonsense")]).await.cookies.len(), 3);
    assert_eq!(out(&[]).await.cookies.len(), 3);
}

async fn log_in_new(house: &TestHouse) -> Answer {
    register(house, "ada").await;
    log_in(house, "ada", &[PAGE]).await
}

async fn refresh(house: &TestHouse, cookie: &str) -> Answer {
    send(house, "/api/auth/refresh", &[("Cookie", cookie), PAGE], Some(json!({}))).await
}
