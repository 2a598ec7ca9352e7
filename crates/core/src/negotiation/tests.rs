//! Stories about two people and their offers. Only [`Tale`] knows the API.
//!
//! A line says who says what of which connection, and what comes of it. The
//! connection `n1` has the session and the ufrag `n1`; `n1.2` is the same
//! connection with another transport, and `?` one that says nothing of itself.

use super::*;

struct Tale {
    pair: Pair<String>,
    now: Timestamp,
}

impl Tale {
    /// `newcomer offer n1`, `member candidate m1 host`, `wait 3.5`.
    fn tell(&mut self, said: &str) -> String {
        let words: Vec<&str> = said.split_whitespace().collect();
        let from = match words[0] {
            "newcomer" => Side::Newcomer,
            "member" => Side::Member,
            "wait" => return self.wait(words[1]),
            other => panic!("nobody is called {other}"),
        };
        let signal = words[1..].join(" ");
        let ufrag = Some(words[2]).filter(|it| *it != "?");
        let session = ufrag.and_then(|it| it.split('.').next());
        let description = Description { session, ufrag };
        let passed = match words[1] {
            "offer" => self.pair.offer(self.now, from, description, signal.clone()),
            "answer" => self.pair.answer(from, description, signal.clone()),
            "candidate" => self.pair.candidate(from, ufrag, signal.clone()),
            other => panic!("nobody says {other}"),
        };
        if passed == [signal] { "passes".into() } else { listed(&passed) }
    }

    fn wait(&mut self, seconds: &str) -> String {
        let span = seconds.parse().map(Duration::from_secs_f64).expect("seconds");
        self.now = self.now.plus(span);
        match self.pair.elapse(self.now) {
            Some((side, signals)) => format!("{side:?}: {}", listed(&signals)).to_lowercase(),
            None => "nothing".into(),
        }
    }
}

fn listed(signals: &[String]) -> String {
    if signals.is_empty() { "nothing".into() } else { signals.join(", ") }
}

/// Every line of the story has to come out as it says.
fn check(designation: Designation, story: &str) {
    let mut tale = Tale { pair: Pair::new(designation), now: Timestamp::EPOCH };
    let lines = story.lines().filter(|it| !it.trim().is_empty());
    let (mut expected, mut told) = (Vec::new(), Vec::new());
    for line in lines {
        let (said, outcome) = line.split_once("->").expect("what comes of it");
        expected.push(format!("{} -> {}", said.trim(), outcome.trim()));
        told.push(format!("{} -> {}", said.trim(), tale.tell(said)));
    }
    assert_eq!(told, expected);
}

const MEMBER: Designation = Designation::One(Side::Member);
const NEWCOMER: Designation = Designation::One(Side::Newcomer);

#[test]
fn who_offers_first_follows_from_what_both_expect() {
    let clients =
        [FirstOffer::SettlesItself, FirstOffer::Nobody, FirstOffer::Member, FirstOffer::Newcomer];
    // A row for each newcomer, a column for each member.
    let table = [
        [Designation::Off, Designation::Nobody, MEMBER, MEMBER],
        [Designation::Nobody; 4],
        [MEMBER, Designation::Nobody, MEMBER, MEMBER],
        [NEWCOMER; 4],
    ];
    for (newcomer, row) in clients.into_iter().zip(table) {
        for (member, expected) in clients.into_iter().zip(row) {
            assert_eq!(designate(newcomer, member), expected, "{newcomer:?} meets {member:?}");
        }
    }
}

#[test]
fn a_callee_whose_client_never_offers_is_offered_to() {
    let callee = FirstOffer::Caller.as_caller(false);
    let caller = FirstOffer::Caller.as_caller(true);
    assert_eq!(designate(callee, caller), MEMBER);
    assert_eq!(designate(caller, callee), NEWCOMER);
    assert_eq!(designate(FirstOffer::Member, callee), NEWCOMER);
    assert_eq!(designate(callee, FirstOffer::SettlesItself), MEMBER);
    assert_eq!(designate(callee, callee), Designation::Nobody);
    assert_eq!(FirstOffer::Member.as_caller(false), FirstOffer::Member);
}

#[test]
fn the_designated_offer_passes_and_the_other_is_discarded_once_it_is_answered() {
    check(
        MEMBER,
        "newcomer offer n1          -> nothing
         newcomer candidate n1 host -> nothing
         member offer m1            -> passes
         member candidate m1 host   -> passes
         newcomer candidate n1 srflx -> nothing
         newcomer answer n2         -> passes
         newcomer candidate n2 host -> passes
         wait 60                    -> nothing",
    );
    check(
        NEWCOMER,
        "newcomer offer n1 -> passes
         member offer m1   -> nothing
         member answer m2  -> passes
         wait 60           -> nothing",
    );
}

