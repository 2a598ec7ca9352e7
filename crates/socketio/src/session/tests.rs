//! Scripts: what the client says, and what it amounts to.

use super::*;

fn limits() -> Limits {
    Limits { max_payload: 1000, max_refused_connects: 2, ..Limits::default() }
}

fn session(now: Instant) -> Session {
    Session::new(now, [Arc::from("/"), Arc::from("/custom")].into(), &limits())
}

/// Plays text messages. `+` lets the last one in; `*3` is an attachment of
/// three bytes.
fn play(session: &mut Session, now: Instant, script: &[&str]) -> Vec<String> {
    let mut place = 0;
    let mut told = Vec::new();
    for line in script {
        if *line == "+" {
            session.join(place);
            continue;
        }
        told.push(say(session, now, line, &mut place));
    }
    told
}

fn say(session: &mut Session, now: Instant, line: &str, knocked: &mut Place) -> String {
    let Some(length) = line.strip_prefix('*') else {
        let happening = session.text(now, line);
        return tell(session, now, happening, knocked);
    };
    let bytes = vec![0; length.parse().expect("a length")];
    match session.binary(bytes.into()) {
        Err(reason) => reason.to_string(),
        Ok(None) => "waits".to_owned(),
        Ok(Some(whole)) => {
            let happening = session.whole(&whole);
            tell(session, now, happening, knocked)
        }
    }
}

fn tell(
    session: &mut Session,
    now: Instant,
    happening: Result<Happening<'_>, Reason>,
    knocked: &mut Place,
) -> String {
    match happening {
        Err(reason) => reason.to_string(),
        Ok(Happening::Nothing) => "nothing".to_owned(),
        Ok(Happening::Stray { namespace }) => format!("no {namespace}"),
        Ok(Happening::Knock { place, auth }) => {
            *knocked = place;
            format!("knocks at {place} with {}", auth.unwrap_or("nothing"))
        }
        Ok(Happening::Event { place, id, body, attachments }) => format!(
            "event at {place}: {}({}) id {id:?} and {}",
            body.name(),
            body.arguments.text(),
            attachments.len()
        ),
        Ok(Happening::Ack { place, id, arguments, attachments }) => {
            format!("ack at {place}: {id}({}) and {}", arguments.text(), attachments.len())
        }
        Ok(Happening::Leave { place }) => {
            session.leave(now, place);
            format!("leaves {place}")
        }
    }
}

fn check(script: &[&str], told: &[&str]) {
    let now = Instant::now();
    assert_eq!(play(&mut session(now), now, script), told);
}

