//! Meetings over REST: who makes, sees, ends and deletes them, who is in them,
//! and what they write there.

use std::time::Duration;

use serde_json::{Value, json};

use crate::ward::{Ward, id};

const NOW: &str = "2023-11-14T22:13:20.000Z";

/// Makes a meeting and answers its id.
async fn make(ward: &Ward, who: &str, new: Value) -> String {
    let (status, made) = ward.post(who, "/api/room", new).await;
    assert_eq!(status, 201, "{made}");
    id(&made).to_owned()
}

async fn open(ward: &Ward) -> String {
    make(ward, "pat", json!({"name": "Rounds"})).await
}

async fn private(ward: &Ward) -> String {
    make(ward, "pat", json!({"name": "Rounds", "private": true})).await
}

fn path(room: &str) -> String {
    format!("/api/room/{room}")
}

/// A field of everything in a list.
fn each(list: &Value, field: &str) -> Vec<Value> {
    list.as_array().expect("a bare array").iter().map(|it| it[field].clone()).collect()
}

#[tokio::test]
async fn a_meeting_belongs_to_who_makes_it() {
    let ward = Ward::open().await;
    let new = json!({"name": "  Tumour board ", "creatorId": "doc", "private": false,
                     "password": null, "scheduleAt": "2023-11-15T10:00:00Z"});
    let (status, made) = ward.post("pat", "/api/room", new).await;
    let expected = json!({
        "id": id(&made), "name": "Tumour board", "creatorId": "pat", "adminsId": ["pat"],
        "private": false, "scheduleAt": "2023-11-15T10:00:00.000Z", "createdAt": NOW,
        "endedAt": null, "deletedAt": null,
    });
    assert_eq!((status, &made), (201, &expected));
    for who in ["pat", "eve", "gus", "boss"] {
        assert_eq!(ward.seen(who, &path(id(&made))).await, expected, "{who}");
        assert_eq!(ward.seen(who, "/api/room").await, json!([expected]), "{who}");
    }
}

#[tokio::test]
async fn a_private_meeting_is_seen_by_who_was_let_in() {
    let ward = Ward::open().await;
    let new = json!({"name": "Case", "private": true, "access": ["doc", "pat", "doc"]});
    let room = make(&ward, "pat", new).await;
    for who in ["pat", "doc", "boss"] {
        assert_eq!(ward.seen(who, &path(&room)).await["private"], true, "{who}");
        assert_eq!(each(&ward.seen(who, "/api/room").await, "id"), [json!(room)], "{who}");
    }
    // To others it is as if it were not there.
    let no = "404 not_a_participant -";
    let come = json!({"userId": "doc", "roomId": room});
    let say = json!({"roomId": room, "content": "Hi"});
    for (method, path, body) in [
        ("GET", path(&room), Value::Null),
        ("DELETE", path(&room), Value::Null),
        ("POST", format!("{}/end", path(&room)), json!({"userId": "pat"})),
        ("POST", "/api/connection".to_owned(), come.clone()),
        ("PUT", "/api/connection".to_owned(), come),
        ("GET", format!("/api/connection/room/{room}"), Value::Null),
        ("GET", format!("/api/message?roomId={room}"), Value::Null),
        ("POST", "/api/message".to_owned(), say),
        ("GET", "/api/room/nowhere".to_owned(), Value::Null),
        ("GET", "/api/room/a%20b".to_owned(), Value::Null),
    ] {
        assert_eq!(ward.no("eve", method, &path, body).await, no, "{method} {path}");
    }
    assert_eq!(ward.seen("eve", "/api/room").await, json!([]));

    // A password is not kept, but keeps people out.
    let secret = make(&ward, "pat", json!({"name": "Case", "password": "canary"})).await;
    assert_eq!(ward.no("eve", "GET", &path(&secret), Value::Null).await, no);
    assert!(!ward.seen("pat", &path(&secret)).await.to_string().contains("canary"));
    let empty = json!({"name": "Case", "password": ""});
    let empty = make(&ward, "pat", empty).await;
    assert_eq!(ward.seen("eve", &path(&empty)).await["private"], false);
}