#[test]
fn without_a_designated_side_the_first_offer_passes() {
    check(
        Designation::Nobody,
        "newcomer offer n1        -> passes
         member offer m1          -> nothing
         member candidate m1 host -> nothing
         member answer m1.2       -> passes
         wait 60                  -> nothing",
    );
}

#[test]
fn candidates_of_a_discarded_offer_are_dropped_however_late() {
    check(
        MEMBER,
        "newcomer offer n1           -> nothing
         member offer m1             -> passes
         newcomer answer n2          -> passes
         newcomer candidate n1 relay -> nothing
         newcomer candidate n2 relay -> passes",
    );
}

#[test]
fn a_transport_that_is_offered_after_all_has_its_candidates() {
    check(
        MEMBER,
        "newcomer offer n1           -> nothing
         member offer m1             -> passes
         newcomer answer n1.2        -> passes
         newcomer candidate n1 host  -> nothing
         newcomer offer n1           -> passes
         newcomer candidate n1 relay -> passes",
    );
}

#[test]
fn an_answer_with_the_transport_of_the_held_offer_takes_its_candidates_along() {
    check(
        MEMBER,
        "newcomer offer n1           -> nothing
         newcomer candidate n1 host  -> nothing
         newcomer candidate n1 srflx -> nothing
         member offer m1             -> passes
         newcomer answer n1          -> answer n1, candidate n1 host, candidate n1 srflx
         newcomer candidate n1 relay -> passes",
    );
}

#[test]
fn a_candidate_without_a_ufrag_belongs_to_the_last_thing_its_side_said() {
    check(
        MEMBER,
        "newcomer candidate ? early -> passes
         newcomer offer n1          -> nothing
         newcomer candidate ? host  -> nothing
         member candidate ? host    -> passes
         member offer m1            -> passes
         newcomer answer n2         -> passes
         newcomer candidate ? srflx -> passes",
    );
}

#[test]
fn a_candidate_without_a_ufrag_after_an_old_answer_is_not_held() {
    check(
        MEMBER,
        "member offer m1            -> passes
         newcomer answer n1         -> passes
         member offer m1.2          -> passes
         newcomer offer n2          -> nothing
         newcomer candidate ? host  -> nothing
         newcomer answer n1.2       -> passes
         newcomer candidate ? srflx -> passes
         wait 4                     -> newcomer: offer n2, candidate ? host",
    );
}

#[test]
fn a_side_that_has_offered_nothing_may_send_candidates() {
    check(
        MEMBER,
        "newcomer candidate n1 host -> passes
         newcomer offer n1          -> nothing
         newcomer candidate n2 host -> passes
         member candidate m1 host   -> passes",
    );
}

#[test]
fn an_offer_is_released_when_the_designated_side_stays_silent() {
    check(
        MEMBER,
        "wait 100                    -> nothing
         newcomer offer n1           -> nothing
         newcomer candidate n1 host  -> nothing
         newcomer candidate n1 srflx -> nothing
         wait 3.999                  -> nothing
         wait 0.001                  -> newcomer: offer n1, candidate n1 host, candidate n1 srflx
         newcomer candidate n1 relay -> passes
         member answer m1            -> passes
         wait 60                     -> nothing",
    );
}

#[test]
fn an_offer_is_released_when_the_other_stays_unanswered() {
    check(
        MEMBER,
        "member offer m1            -> passes
         wait 2                     -> nothing
         newcomer offer n1          -> nothing
         newcomer candidate n1 host -> nothing
         wait 2.999                 -> nothing
         wait 0.001                 -> newcomer: offer n1, candidate n1 host",
    );
}

#[test]
fn a_held_offer_waits_for_the_answer_once_the_designated_side_has_offered() {
    check(
        MEMBER,
        "newcomer offer n1 -> nothing
         wait 3            -> nothing
         member offer m1   -> passes
         wait 4.999        -> nothing
         wait 0.001        -> newcomer: offer n1",
    );
}

#[test]
fn a_side_whose_offer_was_released_is_the_one_that_counts() {
    check(
        MEMBER,
        "newcomer offer n1        -> nothing
         wait 4                   -> newcomer: offer n1
         wait 1                   -> nothing
         member offer m1          -> nothing
         member candidate m1 host -> nothing
         newcomer offer n1        -> passes
         member answer m2         -> passes
         newcomer offer n2        -> passes
         member offer m3          -> nothing",
    );
}

#[test]
fn turns_change_as_long_as_nobody_answers() {
    check(
        MEMBER,
        "newcomer offer n1 -> nothing
         wait 4            -> newcomer: offer n1
         member offer m1   -> nothing
         wait 5            -> member: offer m1
         newcomer offer n1 -> nothing
         wait 5            -> newcomer: offer n1",
    );
}

#[test]
fn an_offer_after_an_unanswered_one_passes_at_once() {
    check(
        Designation::Nobody,
        "newcomer offer n1        -> passes
         wait 5                   -> nothing
         member offer m1          -> passes
         member candidate m1 host -> passes
         newcomer offer n1        -> nothing",
    );
}

