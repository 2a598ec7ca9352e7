//! A vocabulary that is not ours: what it takes to add one. Neither the rules nor
//! the gateway know of it.

use housecall_core::{
    Command, Event, Role, RoomId, UserId,
    negotiation::FirstOffer,
    room::{Media, OtherDevice},
};
use housecall_dialect::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Problem, Recipient, Signal, SignalKind,
    Speaker, Viewer, parse,
};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use crate::support::{Guest, TestHouse};

/// Three words in, four out, about places with names.
#[derive(Debug)]
struct Tiny;

#[derive(Deserialize)]
struct Wave<'a> {
    place: RoomId,
    to: UserId,
    #[serde(borrow)]
    with: &'a RawValue,
}

impl Dialect for Tiny {
    fn name(&self) -> &'static str {
        "tiny"
    }

    fn namespaces(&self) -> &'static [&'static str] {
        &["/tiny"]
    }

    fn first_offer(&self) -> FirstOffer {
        FirstOffer::Member
    }

    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    fn recognizes(&self, word: &str, _: Option<&str>) -> bool {
        ["come", "go", "wave"].contains(&word)
    }

    fn decode<'a>(
        &self,
        by: &Speaker<'_>,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>> {
        let device = by.device.clone();
        Some(match word {
            "come" => parse(body).map(|place: RoomId| {
                let join = Command::Join { device, media: Media::ON, other: OtherDevice::IsPutOut };
                Heard::Enter { place: place.into(), commands: vec![join] }
            }),
            "go" => parse(body).map(|place: RoomId| {
                let leave = Command::Leave { device: Some(device), reason: None };
                Heard::Ask { place: place.into(), commands: vec![leave] }
            }),
            "wave" => parse(body).and_then(|Wave { place, to, with }| {
                let signal = Signal::checked(SignalKind::Offer, with, "with")?;
                Ok(Heard::Signal { place: place.into(), to: Recipient::One(to), signal })
            }),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { from, signal, .. } => {
                say("waves", json!({ "from": from, "with": signal.body }).to_string());
            }
            News::Entry { after, entry, .. } if viewer.is_in(after) => match &entry.event {
                Event::Joined { user, .. } => say("came", json!(user).to_string()),
                Event::Left { user, .. } => say("went", json!(user).to_string()),
                _ => {}
            },
            _ => {}
        }
    }

    fn consent(&self, _: &Viewer<'_>, _: &Answer<'_>) -> String {
        json!("yes").to_string()
    }

    fn refuse(&self, problem: &Problem) -> String {
        json!(problem.code).to_string()
    }

    fn complain(&self, _: &str, problem: &Problem) -> (&'static str, String) {
        ("no", json!(problem.code).to_string())
    }
}

#[tokio::test]
async fn a_new_vocabulary_meets_the_others_and_nothing_else_changes() {
    let dialects = [housecall_dialect::ALL, &[&Tiny]].concat();
    let house = TestHouse::speaking(dialects, &[]).await;
    let (doctor, patient) = (house.token("doc", Role::Provider), house.token("pat", Role::Patient));
    house.get("/api/me", &patient).await;
    house.get("/api/me", &doctor).await;
    let new = json!({"patientId": "pat", "providerId": "doc", "startsAt": "2030-01-01T10:00:00Z"});
    let (_, visit) = house.post("/api/appointments", &doctor, &new).await;
    let place = &visit["id"];

    let mut native = house.guest("doc").await;
    let mut tiny = Guest::connect_to("/tiny", house.address(), &json!({ "token": patient })).await;
    assert_eq!(tiny.ask("come", place.clone()).await, "yes");
    native.hears("initiated").await;
    let joined = native.ask("join", json!({ "callId": place })).await;
    assert_eq!(joined["ok"], true, "{joined}");
    assert_eq!(tiny.word("came").await, "doc");

    let offer = json!({"type": "offer", "sdp": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n"});
    tiny.say("wave", json!({ "place": place, "to": "doc", "with": offer })).await;
    let heard = native.word("signal").await;
    assert_eq!((&heard["from"], &heard["body"]), (&json!("pat"), &offer));

    assert_eq!(tiny.ask("go", place.clone()).await, "yes");
    native.hears("left").await;
    assert_eq!(tiny.ask("go", place.clone()).await, "not_in_room");
    tiny.say("dance", json!({})).await;
    assert_eq!(tiny.word("no").await, "unknown_event");
}
