//! Guest links: who gives them out, who comes by them, and how far.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    support::Guest,
    ward::{Ward, id},
};

const LINKS: &str = "/api/guest-links";

/// An appointment of the doctor and the patient; answers its id.
async fn visit(ward: &Ward) -> String {
    let new = json!({"patientId": "pat", "providerId": "doc", "startsAt": "2023-11-15T10:00:00Z"});
    let (status, made) = ward.post("doc", "/api/appointments", new).await;
    assert_eq!(status, 201, "{made}");
    id(&made).to_owned()
}

/// The doctor's meeting; answers its id.
async fn meeting(ward: &Ward, private: bool) -> String {
    let new = json!({"name": "Ward round", "private": private});
    let (status, made) = ward.post("doc", "/api/room", new).await;
    assert_eq!(status, 201, "{made}");
    id(&made).to_owned()
}

/// A link of the doctor's to a place.
async fn link(ward: &Ward, place: &str, reusable: bool) -> Value {
    let new = json!({"place": place, "role": "interpreter", "reusable": reusable});
    let (status, made) = ward.post("doc", LINKS, new).await;
    assert_eq!(status, 201, "{made}");
    made
}

/// Somebody without an account looks at a link, or comes by it.
async fn look(ward: &Ward, link: &Value) -> (u16, Value) {
    ward.house.post("/api/guests/look", "", &json!({"token": link["token"]})).await
}

async fn come(ward: &Ward, link: &Value) -> (u16, Value) {
    let guest = json!({"token": link["token"], "name": "Gita"});
    ward.house.post("/api/guests", "", &guest).await
}

/// The token of somebody who came by a link, and who they are.
async fn came(ward: &Ward, link: &Value) -> (String, String) {
    let (status, guest) = come(ward, link).await;
    assert_eq!(status, 201, "{guest}");
    let token = guest["accessToken"].as_str().expect("a token").to_owned();
    (token, id(&guest["user"]).to_owned())
}

/// The statuses and codes of looking at a link and of coming by it, which are
/// the same.
async fn refused(ward: &Ward, link: &Value) -> String {
    let said = |(status, problem): (u16, Value)| {
        format!("{status} {}", problem["code"].as_str().unwrap_or("-"))
    };
    let (looked, came) = (said(look(ward, link).await), said(come(ward, link).await));
    assert_eq!(looked, came);
    came
}

