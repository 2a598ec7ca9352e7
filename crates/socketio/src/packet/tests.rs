//! The document's examples, and what must not pass.

use super::*;

fn event(text: &str) -> (Option<u64>, u8, String, &str) {
    match Packet::decode(text).expect("an event").content {
        Content::Event { id, attachments, body } => {
            (id, attachments, body.name().into_owned(), body.arguments.text())
        }
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn connect_may_name_a_namespace_and_carry_an_object() {
    let table = [
        ("0", "/", None),
        ("0/admin,", "/admin", None),
        ("0/admin", "/admin", None),
        (r#"0{"token":"123"}"#, "/", Some(r#"{"token":"123"}"#)),
        (r#"0/admin,{"token":"123"}"#, "/admin", Some(r#"{"token":"123"}"#)),
        ("0{}", "/", Some("{}")),
    ];
    for (text, namespace, payload) in table {
        let packet = Packet::decode(text).expect(text);
        assert_eq!(packet.namespace, namespace, "{text}");
        assert_eq!(packet.content, Content::Connect(payload), "{text}");
    }
}

#[test]
fn disconnect_carries_nothing() {
    for (text, namespace) in [("1", "/"), ("1/admin,", "/admin"), ("1/admin", "/admin")] {
        let packet = Packet::decode(text).expect(text);
        assert_eq!((packet.namespace, packet.content), (namespace, Content::Disconnect));
    }
}

#[test]
fn events_of_the_document() {
    assert_eq!(event(r#"2["foo"]"#), (None, 0, "foo".into(), ""));
    assert_eq!(event(r#"2/admin,["bar"]"#), (None, 0, "bar".into(), ""));
    assert_eq!(event(r#"212["foo"]"#), (Some(12), 0, "foo".into(), ""));
    assert_eq!(event(r#"2/admin,1["tellme"]"#), (Some(1), 0, "tellme".into(), ""));
    assert_eq!(
        event(r#"51-["baz",{"_placeholder":true,"num":0}]"#),
        (None, 1, "baz".into(), r#"{"_placeholder":true,"num":0}"#)
    );
    assert_eq!(
        event(r#"52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#),
        (None, 2, "baz".into(), r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#)
    );
    assert_eq!(event(r#"50-["x"]"#), (None, 0, "x".into(), ""));
}

#[test]
fn arguments_keep_their_text_and_can_be_split() {
    let (_, _, name, text) = event("2[ \"message\" , 1 ,\"2\", {\"3\":[true]} ]");
    assert_eq!((name.as_str(), text), ("message", "1 ,\"2\", {\"3\":[true]}"));
    let Content::Event { body, .. } =
        Packet::decode("2[\"m\", 1 ,\"2,]\", {\"3\":[true]} ]").expect("an event").content
    else {
        panic!("an event");
    };
    assert_eq!(body.arguments.first(), Some("1"));
    let elements: Vec<_> = body.arguments.split().into_iter().map(|it| it.get()).collect();
    assert_eq!(elements, ["1", "\"2,]\"", "{\"3\":[true]}"]);
}

#[test]
fn names_may_contain_escapes_or_be_numbers() {
    assert_eq!(event(r#"2["\u0066oo\n",1]"#).2, "foo\n");
    assert_eq!(event(r#"2["",1]"#).2, "");
    assert_eq!(event("2[42,1]").2, "42");
    assert_eq!(event(r#"2["__proto__",1]"#).2, "__proto__");
    assert_eq!(event(r#"2["constructor"]"#).2, "constructor");
}

#[test]
fn acknowledgements_of_the_document() {
    let table = [
        ("312[]", "/", Some(12), 0, ""),
        (r#"3/admin,13["bar"]"#, "/admin", Some(13), 0, r#""bar""#),
        (
            r#"61-15["bar",{"_placeholder":true,"num":0}]"#,
            "/",
            Some(15),
            1,
            r#""bar",{"_placeholder":true,"num":0}"#,
        ),
        ("3[]", "/", None, 0, ""),
    ];
    for (text, namespace, number, count, arguments) in table {
        let packet = Packet::decode(text).expect(text);
        assert_eq!(packet.namespace, namespace);
        let Content::Ack { id, attachments, arguments: found } = packet.content else {
            panic!("{text} is an acknowledgement");
        };
        assert_eq!((id, attachments, found.text()), (number, count, arguments), "{text}");
    }
}

#[test]
fn v5_malformed_packets_are_refused() {
    let table = [
        ("", Malformed::Type),
        ("abc", Malformed::Type),
        ("7", Malformed::Type),
        ("é", Malformed::Type),
        ("4{\"message\":\"x\"}", Malformed::Type),
        ("0[]", Malformed::Payload),
        ("0\"x\"", Malformed::Payload),
        ("0null", Malformed::Payload),
        ("012{}", Malformed::Payload),
        ("0{", Malformed::Payload),
        ("0{}{}", Malformed::Payload),
        ("1[]", Malformed::Payload),
        ("1{}", Malformed::Payload),
        ("2", Malformed::Payload),
        ("2/admin", Malformed::Payload),
        ("2{}", Malformed::Payload),
        ("2[]", Malformed::Payload),
        ("2\"x\"", Malformed::Payload),
        ("2[null]", Malformed::Payload),
        ("2[true]", Malformed::Payload),
        ("2[{}]", Malformed::Payload),
        ("2[[]]", Malformed::Payload),
        ("2[\"x\"", Malformed::Payload),
        ("2[\"x\",]", Malformed::Payload),
        ("2[\"x\" 1]", Malformed::Payload),
        ("2[\"x\"]]", Malformed::Payload),
        ("2[\"x\",NaN]", Malformed::Payload),
        ("2[\"x\",01]", Malformed::Payload),
        ("2[\"x\",\"\u{1}\"]", Malformed::Payload),
        ("2[\"x\"]\u{0}", Malformed::Payload),
        ("2[\"connect\"]", Malformed::Payload),
        ("2[\"connect_error\"]", Malformed::Payload),
        ("2[\"disconnect\"]", Malformed::Payload),
        ("2[\"disconn\\u0065ct\"]", Malformed::Payload),
        ("2[\"disconnecting\"]", Malformed::Payload),
        ("2[\"newListener\"]", Malformed::Payload),
        ("2[\"removeListener\"]", Malformed::Payload),
        ("2abc[\"x\"]", Malformed::Payload),
        ("2-1[\"x\"]", Malformed::Payload),
        ("21.5[\"x\"]", Malformed::Payload),
        ("299999999999999999999999[\"x\"]", Malformed::Id),
        ("3", Malformed::Payload),
        ("3{}", Malformed::Payload),
        ("312{}", Malformed::Payload),
        ("399999999999999999999[]", Malformed::Id),
        ("5[\"x\"]", Malformed::Attachments),
        ("5-[\"x\"]", Malformed::Attachments),
        ("5a-[\"x\"]", Malformed::Attachments),
        ("5+1-[\"x\"]", Malformed::Attachments),
        ("5256-[\"x\"]", Malformed::Attachments),
        ("599999999999999999999-[\"x\"]", Malformed::Attachments),
        ("51[\"x\"]", Malformed::Attachments),
        ("51", Malformed::Attachments),
        ("51-", Malformed::Payload),
        ("6[]", Malformed::Attachments),
        ("61-{}", Malformed::Payload),
    ];
    for (text, malformed) in table {
        assert_eq!(Packet::decode(text), Err(malformed), "{text}");
    }
}

#[test]
fn v3_depth_and_size_of_the_json_cost_no_stack() {
    let deep = format!("2[\"x\",{}{}]", "[".repeat(200_000), "]".repeat(200_000));
    assert!(Packet::decode(&deep).is_ok());
    let torn = format!("2[\"x\",{}]", "[".repeat(200_000));
    assert_eq!(Packet::decode(&torn), Err(Malformed::Payload));
    let deep = format!("0{}{}", "{\"a\":".repeat(100_000), "1".to_owned() + &"}".repeat(100_000));
    assert!(Packet::decode(&deep).is_ok());
    let third = format!("2[1,2,{}{}]", "[".repeat(200_000), "]".repeat(200_000));
    assert!(Packet::decode(&third).is_ok());
    assert!(Packet::decode("2[\"x\",1e999999,-0,\"\\ud800\",{\"a\":1,\"a\":2}]").is_ok());
}

#[test]
fn packets_are_written_as_in_the_document() {
    let main = |kind| Header::new(kind, MAIN);
    let admin = |kind| Header::new(kind, "/admin");
    let sid = serde_json::json!({"sid": "oSO0OpakMV_3jnilAAAA"});
    assert_eq!(
        main(Kind::Connect).with(&sid).expect("JSON"),
        r#"40{"sid":"oSO0OpakMV_3jnilAAAA"}"#
    );
    assert_eq!(
        admin(Kind::Connect).with(&sid).expect("JSON"),
        r#"40/admin,{"sid":"oSO0OpakMV_3jnilAAAA"}"#
    );
    let message = serde_json::json!({"message": "Not authorized"});
    assert_eq!(
        main(Kind::ConnectError).with(&message).expect("JSON"),
        r#"44{"message":"Not authorized"}"#
    );
    assert_eq!(main(Kind::Event).event_text("foo", ""), r#"42["foo"]"#);
    assert_eq!(admin(Kind::Event).event_text("bar", ""), r#"42/admin,["bar"]"#);
    assert_eq!(admin(Kind::Event).event("b\"r", &1).expect("JSON"), r#"42/admin,["b\"r",1]"#);
    let binary = Header { attachments: 1, ..main(Kind::Event) };
    assert_eq!(
        binary.event_text("baz", r#"{"_placeholder":true,"num":0}"#),
        r#"451-["baz",{"_placeholder":true,"num":0}]"#
    );
    let numbered = Header { id: Some(13), ..admin(Kind::Ack) };
    assert_eq!(numbered.arguments_text(r#""bar""#), r#"43/admin,13["bar"]"#);
    let both = Header { attachments: 1, id: Some(15), ..main(Kind::Ack) };
    assert_eq!(
        both.arguments_text(r#""bar",{"_placeholder":true,"num":0}"#),
        r#"461-15["bar",{"_placeholder":true,"num":0}]"#
    );
    assert_eq!(main(Kind::Disconnect).alone(), "41");
    assert_eq!(admin(Kind::Disconnect).alone(), "41/admin,");
}
