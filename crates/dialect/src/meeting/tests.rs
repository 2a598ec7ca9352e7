//! Conversations at a meeting `m1` that ann is the host of. A connection is
//! called by its person, `bob`, and `bob@media` is on the media lane.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use housecall_core::{
    Actor, Private, Role, Room, Rules, Timestamp,
    room::{Door, Invitation, Kind, Purpose},
};

use super::*;
use crate::{
    Names, People,
    native::wire::Person,
    staging::{decoded, heard, id},
};

/// Everybody is known by their id, in capitals.
struct Everybody;

impl People for Everybody {
    fn person(&self, user: &UserId) -> Person {
        let name = Private::new(user.as_str().to_uppercase());
        Person { id: user.clone(), name, role: Role::Patient }
    }

    fn is_online(&self, _: &UserId) -> bool {
        true
    }

    fn first_offer(&self, _: &UserId, device: &DeviceId) -> FirstOffer {
        match device.as_str() {
            native if native.ends_with("@native") => FirstOffer::SettlesItself,
            device => lane_of(device).first_offer(),
        }
    }
}

/// A connection calls the room what the meeting is called, once it came in.
struct Entered(bool);

impl Names for Entered {
    fn name_of(&self, room: &RoomId) -> RoomId {
        if self.0 { id("m1") } else { room.clone() }
    }

    fn entered(&self, _: &RoomId) -> bool {
        self.0
    }
}

fn lane_of(connection: &str) -> Meeting {
    if connection.ends_with("@media") { Meeting::MEDIA } else { Meeting::CHAT }
}

fn user_of(connection: &str) -> UserId {
    id(connection.split('@').next().expect("a name"))
}

/// A room `r1` of the meeting, and what each connection heard.
struct Story {
    room: Room,
    now: Timestamp,
    connections: Vec<&'static str>,
    entered: BTreeSet<&'static str>,
    heard: Vec<String>,
}