#[tokio::test]
async fn somebody_without_an_account_comes_by_a_link() {
    let ward = Ward::open().await;
    let visit = visit(&ward).await;
    let made = link(&ward, &visit, false).await;
    let token = made["token"].as_str().expect("a token");
    assert_eq!(
        made,
        json!({"id": id(&made), "place": visit, "role": "interpreter", "reusable": false,
               "token": token, "url": format!("/join/{token}"),
               "createdAt": "2023-11-14T22:13:20.000Z", "expiresAt": "2023-11-15T22:13:20.000Z",
               "uses": 0, "suspended": false})
    );
    let seen = json!({"kind": "appointment", "title": "Appointment", "host": "doc the provider",
                      "role": "interpreter", "startsAt": "2023-11-15T10:00:00.000Z"});
    for _ in 0..2 {
        assert_eq!(look(&ward, &made).await, (200, seen.clone()));
    }

    let guest = json!({"token": token, "name": "  Gita Rao "});
    let (status, guest) = ward.house.post("/api/guests", "", &guest).await;
    assert_eq!((status, &guest["place"], &guest["role"]), (201, &json!(visit), &made["role"]));
    assert_eq!(
        (&guest["user"]["name"], &guest["user"]["role"]),
        (&json!("Gita Rao"), &json!("guest"))
    );
    assert!(id(&guest["user"]).starts_with("guest-"), "{guest}");
    assert!(guest["expiresIn"].is_u64(), "{guest}");
    let access = guest["accessToken"].as_str().expect("a token");
    let (status, me) = ward.house.get("/api/me", access).await;
    assert_eq!((status, &me["id"]), (200, &guest["user"]["id"]));
    let refresh = json!({"refreshToken": guest["refreshToken"]});
    let (status, again) = ward.house.post("/api/auth/refresh", "", &refresh).await;
    assert_eq!((status, &again["user"]["role"]), (200, &json!("guest")), "{again}");

    assert_eq!(refused(&ward, &made).await, "410 link_used");
    let listed = ward.seen("doc", &format!("{LINKS}?place={visit}")).await;
    assert_eq!((&listed["links"][0]["uses"], &listed["links"][1]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn a_link_leads_to_meetings_and_calls_too() {
    let ward = Ward::open().await;
    let round = link(&ward, &meeting(&ward, true).await, true).await;
    let seen = json!({"kind": "meeting", "title": "Ward round", "host": "doc the provider",
                      "role": "interpreter"});
    assert_eq!(look(&ward, &round).await, (200, seen));
    let (first, second) = (came(&ward, &round).await, came(&ward, &round).await);
    assert_ne!(first.1, second.1, "each is somebody else");

    let path = ward.call().await;
    let call = link(&ward, crate::ward::last(&path), false).await;
    let seen = json!({"kind": "call", "title": "Call", "host": "doc the provider",
                      "role": "interpreter"});
    assert_eq!(look(&ward, &call).await, (200, seen));
    ward.post("doc", &format!("{path}/end"), json!({})).await;
    assert_eq!(refused(&ward, &call).await, "410 link_expired");
    // Its caller still sees what they gave out, and can take it back.
    let listed = ward.seen("doc", &format!("{LINKS}?place={}", crate::ward::last(&path))).await;
    assert_eq!(listed["links"][0]["id"], call["id"]);
}

#[tokio::test]
async fn the_room_of_a_place_means_the_place() {
    let ward = Ward::open().await;
    let round = meeting(&ward, false).await;
    let mut doc = ward.guest("doc").await;
    let joined = doc.ask("join", json!({ "callId": round })).await;
    let room = id(&joined["result"]);
    assert_ne!(room, round);
    assert_eq!(link(&ward, room, false).await["place"], round);
}

#[tokio::test]
async fn hosts_and_administrators_have_links_and_nobody_else() {
    let ward = Ward::open().await;
    let (visit, open) = (visit(&ward).await, meeting(&ward, false).await);
    let (closed, call) = (meeting(&ward, true).await, ward.call().await);
    let call = crate::ward::last(&call);
    let (theirs, not_there) = ("403 forbidden -", "404 not_a_participant -");
    for (place, who, expected) in [
        (visit.as_str(), "boss", "201 - -"),
        (&visit, "pat", theirs),
        (&visit, "doc-2", not_there),
        (&visit, "eve", not_there),
        (&visit, "gus", not_there),
        (&open, "boss", "201 - -"),
        (&open, "eve", theirs),
        (&open, "gus", theirs),
        (&closed, "eve", not_there),
        (call, "boss", "201 - -"),
        (call, "pat", theirs),
        (call, "doc-2", not_there),
        ("nowhere", "doc", not_there),
        ("nowhere", "boss", not_there),
    ] {
        let new = json!({"place": place, "role": "guest"});
        assert_eq!(ward.no(who, "POST", LINKS, new).await, expected, "{who} {place}");
        let list = format!("{LINKS}?place={place}");
        let expected = expected.replace("201", "200");
        assert_eq!(ward.no(who, "GET", &list, Value::Null).await, expected, "{who} {place}");
    }
    let made = link(&ward, &visit, false).await;
    let path = format!("{LINKS}/{}", id(&made));
    for (who, expected) in [("pat", theirs), ("eve", not_there), ("gus", not_there)] {
        assert_eq!(ward.no(who, "DELETE", &path, Value::Null).await, expected, "{who}");
    }
    assert_eq!(look(&ward, &made).await.0, 200, "nothing was taken back");
    let unknown = "404 link_unknown -";
    for path in ["/api/guest-links/nothing", "/api/guest-links/a%20b"] {
        assert_eq!(ward.no("boss", "DELETE", path, Value::Null).await, unknown);
    }
    let (status, _) = ward.house.post(LINKS, "", &json!({"place": visit, "role": "guest"})).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn what_makes_no_link_is_told_by_field() {
    let ward = Ward::open().await;
    let visit = visit(&ward).await;
    let check = async |new: Value, expected: &str| {
        assert_eq!(ward.no("doc", "POST", LINKS, new.clone()).await, expected, "{new}");
    };
    check(json!({"role": "guest"}), "400 invalid_payload place").await;
    check(json!({"place": "", "role": "guest"}), "400 invalid_payload place").await;
    check(json!({ "place": visit }), "400 invalid_payload role").await;
    check(json!({"place": visit, "role": "host"}), "400 invalid_payload role").await;
    for minutes in [json!(0), json!(129_601), json!(-1), json!("1")] {
        let new = json!({"place": visit, "role": "guest", "minutes": minutes});
        check(new, "400 invalid_payload minutes").await;
    }
    let query = ward.no("doc", "GET", LINKS, Value::Null).await;
    assert_eq!(query, "400 invalid_query -");
    let listed = ward.seen("doc", &format!("{LINKS}?place={visit}")).await;
    assert_eq!(listed, json!({"links": []}));
    for minutes in [1, 129_600] {
        let new = json!({"place": visit, "role": "carer", "minutes": minutes});
        check(new, "201 - -").await;
    }

    let made = link(&ward, &visit, false).await;
    for name in ["", "  ", &"x".repeat(81), "a\u{7}b"] {
        let guest = json!({"token": made["token"], "name": name});
        let (status, problem) = ward.house.post("/api/guests", "", &guest).await;
        assert_eq!((status, &problem["field"]), (400, &json!("name")), "{problem}");
    }
    let (status, problem) = ward.house.post("/api/guests", "", &json!({"name": "Gita"})).await;
    assert_eq!((status, &problem["field"]), (400, &json!("token")));
    assert_eq!(look(&ward, &made).await.0, 200, "nothing was used up");
    let long = json!({"token": made["token"], "name": "é".repeat(80)});
    assert_eq!(ward.house.post("/api/guests", "", &long).await.0, 201);
}

#[tokio::test]
async fn nobody_comes_by_a_link_that_was_not_given_out() {
    let ward = Ward::open().await;
    let visit = visit(&ward).await;
    let (one, other) = (link(&ward, &visit, false).await, link(&ward, &visit, false).await);
    let part = |link: &Value, number| {
        let token = link["token"].as_str().expect("a token");
        token.split('.').nth(number).expect("two parts").to_owned()
    };
    let forged = format!("{}.{}", part(&one, 0), part(&other, 1));
    // What the house signs besides opens no place to guests.
    let ours = ward.house.token("doc", housecall_core::Role::Admin);
    for token in [forged, part(&one, 0), format!("{}.", part(&one, 0)), ours, String::new()] {
        let link = json!({ "token": token });
        assert_eq!(refused(&ward, &link).await, "404 link_unknown", "{link}");
    }
    assert_eq!(look(&ward, &one).await.0, 200);
}

#[tokio::test]
async fn a_link_ends_with_its_time_with_its_host_and_with_its_place() {
    let ward = Ward::open().await;
    let visit = visit(&ward).await;
    let (kept, taken) = (link(&ward, &visit, true).await, link(&ward, &visit, true).await);
    let path = format!("{LINKS}/{}", id(&taken));
    for _ in 0..2 {
        assert_eq!(ward.ask("doc", "DELETE", &path, Value::Null).await.0, 204);
    }
    assert_eq!(refused(&ward, &taken).await, "410 link_revoked");
    let listed = ward.seen("boss", &format!("{LINKS}?place={visit}")).await;
    let revoked = listed["links"].as_array().expect("a list").iter();
    assert_eq!(revoked.filter(|it| it["revokedAt"].is_string()).count(), 1, "{listed}");

    ward.house.clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(look(&ward, &kept).await.0, 200);
    ward.house.clock.advance(Duration::from_secs(1));
    assert_eq!(refused(&ward, &kept).await, "410 link_expired");

    let fresh = link(&ward, &visit, true).await;
    let appointment = format!("/api/appointments/{visit}");
    assert_eq!(ward.ask("doc", "DELETE", &appointment, Value::Null).await.0, 200);
    assert_eq!(refused(&ward, &fresh).await, "410 link_expired");
    let new = json!({"place": visit, "role": "guest"});
    assert_eq!(ward.no("doc", "POST", LINKS, new).await, "400 call_over -");
}

#[tokio::test]
async fn of_many_who_follow_a_link_for_one_one_comes() {
    let ward = Ward::open().await;
    let made = link(&ward, &visit(&ward).await, false).await;
    let answers = join_all((0..8).map(|_| come(&ward, &made))).await;
    let came = answers.iter().filter(|(status, _)| *status == 201).count();
    let used = answers.iter().filter(|(_, it)| it["code"] == "link_used").count();
    assert_eq!((came, used), (1, 7), "{answers:?}");
}

#[tokio::test]
async fn the_link_of_a_removed_guest_is_suspended_until_they_are_let_in() {
    let ward = Ward::open().await;
    let round = meeting(&ward, false).await;
    let made = link(&ward, &round, true).await;
    let (token, gita) = came(&ward, &made).await;
    let mut doc = ward.enters("doc", &round).await;
    let mut guest = Guest::connect(ward.house.address(), &json!({ "token": token })).await;
    let arrived = guest.ask("arrive", json!({ "callId": round })).await;
    assert_eq!(arrived["ok"], true, "{arrived}");

    let suspended = async || {
        let listed = ward.seen("doc", &format!("{LINKS}?place={round}")).await;
        listed["links"][0]["suspended"].clone()
    };
    assert_eq!(suspended().await, false);
    let whom = json!({"callId": round, "user": gita});
    let removed = doc.ask("remove", whom.clone()).await;
    assert_eq!(removed["ok"], true, "{removed}");
    assert_eq!(suspended().await, true);
    assert_eq!(refused(&ward, &made).await, "410 link_revoked");

    assert_eq!(doc.ask("admit", whom).await["ok"], true);
    assert_eq!(suspended().await, false);
    assert_eq!(look(&ward, &made).await.0, 200);
}

#[tokio::test]
async fn a_guest_goes_nowhere_else() {
    let ward = Ward::open().await;
    let (round, lunch) = (meeting(&ward, false).await, meeting(&ward, false).await);
    let (token, gita) = came(&ward, &link(&ward, &round, false).await).await;
    let get = async |path: &str| ward.house.get(path, &token).await;
    for path in ["/api/people", "/api/contacts"] {
        let (status, body) = get(path).await;
        assert!(status == 200 && !body.to_string().contains("doc"), "{path}: {body}");
    }
    for (path, status, code) in [
        ("/api/users".to_owned(), 403, "forbidden"),
        ("/api/users/search?q=doc".to_owned(), 403, "forbidden"),
        ("/api/users/doc".to_owned(), 404, "not_found"),
        (format!("/api/room/{lunch}"), 404, "not_a_participant"),
        (format!("/api/consultations/sessions/{lunch}"), 404, "not_a_participant"),
        (format!("{LINKS}?place={lunch}"), 404, "not_a_participant"),
        (format!("{LINKS}?place={round}"), 403, "forbidden"),
    ] {
        let (seen, problem) = get(&path).await;
        assert_eq!((seen, &problem["code"]), (status, &json!(code)), "{path}");
    }
    let (_, rooms) = get("/api/room").await;
    assert_eq!((&rooms[0]["id"], rooms.as_array().map(Vec::len)), (&json!(round), Some(1)));

    let call = json!({"patientId": gita, "providerId": "doc", "type": "video"});
    let book = json!({"patientId": "pat", "providerId": gita, "startsAt": "2023-11-15T10:00:00Z"});
    for (path, body) in [
        ("/webrtc/calls", call),
        ("/api/room", json!({"name": "Mine"})),
        ("/api/appointments", book),
    ] {
        let (status, problem) = ward.house.post(path, &token, &body).await;
        assert_eq!((status, &problem["code"]), (403, &json!("forbidden")), "{path}");
    }
    let mut guest = Guest::connect(ward.house.address(), &json!({ "token": token })).await;
    let started = guest.ask("start", json!({"callees": ["doc"]})).await;
    assert_eq!(started["problem"]["code"], "forbidden", "{started}");

    // Those who work here are not shown who came by links.
    let people = ward.seen("doc", "/api/people").await;
    assert!(!people.to_string().contains(&gita), "{people}");
}