#[tokio::test]
async fn what_makes_no_meeting_is_told_by_field() {
    let ward = Ward::open().await;
    let check = async |who: &str, new: Value, expected: &str| {
        assert_eq!(ward.no(who, "POST", "/api/room", new.clone()).await, expected, "{new}");
    };
    check("gus", json!({"name": "Rounds"}), "403 forbidden -").await;
    check("pat", json!({}), "400 invalid_payload name").await;
    for name in ["", "   ", &"x".repeat(101)] {
        check("pat", json!({ "name": name }), "400 invalid_payload name").await;
    }
    check("pat", json!({"name": "é".repeat(100)}), "201 - -").await;
    let soon = json!({"name": "Rounds", "scheduleAt": "soon"});
    check("pat", soon, "400 invalid_payload scheduleAt").await;
    let stranger = json!({"name": "Rounds", "access": ["nobody"]});
    check("pat", stranger, "400 unknown_user access").await;
    let crowd = json!({"name": "Rounds", "access": vec!["doc"; 101]});
    check("pat", crowd, "400 invalid_payload access").await;
    assert_eq!(ward.seen("boss", "/api/room").await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn its_creator_ends_a_meeting_for_those_who_are_in_it() {
    let ward = Ward::open().await;
    let (room, other) = (open(&ward).await, open(&ward).await);
    let end = format!("{}/end", path(&room));
    let mut eve = ward.enters("eve", &room).await;
    for who in ["eve", "doc", "gus"] {
        let refused = ward.no(who, "POST", &end, json!({"userId": "pat"})).await;
        assert_eq!(refused, "403 forbidden -", "{who}");
        assert_eq!(ward.no(who, "DELETE", &path(&room), Value::Null).await, "403 forbidden -");
    }
    // The creator need not be in it.
    for _ in 0..2 {
        let (status, ended) = ward.post("pat", &end, json!({"userId": "pat"})).await;
        assert_eq!((status, &ended["endedAt"]), (200, &json!(NOW)));
    }
    eve.hears("ended").await;
    let late = eve.ask("join", json!({"callId": room})).await;
    assert_eq!(late["problem"]["code"], "call_over");
    let come = json!({"userId": "eve", "roomId": room});
    assert_eq!(ward.no("eve", "POST", "/api/connection", come.clone()).await, "400 call_over -");
    assert_eq!(ward.ask("eve", "PUT", "/api/connection", come).await.0, 200);
    let say = json!({"roomId": room, "content": "Hi"});
    assert_eq!(ward.no("eve", "POST", "/api/message", say).await, "400 call_over -");
    assert_eq!(ward.seen("eve", &path(&other)).await["endedAt"], Value::Null);

    // Administrators do it too, where nobody is.
    let (status, _) = ward.post("boss", &format!("{}/end", path(&other)), Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(ward.seen("pat", &path(&other)).await["endedAt"], NOW);
}

#[tokio::test]
async fn a_deleted_meeting_is_gone_for_those_who_are_in_it_too() {
    let ward = Ward::open().await;
    for who in ["pat", "boss"] {
        let room = open(&ward).await;
        let mut eve = ward.enters("eve", &room).await;
        let (status, deleted) = ward.ask(who, "DELETE", &path(&room), Value::Null).await;
        assert_eq!((status, &deleted["deletedAt"]), (200, &json!(NOW)), "{who}");
        assert_eq!((&deleted["id"], &deleted["endedAt"]), (&json!(room), &json!(NOW)));
        eve.hears("ended").await;
        let gone = ward.no("pat", "DELETE", &path(&room), Value::Null).await;
        assert_eq!(gone, "404 not_a_participant -");
        let late = eve.ask("join", json!({"callId": room})).await;
        assert_eq!(late["problem"]["code"], "not_a_participant");
        assert_eq!(ward.seen("boss", "/api/room").await, json!([]));
    }
}

#[tokio::test]
async fn appointments_and_calls_are_rooms_to_their_people() {
    let ward = Ward::open().await;
    let booking =
        json!({"patientId": "pat", "providerId": "doc", "startsAt": "2023-11-15T10:00:00Z"});
    let (_, made) = ward.post("doc", "/api/appointments", booking.clone()).await;
    let appointment = id(&made).to_owned();
    let expected = json!({
        "id": appointment, "name": "Consultation", "creatorId": "doc", "adminsId": ["doc"],
        "private": true, "scheduleAt": "2023-11-15T10:00:00.000Z", "createdAt": NOW,
        "endedAt": null, "deletedAt": null,
    });
    for who in ["pat", "doc", "boss"] {
        assert_eq!(ward.seen(who, &path(&appointment)).await, expected, "{who}");
    }
    let end = format!("{}/end", path(&appointment));
    assert_eq!(ward.no("doc", "POST", &end, json!({})).await, "409 nobody_there -");
    let delete = ward.no("doc", "DELETE", &path(&appointment), Value::Null).await;
    assert_eq!(delete, "409 not_a_meeting -");

    let mut pat = ward.enters("pat", &appointment).await;
    let there = ward.seen("doc", &format!("/api/connection/room/{appointment}")).await;
    assert_eq!(each(&there, "userId"), ["pat"]);
    let said = json!({"roomId": appointment, "content": "Hello?"});
    assert_eq!(ward.post("pat", "/api/message", said).await.0, 201);
    assert_eq!(ward.no("pat", "POST", &end, json!({})).await, "403 forbidden -");
    assert_eq!(ward.post("doc", &end, json!({})).await.0, 200);
    pat.hears("ended").await;
    assert_eq!(ward.seen("pat", &path(&appointment)).await["endedAt"], NOW);
    assert_eq!(ward.post("doc", &end, json!({})).await.0, 200);
    let read = ward.seen("pat", &format!("/api/message?roomId={appointment}")).await;
    assert_eq!(each(&read, "content"), ["Hello?"]);

    let (_, made) = ward.post("doc", "/api/appointments", booking).await;
    let cancelled = format!("/api/appointments/{}", id(&made));
    assert_eq!(ward.ask("doc", "DELETE", &cancelled, Value::Null).await.0, 200);
    assert_eq!(ward.seen("pat", &path(id(&made))).await["endedAt"], NOW);

    let call = ward.call().await;
    let call = path(crate::ward::last(&call));
    let shown = ward.seen("pat", &call).await;
    assert_eq!((&shown["name"], &shown["creatorId"]), (&json!("Call"), &json!("doc")));
    assert_eq!(ward.no("doc", "DELETE", &call, Value::Null).await, "409 not_a_meeting -");
    assert_eq!(ward.post("doc", &format!("{call}/end"), json!({})).await.0, 200);
    assert_eq!(ward.seen("pat", &call).await["endedAt"], NOW);
    for room in [&path(&appointment), &call] {
        assert_eq!(ward.no("eve", "GET", room, Value::Null).await, "404 not_a_participant -");
    }
}

#[tokio::test]
async fn connections_are_what_sockets_say() {
    let ward = Ward::open().await;
    let room = open(&ward).await;
    let list = format!("/api/connection/room/{room}");
    let come = json!({"userId": "eve", "roomId": room});
    let mut row = json!({
        "id": format!("{room}:pat"), "userId": "pat", "roomId": room, "joinedAt": null,
        "leftAt": null,
        "user": {"id": "pat", "email": "", "displayName": "pat the patient",
                 "nickname": "pat the patient"},
    });
    // Saying so is not being there.
    let (status, came) = ward.post("pat", "/api/connection", come.clone()).await;
    assert_eq!((status, came), (201, row.clone()));
    assert_eq!(ward.seen("pat", &list).await, json!([]));

    let mut pat = ward.enters("pat", &room).await;
    let _eve = ward.enters("eve", &room).await;
    row["joinedAt"] = json!(NOW);
    assert_eq!(ward.post("pat", "/api/connection", come.clone()).await, (201, row.clone()));
    // Who could come may see who is there.
    let there = ward.seen("gus", &list).await;
    assert_eq!(each(&there, "userId"), ["eve", "pat"]);
    assert_eq!(there[1], row);

    let (status, going) = ward.ask("pat", "PUT", "/api/connection", come.clone()).await;
    assert_eq!((status, going), (200, row.clone()), "only their socket takes them out");
    ward.house.clock.advance(Duration::from_secs(7));
    pat.ask("leave", json!({"callId": room})).await;
    row["leftAt"] = json!("2023-11-14T22:13:27.000Z");
    assert_eq!(ward.ask("pat", "PUT", "/api/connection", come).await, (200, row));
    assert_eq!(each(&ward.seen("pat", &list).await, "userId"), ["eve"]);
    let nowhere = ward.no("pat", "POST", "/api/connection", json!({"userId": "pat"})).await;
    assert_eq!(nowhere, "400 invalid_payload roomId");
}

#[tokio::test]
async fn messages_are_written_from_inside_and_read_by_who_was_there() {
    let ward = Ward::open().await;
    let room = private(&ward).await;
    let list = format!("/api/message?roomId={room}");
    let say = |body: Value| {
        let mut body = body;
        body["roomId"] = json!(room);
        body["userId"] = json!("eve");
        body
    };
    let hello = say(json!({"content": "Hello", "visibility": "public", "target": null}));
    assert_eq!(ward.seen("pat", &list).await, json!([]));
    let refused = ward.no("pat", "POST", "/api/message", hello.clone()).await;
    assert_eq!(refused, "400 not_in_room -");

    let mut pat = ward.enters("pat", &room).await;
    for who in ["doc", "doc-2"] {
        let let_in = pat.ask("admit", json!({"callId": room, "user": who})).await;
        assert_eq!(let_in["ok"], true, "{let_in}");
    }
    let mut doc = ward.enters("doc", &room).await;
    let (status, written) = ward.post("pat", "/api/message", hello).await;
    let heard = doc.hears("said").await;
    let message = format!("{}-{}", heard["callId"].as_str().expect("an id"), heard["seq"]);
    let expected = json!({
        "id": message, "content": "Hello", "msg": "Hello", "text": "Hello", "userId": "pat",
        "senderId": "pat", "roomId": room, "visibility": "public", "createdAt": NOW,
        "createAt": 1_700_000_000_000_u64,
        "user": {"id": "pat", "email": "", "displayName": "pat the patient",
                 "nickname": "pat the patient"},
    });
    assert_eq!((status, &written), (201, &expected));
    assert_eq!(ward.seen("doc", &list).await, json!([expected]));
    // Who may come but has not reads nothing, nor does an administrator.
    assert_eq!(ward.seen("doc-2", &list).await, json!([]));
    assert_eq!(ward.seen("boss", &list).await, json!([]));
    let refused = ward.no("doc-2", "POST", "/api/message", say(json!({"content": "Hi"}))).await;
    assert_eq!(refused, "400 not_in_room -");

    let _late = ward.enters("doc-2", &room).await;
    let whisper = json!({"text": "Psst", "visibility": "private",
                         "target": [{"userId": "doc"}, {"userId": "pat"}]});
    let (status, written) = ward.post("pat", "/api/message", say(whisper)).await;
    assert_eq!((status, &written["visibility"]), (201, &json!("private")));
    let both = [json!("Hello"), json!("Psst")];
    assert_eq!(each(&ward.seen("pat", &list).await, "content"), both);
    assert_eq!(each(&ward.seen("doc", &list).await, "content"), both);
    assert_eq!(each(&ward.seen("doc-2", &list).await, "content"), ["Hello"]);
    assert_eq!(each(&ward.seen("doc", &format!("{list}&limit=1")).await, "text"), ["Psst"]);
    let older = format!("{list}&limit=1&offset=1");
    assert_eq!(each(&ward.seen("doc", &older).await, "msg"), ["Hello"]);

    let no = async |body: Value| ward.no("pat", "POST", "/api/message", say(body)).await;
    assert_eq!(no(json!({})).await, "400 invalid_payload content");
    assert_eq!(no(json!({"content": "  "})).await, "400 invalid_payload content");
    assert_eq!(no(json!({"content": "x".repeat(4001)})).await, "400 invalid_payload content");
    let to_nobody = json!({"content": "x", "visibility": "private", "target": [{"userId": "pat"}]});
    assert_eq!(no(to_nobody).await, "400 invalid_payload target");
    let outside = json!({"content": "x", "visibility": "group", "target": [{"userId": "eve"}]});
    assert_eq!(no(outside).await, "400 peer_not_in_room -");
    let wrong = ward.no("pat", "GET", &format!("{list}&limit=201"), Value::Null).await;
    assert_eq!(wrong, "400 invalid_payload limit");

    // What was written stays, even when everybody has gone and come back.
    for (method, body) in [("PATCH", json!({"content": "Bye"})), ("DELETE", Value::Null)] {
        let message = format!("/api/message/{message}");
        assert_eq!(ward.no("pat", method, &message, body).await, "409 message_stays -");
    }
    let end = ward.post("pat", &format!("{}/end", path(&room)), Value::Null).await;
    assert_eq!(end.0, 200);
    assert_eq!(each(&ward.seen("doc", &list).await, "content"), both);
}

#[tokio::test]
async fn a_meeting_keeps_its_messages_from_one_time_to_the_next() {
    let ward = Ward::open().await;
    let room = open(&ward).await;
    let list = format!("/api/message?roomId={room}");
    for text in ["one", "two"] {
        let mut pat = ward.enters("pat", &room).await;
        let said = json!({"roomId": room, "msg": text});
        assert_eq!(ward.post("pat", "/api/message", said).await.0, 201);
        pat.ask("leave", json!({"callId": room})).await;
        ward.house.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(each(&ward.seen("pat", &list).await, "content"), ["one", "two"]);
    let _eve = ward.enters("eve", &room).await;
    assert_eq!(ward.seen("eve", &list).await, json!([]));
}

#[tokio::test]
async fn somebodys_meetings_come_in_pages() {
    let ward = Ward::open().await;
    for number in 1..=4 {
        let private = number == 2;
        let new = json!({"name": format!("M{number}"), "private": private});
        make(&ward, "pat", new).await;
        ward.house.clock.advance(Duration::from_secs(1));
    }
    let room = make(&ward, "doc", json!({"name": "Other"})).await;
    let page = ward.seen("pat", "/api/room/user/pat").await;
    assert_eq!(each(&page["rooms"], "name"), ["M4", "M3", "M2"]);
    assert_eq!(each(&page["rooms"], "isCreator"), [true, true, true]);
    assert_eq!(
        page["pagination"],
        json!({"currentPage": 1, "totalPages": 2, "totalRooms": 4, "limit": 3,
               "hasNextPage": true, "hasPrevPage": false})
    );
    let page = ward.seen("eve", "/api/room/user/pat?page=2&limit=2").await;
    assert_eq!(each(&page["rooms"], "name"), ["M1"], "the private one is not hers to see");
    assert_eq!(page["pagination"]["hasPrevPage"], true);
    assert_eq!(page["pagination"]["hasNextPage"], false);
    assert_eq!(
        ward.seen("boss", "/api/room/user/pat?limit=9").await["pagination"]["totalRooms"],
        4
    );
    let nobody = ward.seen("pat", "/api/room/user/nobody").await;
    assert_eq!((&nobody["rooms"], &nobody["pagination"]["totalPages"]), (&json!([]), &json!(0)));

    let _eve = ward.enters("eve", &room).await;
    let page = ward.seen("pat", "/api/room/user/doc").await;
    assert_eq!(each(&page["rooms"], "participants"), [1]);
    for (query, field) in [("page=0", "page"), ("limit=0", "limit"), ("limit=101", "limit")] {
        for path in ["/api/room", "/api/room/user/pat"] {
            let refused = ward.no("pat", "GET", &format!("{path}?{query}"), Value::Null).await;
            assert_eq!(refused, format!("400 invalid_payload {field}"));
        }
    }
}

#[tokio::test]
async fn statistics_are_for_oneself() {
    let ward = Ward::open().await;
    let room = open(&ward).await;
    let mut pat = ward.enters("pat", &room).await;
    let _eve = ward.enters("eve", &room).await;
    ward.house.clock.advance(Duration::from_secs(65 * 60 + 59));
    pat.ask("leave", json!({"callId": room})).await;
    let expected = json!({"meetingsThisMonth": 1, "totalDuration": "1h 5min",
                          "totalDurationMinutes": 65, "activeContacts": 1});
    for who in ["pat", "boss"] {
        assert_eq!(ward.seen(who, "/api/room/user/pat/stats").await, expected, "{who}");
    }
    let none = json!({"meetingsThisMonth": 0, "totalDuration": "0min",
                      "totalDurationMinutes": 0, "activeContacts": 0});
    assert_eq!(ward.seen("doc", "/api/room/user/doc/stats").await, none);
    let refused = ward.no("eve", "GET", "/api/room/user/pat/stats", Value::Null).await;
    assert_eq!(refused, "403 forbidden -");
}

#[tokio::test]
async fn nobody_is_told_anything_without_a_token_but_that_the_house_lives() {
    let ward = Ward::open().await;
    let request = |method: &str, path: &str| {
        format!("{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    };
    for (method, path) in [
        ("GET", "/api/room"),
        ("GET", "/api/room/x"),
        ("DELETE", "/api/room/x"),
        ("GET", "/api/room/user/pat"),
        ("GET", "/api/room/user/pat/stats"),
        ("GET", "/api/connection/room/x"),
        ("GET", "/api/message?roomId=x"),
        ("PATCH", "/api/message/x"),
        ("DELETE", "/api/message/x"),
    ] {
        assert_eq!(ward.house.http(&request(method, path)).await.0, 401, "{method} {path}");
    }
    ward.house.clock.advance(Duration::from_millis(1500));
    let (status, health) = ward.house.http(&request("GET", "/health")).await;
    let expected = json!({"status": "ok", "timestamp": "2023-11-14T22:13:21.500Z", "uptime": 1.5});
    assert_eq!((status, health), (200, expected));
}