#[test]
fn a_stable_pair_may_say_anything() {
    check(
        MEMBER,
        "member offer m1            -> passes
         newcomer answer n1         -> passes
         newcomer offer n1.2        -> passes
         member offer m1.2          -> passes
         member candidate m1.2 host -> passes
         newcomer answer n1.3       -> passes
         newcomer candidate ? host  -> passes
         newcomer offer ?           -> passes",
    );
}

#[test]
fn a_connection_built_anew_negotiates_for_the_first_time() {
    check(
        MEMBER,
        "member offer m1    -> passes
         newcomer answer n1 -> passes
         newcomer offer n2  -> nothing
         member offer m2    -> passes
         newcomer answer n3 -> passes
         newcomer offer n3  -> passes
         wait 60            -> nothing",
    );
    check(
        MEMBER,
        "member offer m1    -> passes
         newcomer answer n1 -> passes
         member offer m2    -> passes
         newcomer offer n2  -> nothing
         newcomer answer n3 -> passes
         wait 60            -> nothing",
    );
}

#[test]
fn a_held_offer_is_replaced_by_the_next_one_of_its_side() {
    check(
        MEMBER,
        "newcomer offer n1            -> nothing
         newcomer candidate n1 host   -> nothing
         wait 1                       -> nothing
         newcomer offer n1.2          -> nothing
         newcomer candidate n1 late   -> nothing
         newcomer candidate n1.2 host -> nothing
         wait 3                       -> newcomer: offer n1.2, candidate n1.2 host",
    );
}

#[test]
fn an_offer_repeated_with_the_same_transport_keeps_its_candidates() {
    check(
        MEMBER,
        "newcomer offer n1           -> nothing
         newcomer candidate n1 host  -> nothing
         newcomer offer n1           -> nothing
         newcomer candidate n1 srflx -> nothing
         wait 4                      -> newcomer: offer n1, candidate n1 host, candidate n1 srflx",
    );
}

#[test]
fn an_offer_that_has_passed_may_be_repeated() {
    check(
        MEMBER,
        "member offer m1   -> passes
         wait 4            -> nothing
         member offer m1   -> passes
         wait 4            -> nothing
         newcomer offer n1 -> nothing
         wait 1            -> newcomer: offer n1",
    );
}

#[test]
fn repeating_an_offer_does_not_keep_the_peer_waiting() {
    check(
        MEMBER,
        "member offer m1   -> passes
         newcomer offer n1 -> nothing
         wait 4            -> nothing
         member offer m2   -> passes
         newcomer offer n2 -> nothing
         wait 1            -> newcomer: offer n2",
    );
}

#[test]
fn clients_that_settle_collisions_themselves_are_left_alone() {
    check(
        Designation::Off,
        "newcomer offer n1          -> passes
         member offer m1            -> passes
         newcomer candidate n1 host -> passes
         newcomer answer n1.2       -> passes
         member offer m2            -> passes
         newcomer candidate n1 late -> passes
         newcomer offer n2          -> passes
         wait 60                    -> nothing",
    );
}

#[test]
fn offers_that_say_nothing_of_themselves_take_turns_too() {
    check(
        MEMBER,
        "newcomer offer ?           -> nothing
         newcomer candidate ? host  -> nothing
         newcomer candidate n1 host -> passes
         member offer ?             -> passes
         newcomer answer ?          -> passes
         newcomer candidate ? srflx -> passes
         newcomer offer ?           -> passes",
    );
}

#[test]
fn only_the_latest_candidates_are_held() {
    let mut pair = Pair::new(MEMBER);
    let description = Description { session: Some("n1"), ufrag: Some("n1") };
    assert!(pair.offer(Timestamp::EPOCH, Side::Newcomer, description, 0).is_empty());
    for number in 1..=MOST_CANDIDATES + 2 {
        assert!(pair.candidate(Side::Newcomer, Some("n1"), number).is_empty());
    }
    let released = [0].into_iter().chain(3..=MOST_CANDIDATES + 2).collect();
    let later = Timestamp::EPOCH.plus(PATIENCE);
    assert_eq!(pair.next_deadline(), Some(later));
    assert_eq!(pair.elapse(later), Some((Side::Newcomer, released)));
    assert_eq!(pair.next_deadline(), None);
}

#[test]
fn the_turn_goes_over_while_nobody_has_offered() {
    let mut pair: Pair<&str> = Pair::new(NEWCOMER);
    pair.give_turn(Side::Member);
    assert_eq!(pair.offer(Timestamp::EPOCH, Side::Member, Description::default(), "m"), ["m"]);
    pair.give_turn(Side::Newcomer);
    assert!(pair.offer(Timestamp::EPOCH, Side::Newcomer, Description::default(), "n").is_empty());
    assert!(!pair.is_settled());
    pair.answer(Side::Newcomer, Description::default(), "a");
    assert!(pair.is_settled());
}