impl Story {
    /// A meeting that anybody may come to.
    fn of(connections: &[&'static str]) -> Self {
        Self::at(connections, true)
    }

    fn at(connections: &[&'static str], open: bool) -> Self {
        let invitation = Invitation {
            kind: Kind::Meeting,
            hosts: vec![id("ann")],
            open,
            ..Invitation::to(Vec::new(), Purpose::Video)
        };
        let story = Self {
            room: Room::new(id("r1"), Rules::default()),
            now: Timestamp::EPOCH,
            connections: connections.to_vec(),
            entered: BTreeSet::new(),
            heard: Vec::new(),
        };
        story.asks("ann", Command::Initiate(invitation))
    }

    /// A connection says a word, and is answered.
    fn says(mut self, who: &'static str, word: &str, body: &str) -> Self {
        let (speak, user, device) = (lane_of(who), user_of(who), id(who));
        let by = Speaker { user: &user, device: &device };
        match speak.decode(&by, word, Some(body)).expect("a word of the vocabulary") {
            Ok(Heard::Enter { commands, .. }) => {
                self.entered.insert(who);
                self.does(who, word, commands)
            }
            Ok(Heard::Ask { commands, .. }) => self.does(who, word, commands),
            Ok(Heard::Look(_)) => {
                let room = &self.room.clone();
                self.answers(who, word, &Answer::Call { room, changed: false })
            }
            Ok(Heard::Mine) => {
                let rooms = [Arc::new(self.room.clone())];
                self.answers(who, word, &Answer::Rooms(&rooms))
            }
            Ok(other) => panic!("{other:?} is asked of nobody here"),
            Err(garbled) => self.complains(who, word, &garbled.into()),
        }
    }

    fn does(mut self, who: &'static str, word: &str, commands: Vec<Command>) -> Self {
        let before = self.room.seq();
        for command in commands {
            if let Err(refusal) = self.decide(who, command) {
                return self.complains(who, word, &refusal.into());
            }
        }
        let room = &self.room.clone();
        if self.room.participant(&user_of(who)).is_some_and(|it| it.stage.is_waiting()) {
            return self.complains(who, word, &Refusal::NotYet.into());
        }
        self.answers(who, word, &Answer::Call { room, changed: room.seq() > before })
    }

    /// Somebody asks for something in words of their own.
    fn asks(mut self, who: &'static str, command: Command) -> Self {
        self.decide(who, command).expect("nothing is refused here");
        self
    }

    fn decide(&mut self, who: &'static str, command: Command) -> Result<(), Refusal> {
        let by = match who {
            "house" => Actor::House,
            who => Actor::person(user_of(who), Role::Patient),
        };
        for entry in self.room.decide(self.now, &by, command)? {
            let before = self.room.clone();
            self.room.evolve(&entry);
            let after = self.room.clone();
            let news = News::Entry { before: &before, after: &after, entry: &entry };
            self.tell(who, &news);
            self.follow_up(&news)?;
        }
        Ok(())
    }

    /// What clients do about some news without saying so.
    fn follow_up(&mut self, news: &News<'_>) -> Result<(), Refusal> {
        for connection in self.connections.clone() {
            let mut command = None;
            self.hears(connection, |speak, viewer, _| command = speak.follow_up(viewer, news));
            if let Some(command) = command {
                self.decide(connection, command)?;
            }
        }
        Ok(())
    }

    /// Tells everybody, the one who caused it first.
    fn tell(&mut self, first: &str, news: &News<'_>) {
        let (first, others): (Vec<_>, Vec<_>) =
            self.connections.clone().into_iter().partition(|it| *it == first);
        for connection in first.into_iter().chain(others) {
            self.hears(connection, |speak, viewer, say| match news {
                News::Entry { after, entry, .. } if !viewer.may_hear(after, &entry.event) => {}
                news => speak.encode(viewer, news, say),
            });
        }
    }

    fn answers(mut self, who: &'static str, word: &str, answer: &Answer<'_>) -> Self {
        self.hears(who, |speak, viewer, say| speak.acknowledge(viewer, word, None, answer, say));
        self
    }

    fn complains(mut self, who: &'static str, word: &str, problem: &Problem) -> Self {
        let (event, body) = lane_of(who).complain(word, problem);
        self.heard.push(format!("{who} {event} {body}"));
        self
    }

    fn hears(
        &mut self,
        who: &'static str,
        tell: impl FnOnce(Meeting, &Viewer<'_>, &mut dyn FnMut(&str, String)),
    ) {
        let (user, device) = (user_of(who), id(who));
        let names = &Entered(self.entered.contains(who));
        let role = Role::Patient;
        let viewer = Viewer { user: &user, role, device: &device, people: &Everybody, names };
        let heard = &mut self.heard;
        tell(lane_of(who), &viewer, &mut |word, body| heard.push(format!("{who} {word} {body}")));
    }

    /// The first negotiation with `user` is through for everybody.
    fn settles(mut self, user: &str) -> Self {
        let (room, user) = (&self.room.clone(), &id(user));
        self.tell("house", &News::Settled { room, user });
        self
    }

    fn loses(self, who: &'static str) -> Self {
        self.asks(who, Command::LoseConnection { device: id(who) })
    }

    fn waits(mut self, seconds: u64) -> Self {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.asks("house", Command::Elapse)
    }

    /// Somebody comes in with a client of another vocabulary.
    fn enters(self, who: &'static str) -> Self {
        let other = OtherDevice::Prevails;
        self.asks(who, Command::Join { device: id(who), media: Media::OFF, other })
    }

    fn joins(self, who: &'static str) -> Self {
        let body = match lane_of(who).lane {
            Lane::Chat => r#""m1""#,
            Lane::Media => r#"{"roomId":"m1","success":true}"#,
        };
        self.says(who, "join_room", body)
    }

    /// Forgets what was heard so far.
    fn then(mut self) -> Self {
        self.heard.clear();
        self
    }

    /// What was heard, without the bodies that are written out elsewhere.
    fn words(&self) -> Vec<&str> {
        self.heard.iter().map(|line| brief(line)).collect()
    }
}

fn brief(line: &str) -> &str {
    let body = line.find(" {").or_else(|| line.find(" [{"));
    &line[..body.unwrap_or(line.len())]
}

fn check(story: &Story, expected: &[&str]) {
    assert_eq!(story.heard, expected);
}

fn check_words(story: &Story, expected: &[&str]) {
    assert_eq!(story.words(), expected);
}

#[test]
fn a_newcomer_is_let_in_and_finds_who_is_there() {
    check(
        &Story::of(&["ann"]).joins("ann").says("ann", "joins_in_room", r#""m1""#),
        &[
            r#"ann join_room_success {"user":{"id":"ann","email":""},"message":"You are in the meeting.","success":true,"roomId":"m1"}"#,
            r#"ann usersOnline [{"userId":"ann","id":"ann","email":"","roomId":"m1","displayName":"ANN","nickname":"ANN","photoURL":null,"user":{"id":"ann","email":"","displayName":"ANN","nickname":"ANN"}}]"#,
            "ann number_usersOnline 1",
            r#"ann room_users ["ann"]"#,
        ],
    );
}

#[test]
fn members_hear_of_a_newcomer_when_it_has_offered() {
    let story = Story::of(&["ann", "bob"]).joins("ann").then().joins("bob");
    check_words(
        &story,
        &[
            "bob join_room_success",
            "bob usersOnline",
            "bob number_usersOnline 2",
            "ann usersOnline",
            "ann number_usersOnline 2",
        ],
    );
    let asked = story.then().says("bob", "joins_in_room", r#""m1""#);
    check(&asked, &[r#"bob room_users ["ann","bob"]"#]);
    check(
        &asked.then().settles("bob"),
        &[
            r#"ann user_joined {"id":"bob","userId":"bob","email":"","displayName":"BOB","nickname":"BOB","user":{"id":"bob","email":"","displayName":"BOB","nickname":"BOB"},"message":"BOB has joined.","roomId":"m1"}"#,
        ],
    );
}

#[test]
fn nobody_hears_of_a_newcomer_who_has_gone_before_it_was_settled() {
    let story = Story::of(&["ann", "bob"]).joins("ann").joins("bob");
    check(&story.says("bob", "leaveRoom", "null").then().settles("bob"), &[]);
}

#[test]
fn a_newcomer_who_waits_for_an_offer_is_named_to_the_members() {
    let story = Story::of(&["ann", "bob"]).joins("ann").joins("bob").then();
    let entered = story.enters("eve@native");
    check_words(
        &entered,
        &[
            "ann usersOnline",
            "ann number_usersOnline 3",
            r#"ann room_users ["eve"]"#,
            "bob usersOnline",
            "bob number_usersOnline 3",
            r#"bob room_users ["eve"]"#,
        ],
    );
    check_words(&entered.then().settles("eve"), &["ann user_joined", "bob user_joined"]);
}

#[test]
fn on_the_media_lane_the_list_comes_first_and_members_hear_at_once() {
    let users_online = r#"[{"userId":"ann","id":"ann","email":"","roomId":"m1","displayName":"ANN","nickname":"ANN","photoURL":null,"user":{"id":"ann","email":"","displayName":"ANN","nickname":"ANN"}},{"userId":"bob","id":"bob","email":"","roomId":"m1","displayName":"BOB","nickname":"BOB","photoURL":null,"user":{"id":"bob","email":"","displayName":"BOB","nickname":"BOB"}}]"#;
    let story = Story::of(&["ann@media", "bob@media", "cem"]).joins("ann@media").then();
    let joined = story.joins("bob@media");
    check(
        &joined,
        &[
            &format!("bob@media usersOnline {users_online}"),
            r#"bob@media join_room_success {"user":{"id":"bob","email":""},"message":"You are in the meeting.","success":true,"roomId":"m1"}"#,
            r#"ann@media user_joined {"id":"bob","userId":"bob","email":"","displayName":"BOB","nickname":"BOB","user":{"id":"bob","email":"","displayName":"BOB","nickname":"BOB"},"message":"BOB has joined.","roomId":"m1"}"#,
        ],
    );
    let settled = joined.then().settles("bob");
    check(&settled, &[]);
    let chat = settled.joins("cem").then().says(
        "bob@media",
        "leaveRoom",
        r#"{"roomId":"m1","userId":"bob"}"#,
    );
    check_words(
        &chat,
        &["ann@media user_left", "cem userLeft", "cem usersOnline", "cem number_usersOnline 2"],
    );
    assert_eq!(
        chat.heard[0],
        r#"ann@media user_left {"userId":"bob","id":"bob","email":"","user":{"id":"bob","email":""},"success":true,"message":"BOB has left.","roomId":"m1"}"#
    );
}

#[test]
fn who_has_two_lanes_has_media_on_one_and_words_on_the_other() {
    let story = Story::of(&["ann", "bob", "bob@media"]).joins("ann").joins("bob").then();
    let both = story.joins("bob@media");
    check_words(
        &both,
        &[
            "bob@media usersOnline",
            "bob@media join_room_success",
            "ann usersOnline",
            "ann number_usersOnline 2",
            r#"ann room_users ["bob"]"#,
            "bob usersOnline",
            "bob number_usersOnline 2",
        ],
    );
    // The chat lane follows: it hears who comes, and is asked for no offer.
    let came = both.then().enters("eve@native");
    check_words(
        &came,
        &[
            "ann usersOnline",
            "ann number_usersOnline 3",
            r#"ann room_users ["eve"]"#,
            "bob usersOnline",
            "bob number_usersOnline 3",
            "bob@media user_joined",
        ],
    );
    check_words(&came.then().settles("eve"), &["ann user_joined"]);
}

#[test]
fn words_stay_on_the_chat_lane_and_media_and_the_end_are_told_on_both() {
    let story = Story::of(&["ann", "bob", "bob@media", "ann@media"]);
    let both = story.joins("ann").joins("ann@media").joins("bob").joins("bob@media").then();
    let message = r#"{"msg":"Hello","visibility":"public","target":null}"#;
    let said = both.says("ann", "message", message);
    check_words(
        &said,
        &["ann newMessage", "ann message_success", "bob newMessage", "bob new_success"],
    );
    let state = r#"{"micEnabled":false,"cameraEnabled":true}"#;
    check(
        &said
            .then()
            .says("ann@media", "media_state_changed", state)
            .says("ann", "end_room", "null"),
        &[
            r#"bob user_media_changed {"userId":"ann","micEnabled":false,"cameraEnabled":true}"#,
            r#"bob@media user_media_changed {"userId":"ann","micEnabled":false,"cameraEnabled":true}"#,
            r#"ann room_ended {"success":true,"roomId":"m1","message":"The meeting has ended."}"#,
            r#"bob room_ended {"success":true,"roomId":"m1","message":"The meeting has ended."}"#,
            r#"bob@media room_ended {"success":true,"roomId":"m1","message":"The meeting has ended."}"#,
            r#"ann@media room_ended {"success":true,"roomId":"m1","message":"The meeting has ended."}"#,
        ],
    );
}

#[test]
fn a_chat_lane_that_comes_after_the_media_is_told_what_it_needs() {
    let story = Story::of(&["ann", "bob", "bob@media"]).joins("ann").joins("bob@media");
    check_words(
        &story.then().joins("bob"),
        &["bob join_room_success", "bob usersOnline", "bob number_usersOnline 2"],
    );
}

#[test]
fn who_joins_twice_is_told_so_and_nobody_else() {
    let story = Story::of(&["ann", "bob"]).joins("ann").joins("bob").then();
    check_words(&story.joins("bob"), &["bob join_room_success"]);
}

#[test]
fn a_message_to_everybody_is_heard_under_every_name() {
    let body = r#"{"id":"r1-4","content":"Hello","msg":"Hello","text":"Hello","userId":"bob","senderId":"bob","roomId":"m1","visibility":"public","createdAt":"1970-01-01T00:00:02.000Z","createAt":2000,"user":{"id":"bob","email":"","displayName":"BOB","nickname":"BOB"},"success":true}"#;
    let expected = [
        format!("bob newMessage {body}"),
        format!("bob message_success {body}"),
        format!("ann newMessage {body}"),
        format!("ann new_success {body}"),
    ];
    let words = [
        ("message", r#"{"msg":"Hello","visibility":"public","target":null}"#),
        ("sendMessage", r#"{"senderId":"ann","roomId":"m1","text":"Hello"}"#),
    ];
    for (word, said) in words {
        let story = Story::of(&["ann", "bob", "cem"]).joins("ann").joins("bob").waits(2).then();
        assert_eq!(story.says("bob", word, said).heard, expected);
    }
}

#[test]
fn a_message_to_somebody_is_heard_by_the_two() {
    let body = r#"{"id":"r1-5","content":"Only you","msg":"Only you","text":"Only you","userId":"bob","senderId":"bob","roomId":"m1","visibility":"private","createdAt":"1970-01-01T00:00:00.000Z","createAt":0,"user":{"id":"bob","email":"","displayName":"BOB","nickname":"BOB"},"success":true}"#;
    let story = Story::of(&["ann", "bob", "cem"]).joins("ann").joins("bob").joins("cem").then();
    let target = r#"[{"userId":"ann"},{"userId":"bob"}]"#;
    let said = format!(r#"{{"msg":"Only you","visibility":"private","target":{target}}}"#);
    check(
        &story.says("bob", "message", &said),
        &[
            &format!("bob newMessage {body}"),
            &format!("bob message_success {body}"),
            &format!("ann newMessage {body}"),
            &format!("ann message_success {body}"),
        ],
    );
}

#[test]
fn who_leaves_is_named_and_so_is_who_does_not_come_back() {
    let story = Story::of(&["ann", "bob", "cem"]).joins("ann").joins("bob").joins("cem").then();
    check(
        &story.says("bob", "leaveRoom", "null").loses("cem").waits(29).waits(1),
        &[
            r#"ann userLeft {"userId":"bob","id":"bob","email":"","user":{"id":"bob","email":""},"success":true,"message":"BOB has left.","roomId":"m1"}"#,
            r#"ann usersOnline [{"userId":"ann","id":"ann","email":"","roomId":"m1","displayName":"ANN","nickname":"ANN","photoURL":null,"user":{"id":"ann","email":"","displayName":"ANN","nickname":"ANN"}},{"userId":"cem","id":"cem","email":"","roomId":"m1","displayName":"CEM","nickname":"CEM","photoURL":null,"user":{"id":"cem","email":"","displayName":"CEM","nickname":"CEM"}}]"#,
            "ann number_usersOnline 2",
            r#"cem userLeft {"userId":"bob","id":"bob","email":"","user":{"id":"bob","email":""},"success":true,"message":"BOB has left.","roomId":"m1"}"#,
            r#"cem usersOnline [{"userId":"ann","id":"ann","email":"","roomId":"m1","displayName":"ANN","nickname":"ANN","photoURL":null,"user":{"id":"ann","email":"","displayName":"ANN","nickname":"ANN"}},{"userId":"cem","id":"cem","email":"","roomId":"m1","displayName":"CEM","nickname":"CEM","photoURL":null,"user":{"id":"cem","email":"","displayName":"CEM","nickname":"CEM"}}]"#,
            "cem number_usersOnline 2",
            r#"ann userDisconnected {"userId":"cem","id":"cem","email":"","user":{"id":"cem","email":""},"success":true,"message":"CEM has left.","roomId":"m1"}"#,
            r#"ann usersOnline [{"userId":"ann","id":"ann","email":"","roomId":"m1","displayName":"ANN","nickname":"ANN","photoURL":null,"user":{"id":"ann","email":"","displayName":"ANN","nickname":"ANN"}}]"#,
            "ann number_usersOnline 1",
        ],
    );
}

#[test]
fn a_connection_that_comes_back_in_time_was_never_away() {
    let story = Story::of(&["ann", "bob@media"]).joins("ann").joins("bob@media");
    let away = story.enters("eve@native").then().loses("eve@native").waits(29);
    let resume = Command::Resume { device: id("eve@native"), media: Media::OFF };
    check(&away.asks("eve@native", resume), &[]);
}

#[test]
fn who_accepted_and_never_came_is_missed_by_nobody() {
    let story = Story::of(&["ann", "bob"])
        .joins("ann")
        .asks("house", Command::Expect { user: id("bob"), part: None });
    let accepted = story.asks("bob", Command::Answer { device: None }).then();
    check(&accepted.waits(30), &[]);
}

#[test]
fn only_a_host_ends_the_meeting_for_all() {
    let story = Story::of(&["ann", "bob"]).joins("ann").joins("bob").then();
    check(
        &story.says("bob", "end_room", "null"),
        &[
            r#"bob disconect_error {"user":null,"success":false,"code":"forbidden","message":"You are not allowed to do this."}"#,
        ],
    );
}

#[test]
fn who_is_not_expected_gets_access_from_the_host() {
    let story = Story::at(&["ann", "bob"], false).says("ann", "grant_access", r#"{"roomId":"m1"}"#);
    check(
        &story,
        &[
            r#"ann grant_access_error {"user":null,"success":false,"code":"invalid_payload","message":"missing field `targetUserId`","field":"targetUserId"}"#,
        ],
    );
    let grant = r#"{"roomId":"m1","targetUserId":"bob"}"#;
    let access = story.joins("ann").then().joins("bob").says("ann", "grant_access", grant);
    check(
        &access.says("ann", "grant_access", grant).says("bob", "grant_access", grant),
        &[
            r#"bob join_room_error {"user":null,"success":false,"code":"not_a_participant","message":"There is no such call, or you are not part of it."}"#,
            r#"ann grant_access_success {"success":true,"roomId":"m1","message":"They may come in now."}"#,
            r#"bob access_granted {"success":true,"roomId":"m1","message":"You may come in now."}"#,
            r#"ann grant_access_success {"success":true,"roomId":"m1","message":"They may come in now."}"#,
            r#"bob grant_access_error {"user":null,"success":false,"code":"forbidden","message":"You are not allowed to do this."}"#,
        ],
    );
}

#[test]
fn whoever_the_house_lets_in_needs_no_word_of_it() {
    let story = Story::at(&["ann", "bob"], false).joins("ann").then();
    check(&story.asks("house", Command::Expect { user: id("bob"), part: None }), &[]);
}

#[test]
fn one_may_ask_who_is_in_ones_rooms() {
    check(
        &Story::of(&["ann"]).joins("ann").then().says("ann", "joins", "null"),
        &[
            r#"ann joins_users [{"userId":"ann","id":"ann","email":"","roomId":"m1","displayName":"ANN","nickname":"ANN","photoURL":null,"user":{"id":"ann","email":"","displayName":"ANN","nickname":"ANN"}}]"#,
        ],
    );
}

/// What a word makes of its body: where to, for whom, and the untouched signal.
fn passed_on(speak: &'static Meeting, word: &str, body: &str) -> String {
    match heard(speak, word, body) {
        Heard::Signal { place, to, signal } => {
            format!("{place:?} {to:?} {:?} {}", signal.kind, signal.body)
        }
        other => panic!("{word} is a signal, not {other:?}"),
    }
}

#[test]
fn signals_go_to_one_and_in_the_old_form_to_all_others() {
    let (sdp, candidate) = (r#"{"type":"offer","sdp":"v=0"}"#, r#"{"candidate":"","sdpMid":"0"}"#);
    let to_bob = r#""roomId":"m1","targetUserId":"bob""#;
    let named = r#"Named(RoomId("m1")) One(UserId("bob"))"#;
    for speak in [&Meeting::CHAT, &Meeting::MEDIA] {
        for (word, kind) in [("webrtc_offer", "Offer"), ("webrtc_answer", "Answer")] {
            let body = format!(r#"{{{to_bob},"sdp":{sdp}}}"#);
            assert_eq!(passed_on(speak, word, &body), format!("{named} {kind} {sdp}"));
            let old = format!(r#"{{"senderId":"ann","sdp":{sdp}}}"#);
            let others = format!("Here {{ named: None }} Others {kind} {sdp}");
            assert_eq!(passed_on(speak, word, &old), others);
        }
        for it in [candidate, "null"] {
            let body = format!(r#"{{{to_bob},"candidate":{it}}}"#);
            let expected = format!("{named} Candidate {it}");
            assert_eq!(passed_on(speak, "webrtc_ice_candidate", &body), expected);
        }
        let old = format!(r#"{{"senderId":"ann","candidate":{candidate}}}"#);
        for word in ["webrtc_ice_candidate", "ice_candidate"] {
            let others = format!("Here {{ named: None }} Others Candidate {candidate}");
            assert_eq!(passed_on(speak, word, &old), others);
        }
    }
}

#[test]
fn signals_arrive_with_their_sender_and_otherwise_untouched() {
    let bodies = [
        (SignalKind::Offer, r#"{"type":"offer", "sdp":"v=0"}"#),
        (SignalKind::Answer, r#"{"type":"answer", "sdp":"v=0"}"#),
        (SignalKind::Candidate, "null"),
    ];
    let mut story = Story::of(&["ann", "bob@media"]);
    for (kind, body) in bodies {
        let body: &RawValue = serde_json::from_str(body).expect("a body is JSON");
        let (room, from) = (&story.room.clone(), &id("cem"));
        story.tell(
            "cem",
            &News::Signal { room, from, signal: Signal { kind, body, wrapped: false } },
        );
    }
    check(
        &story,
        &[
            r#"ann webrtc_offer {"senderId":"cem","sdp":{"type":"offer", "sdp":"v=0"}}"#,
            r#"bob@media webrtc_offer {"senderId":"cem","sdp":{"type":"offer", "sdp":"v=0"}}"#,
            r#"ann webrtc_answer {"senderId":"cem","sdp":{"type":"answer", "sdp":"v=0"}}"#,
            r#"bob@media webrtc_answer {"senderId":"cem","sdp":{"type":"answer", "sdp":"v=0"}}"#,
            r#"ann webrtc_ice_candidate {"senderId":"cem","candidate":null}"#,
            r#"bob@media webrtc_ice_candidate {"senderId":"cem","candidate":null}"#,
        ],
    );
}

#[test]
fn places_are_named_or_here() {
    let place =
        |speak: &'static Meeting, word: &str, body: &'static str| match heard(speak, word, body) {
            Heard::Ask { place, .. } | Heard::Enter { place, .. } | Heard::Look(place) => place,
            other => panic!("{word} has a place, unlike {other:?}"),
        };
    let (named, here) = (Place::Named(id("m1")), Place::Here { named: None });
    let (chat, media) = (&Meeting::CHAT, &Meeting::MEDIA);
    assert_eq!(place(chat, "join_room", r#""m1""#), named);
    assert_eq!(place(media, "join_room", r#"{"roomId":"m1","success":true}"#), named);
    assert_eq!(place(chat, "joins_in_room", r#""m1""#), named);
    assert_eq!(place(chat, "sendMessage", r#"{"senderId":"a","roomId":"m1","text":"x"}"#), named);
    assert_eq!(place(chat, "message", r#"{"msg":"x","visibility":"public"}"#), here);
    assert_eq!(place(chat, "end_room", "null"), here);
    for speak in [chat, media] {
        assert_eq!(place(speak, "leaveRoom", r#"{"roomId":"m1","userId":""}"#), named);
        assert_eq!(place(speak, "leaveRoom", "null"), here);
    }
}

#[test]
fn a_bad_word_is_answered_by_its_own_error() {
    let bad = [
        ("join_room", "null", "join_room_error", "invalid type: null, expected an id"),
        ("join_room", r#"{"roomId":"m1"}"#, "join_room_error", "invalid type: map, expected an id"),
        ("joins_in_room", r#""""#, "joins_in_room_error", "an id must not be empty"),
        ("message", r#"{"msg":" ","visibility":"public"}"#, "message_error", "write something"),
        ("message", r#"{"msg":"x"}"#, "message_error", "missing field `visibility`"),
        (
            "message",
            r#"{"msg":"x","visibility":"private","target":[]}"#,
            "message_error",
            "Name somebody else a private message is for.",
        ),
        ("sendMessage", "{}", "message_error", "missing field `text`"),
        ("media_state_changed", "{}", "webrtc_error", "missing field `micEnabled`"),
        ("webrtc_offer", r#"{"targetUserId":"bob"}"#, "webrtc_error", "missing field `sdp`"),
        (
            "webrtc_answer",
            r#"{"targetUserId":"bob","sdp":"v=0"}"#,
            "webrtc_error",
            "Send a session description: {type, sdp}.",
        ),
        (
            "webrtc_ice_candidate",
            r#"{"targetUserId":"bob","candidate":7}"#,
            "webrtc_error",
            "Send an ICE candidate: {candidate, sdpMid, sdpMLineIndex}.",
        ),
        ("leaveRoom", r#"{"roomId":""}"#, "disconect_error", "an id must not be empty"),
        ("grant_access", "{}", "grant_access_error", "missing field `roomId`"),
    ];
    for (word, body, event, message) in bad {
        let story = Story::of(&["ann"]).says("ann", word, body);
        let [line] = &story.heard[..] else { panic!("{word} {body}: {:?}", story.heard) };
        assert!(line.starts_with(&format!("ann {event} ")), "{line}");
        assert!(
            line.contains(&format!(r#""code":"invalid_payload","message":"{message}""#)),
            "{line}"
        );
    }
    let story = Story::of(&["ann@media"]).says("ann@media", "join_room", r#""m1""#);
    assert!(story.heard[0].starts_with("ann@media join_room_error "), "{:?}", story.heard);
}

#[test]
fn a_refused_word_changes_nothing() {
    let story = Story::of(&["ann"]).says("ann", "message", r#"{"msg":"x","visibility":"public"}"#);
    check(
        &story.says("ann", "leaveRoom", "null"),
        &[
            r#"ann message_error {"user":null,"success":false,"code":"not_in_room","message":"Join the call first."}"#,
            r#"ann disconect_error {"user":null,"success":false,"code":"not_in_room","message":"Join the call first."}"#,
        ],
    );
}

#[test]
fn who_asks_for_an_ack_gets_one() {
    let story = Story::of(&["ann"]).joins("ann");
    let (user, device) = (id("ann"), id("ann"));
    let (people, names) = (&Everybody, &Entered(true));
    let viewer = Viewer { user: &user, role: Role::Patient, device: &device, people, names };
    let answer = Answer::Call { room: &story.room, changed: true };
    assert_eq!(Meeting::CHAT.consent(&viewer, &answer), r#"{"success":true}"#);
    assert_eq!(
        Meeting::CHAT.refuse(&Problem::new("call_over", "This call is over.")),
        r#"{"user":null,"success":false,"code":"call_over","message":"This call is over."}"#
    );
}

#[test]
fn the_media_lane_knows_no_words_of_chat() {
    let message = r#"{"msg":"x","visibility":"public"}"#;
    assert!(decoded(&Meeting::MEDIA, "message", message).is_none());
    assert!(decoded(&Meeting::CHAT, "chat-message", message).is_none());
}

#[test]
fn the_first_word_tells_the_lane() {
    let lanes = |word: &str, body: &str| {
        [Meeting::CHAT, Meeting::MEDIA].map(|it| it.recognizes(word, Some(body)))
    };
    assert_eq!(lanes("join_room", r#""m1""#), [true, false]);
    assert_eq!(lanes("join_room", r#"{"roomId":"m1","success":true}"#), [false, true]);
    assert_eq!(lanes("joins_in_room", r#""m1""#), [true, false]);
    assert_eq!(lanes("webrtc_offer", r#"{"targetUserId":"bob","sdp":{}}"#), [true, false]);
    assert_eq!(lanes("webrtc_answer", r#"{"senderId":"ann","sdp":{}}"#), [true, false]);
    assert_eq!(lanes("webrtc_ice_candidate", r#"{"to":"bob","candidate":{}}"#), [false, false]);
    assert_eq!(lanes("call_initiate", r#"{"calleeId":"bob"}"#), [false, false]);
}

/// The door is strict, and ann is in.
fn strict(connections: &[&'static str]) -> Story {
    let strict = Command::SetDoor { door: Door::Strict };
    Story::of(connections).asks("ann", strict).joins("ann").then()
}

fn admit(user: &str) -> Command {
    Command::Admit { user: id(user) }
}

#[test]
fn who_waits_asks_to_come_in_and_a_host_lets_them() {
    let waiting = || strict(&["ann", "bob", "cyd"]).joins("cyd").then().joins("bob");
    check(
        &waiting(),
        &[
            r#"ann send_access {"success":true,"message":"BOB asks to come in.","roomId":"m1","userId":"bob"}"#,
            r#"bob join_room_error {"user":null,"success":false,"code":"not_yet","message":"You are waiting to be let in. A host will open the door for you."}"#,
        ],
    );
    // Said again it is the same, and ann has heard it.
    check_words(&waiting().then().joins("bob"), &["bob join_room_error"]);
    let grant = r#"{"roomId":"m1","targetUserId":"bob"}"#;
    let granted = waiting().then().says("ann", "grant_access", grant);
    check_words(
        &granted,
        &[
            "ann grant_access_success",
            "bob access_granted",
            "ann usersOnline",
            "ann number_usersOnline 2",
            "bob join_room_success",
            "bob usersOnline",
            "bob number_usersOnline 2",
        ],
    );
    check_words(&granted.then().joins("bob"), &["bob join_room_success"]);
}

#[test]
fn who_is_turned_away_or_put_out_hears_so() {
    let turn_away = Command::TurnAway { user: id("bob"), reason: None };
    check(
        &strict(&["ann", "bob"]).joins("bob").then().asks("ann", turn_away),
        &[
            r#"bob join_room_error {"user":null,"success":false,"code":"turned_away","message":"A host did not let you in."}"#,
        ],
    );
    let remove = Command::Remove { user: id("bob"), reason: None };
    let both = &["ann", "bob", "bob@media"];
    check_words(
        &Story::of(both).joins("ann").joins("bob").joins("bob@media").then().asks("ann", remove),
        &[
            "ann userLeft",
            "ann usersOnline",
            "ann number_usersOnline 1",
            "bob room_ended",
            "bob@media room_ended",
        ],
    );
}

#[test]
fn who_waits_hears_of_nobody_and_that_it_is_over() {
    let waiting = || strict(&["ann", "bob"]).joins("bob").then();
    check(&waiting().says("bob", "joins", "null"), &["bob joins_users []"]);
    check_words(
        &waiting()
            .asks("cyd", Command::Arrive { device: id("cyd"), media: Media::ON, check: None }),
        &["ann send_access"],
    );
    check_words(
        &waiting().asks("ann", Command::End { reason: None }),
        &["ann room_ended", "bob room_ended"],
    );
}

/// The lane that came last stands for its user at the door.
#[test]
fn both_lanes_come_in_whichever_came_first() {
    let both = &["bob", "bob@media"];
    for [first, second] in [["bob", "bob@media"], ["bob@media", "bob"]] {
        let waiting = strict(both).joins(first).joins(second);
        check_words(
            &waiting,
            &[first, second].map(|it| match it {
                "bob" => "bob join_room_error",
                _ => "bob@media join_room_error",
            }),
        );
        let let_in = waiting.then().asks("ann", admit("bob"));
        let bob = let_in.room.participant(&id("bob")).expect("is there");
        assert_eq!(bob.device(), Some(&id("bob@media")));
        let words = let_in.words();
        let times = |word: &str| words.iter().filter(|it| **it == word).count();
        assert_eq!(times("bob join_room_success"), 1, "{words:?}");
        assert_eq!(times("bob@media join_room_success"), 1, "{words:?}");
    }
}