#[test]
fn a_client_connects_talks_and_leaves() {
    check(
        &["0", "+", r#"2["foo",1]"#, r#"212["foo"]"#, "1"],
        &[
            "knocks at 0 with nothing",
            "event at 0: foo(1) id None and 0",
            "event at 0: foo() id Some(12) and 0",
            "leaves 0",
        ],
    );
}

#[test]
fn a_client_may_be_in_several_namespaces() {
    check(
        &[r#"0/custom,{"token":"abc"}"#, "+", "0", "+", r#"2/custom,["a"]"#, r#"2["b"]"#],
        &[
            r#"knocks at 1 with {"token":"abc"}"#,
            "knocks at 0 with nothing",
            "event at 1: a() id None and 0",
            "event at 0: b() id None and 0",
        ],
    );
}

#[test]
fn anything_before_connect_ends_the_connection() {
    for line in
        [r#"2["foo"]"#, "1", "31[]", r#"51-["x",{"_placeholder":true,"num":0}]"#, "4{}", "abc", ""]
    {
        check(&[line], &["protocol_error"]);
    }
}

#[test]
fn an_unknown_namespace_is_refused_and_the_connection_stays() {
    check(&["0/random", "0"], &["no /random", "knocks at 0 with nothing"]);
}

#[test]
fn a7_refusals_are_counted() {
    check(&["0/a", "0/b", "0/c"], &["no /a", "no /b", "too_many_refusals"]);
    let now = Instant::now();
    let mut session = session(now);
    assert_eq!(session.refuse(), Ok(()));
    assert_eq!(session.refuse(), Ok(()));
    assert_eq!(session.refuse(), Err(Reason::TooManyRefusals));
}

#[test]
fn v4_connecting_twice_changes_nothing() {
    check(
        &["0", "+", "0", r#"2["foo"]"#],
        &["knocks at 0 with nothing", "nothing", "event at 0: foo() id None and 0"],
    );
}

#[test]
fn an_event_in_flight_when_the_client_left_is_ignored() {
    check(
        &["0", "+", "1", r#"2["late"]"#, "1", "31[]", "0"],
        &[
            "knocks at 0 with nothing",
            "leaves 0",
            "nothing",
            "nothing",
            "nothing",
            "knocks at 0 with nothing",
        ],
    );
}

#[test]
fn an_event_for_a_namespace_never_joined_ends_the_connection() {
    check(&["0", "+", r#"2/custom,["x"]"#], &["knocks at 0 with nothing", "protocol_error"]);
    check(&["0", "+", r#"2/none,["x"]"#], &["knocks at 0 with nothing", "protocol_error"]);
}

#[test]
fn attachments_make_an_event_whole() {
    check(
        &[
            "0",
            "+",
            r#"52-["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#,
            "*2",
            "*3",
        ],
        &[
            "knocks at 0 with nothing",
            "nothing",
            "waits",
            r#"event at 0: baz({"_placeholder":true,"num":0},{"_placeholder":true,"num":1}) id None and 2"#,
        ],
    );
    check(
        &["0", "+", r#"61-15["bar",{"_placeholder":true,"num":0}]"#, "*4"],
        &[
            "knocks at 0 with nothing",
            "nothing",
            r#"ack at 0: 15("bar",{"_placeholder":true,"num":0}) and 1"#,
        ],
    );
}

#[test]
fn v2_attachments_are_few_small_and_punctual() {
    let knock = "knocks at 0 with nothing";
    check(&["0", "+", r#"59-["x"]"#], &[knock, "protocol_error"]);
    check(&["0", "+", r#"510001-["x"]"#], &[knock, "protocol_error"]);
    check(&["0", "+", "*1"], &[knock, "protocol_error"]);
    check(&["0", "+", r#"51-["x",{}]"#, r#"2["y"]"#], &[knock, "nothing", "protocol_error"]);
    check(
        &["0", "+", r#"52-["x",{},{}]"#, "*600", "*600"],
        &[knock, "nothing", "waits", "too_large"],
    );

    let now = Instant::now();
    let mut session = session(now);
    play(&mut session, now, &["0", "+", r#"51-["x",{}]"#]);
    let late = now + Duration::from_secs(5);
    assert_eq!(session.deadline(), Some((late, Reason::ProtocolError)));
}

#[test]
fn a8_a_connection_in_no_namespace_ends_after_five_seconds() {
    let now = Instant::now();
    let mut session = session(now);
    let late = now + Duration::from_secs(5);
    assert_eq!(session.deadline(), Some((late, Reason::ConnectTimeout)));
    session.join(0);
    assert_eq!(session.deadline(), None);
    session.leave(late, 0);
    let later = late + Duration::from_secs(5);
    assert_eq!(session.deadline(), Some((later, Reason::ConnectTimeout)));
}

#[test]
fn acknowledgements_without_a_number_answer_nothing() {
    check(
        &["0", "+", "3[]", "37[1]"],
        &["knocks at 0 with nothing", "nothing", "ack at 0: 7(1) and 0"],
    );
}

#[test]
fn the_request_is_needed_until_every_namespace_is_joined() {
    let mut session = session(Instant::now());
    session.join(0);
    assert!(!session.is_everywhere());
    session.join(1);
    assert!(session.is_everywhere());
}
