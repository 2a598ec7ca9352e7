//! The addresses people announce to each other as candidates. While the relay is
//! bound to calls, it reaches nobody at any other.

use std::{collections::VecDeque, net::IpAddr};

use housecall_core::UserId;
use memchr::memmem;
use parking_lot::Mutex;

/// How many addresses are kept of each person. A machine has a handful, and a
/// few more with each network it changes to; beyond this the oldest is dropped.
const MOST: usize = 64;

/// What everybody in one room has announced since they came in. Kept in memory
/// while they are in, never stored and never logged. Each signal of a call comes
/// here, and people in a room are few: a list is searched faster than a table.
#[derive(Default)]
pub(crate) struct Announced(Mutex<Vec<(UserId, VecDeque<IpAddr>)>>);

impl Announced {
    /// Takes note of the candidates in the JSON text of a signal.
    pub(crate) fn note(&self, user: &UserId, signal: &str) {
        for address in addresses(signal) {
            self.note_address(user, address);
        }
    }

    fn note_address(&self, user: &UserId, address: IpAddr) {
        let mut everybody = self.0.lock();
        let Some((_, theirs)) = everybody.iter_mut().find(|(it, _)| it == user) else {
            everybody.push((user.clone(), VecDeque::from([address])));
            return;
        };
        if theirs.contains(&address) {
            return;
        }
        if theirs.len() == MOST {
            theirs.pop_front();
        }
        theirs.push_back(address);
    }

    /// Somebody came or went: they have announced nothing.
    pub(crate) fn forget(&self, user: &UserId) {
        self.0.lock().retain(|(it, _)| it != user);
    }

    /// Whether somebody has announced this address.
    pub(crate) fn has(&self, user: &UserId, address: IpAddr) -> bool {
        self.0.lock().iter().any(|(it, theirs)| it == user && theirs.contains(&address))
    }
}

/// The addresses of all candidates in a text: the lines of a session description,
/// or a candidate by itself, in whatever JSON they are wrapped (RFC 8839, section
/// 5.1). Names, which browsers write in the place of private addresses, are none.
fn addresses(text: &str) -> impl Iterator<Item = IpAddr> {
    // Every offer is looked through, and most of it is none: this finds the word five
    // times faster than the standard library.
    let words = memmem::find_iter(text.as_bytes(), "candidate:");
    words.filter_map(|at| address(&text[at..]))
}

/// Reads `candidate:foundation component transport priority address port typ …`.
fn address(candidate: &str) -> Option<IpAddr> {
    let mut words = candidate.split(' ');
    let address = words.nth(4)?.parse().ok()?;
    let _port: u16 = words.next()?.parse().ok()?;
    (words.next()? == "typ").then_some(address)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        addresses(text).map(|it| it.to_string()).collect()
    }

    #[test]
    fn a_candidate_names_one_address() {
        let chromium = r#"{"candidate":"candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.5 rport 46154 generation 0 ufrag EEtu network-id 3","sdpMid":"0","sdpMLineIndex":0}"#;
        assert_eq!(read(chromium), ["203.0.113.7"]);
        let tcp =
            r#"{"candidate":"candidate:1 1 TCP 2105458943 2001:db8::5 9 typ host tcptype active"}"#;
        assert_eq!(read(tcp), ["2001:db8::5"]);
        let wrapped = r#"{"candidate":{"candidate":"a=candidate:1 1 udp 1 198.51.100.9 5 typ relay"},"type":"candidate"}"#;
        assert_eq!(read(wrapped), ["198.51.100.9"]);
    }

    #[test]
    fn a_description_names_those_of_its_lines() {
        let offer = r#"{"type":"offer","sdp":"v=0\r\nc=IN IP4 192.0.2.1\r\na=candidate:1 1 udp 2122260223 198.51.100.1 50000 typ host\r\na=remote-candidates:1 192.0.2.9 9\r\na=candidate:2 1 udp 1 203.0.113.2 50001 typ srflx raddr 192.0.2.2 rport 9\r\na=end-of-candidates\r\n"}"#;
        assert_eq!(read(offer), ["198.51.100.1", "203.0.113.2"]);
        let last = r#"{"sdp":"a=candidate:1 1 udp 1 198.51.100.1 5 typ host"}"#;
        assert_eq!(read(last), ["198.51.100.1"]);
    }

    #[test]
    fn what_names_no_address_is_none() {
        let nothing: [&str; 0] = [];
        for text in [
            "null",
            r#"{"candidate":""}"#,
            r#"{"candidate":"candidate:"}"#,
            r#"{"candidate":"candidate:1 1 udp 1 1b0-f3.local 5 typ host"}"#,
            r#"{"candidate":"candidate:1 1 udp 1 203.0.113.7 70000 typ host"}"#,
            r#"{"candidate":"candidate:1 1 udp 1 203.0.113.7 5"}"#,
            r#"{"candidate":"candidate:1 1 udp 1 203.0.113.7 5 type host"}"#,
            r#"{"candidate":"1 1 udp 1 203.0.113.7 5 typ host"}"#,
        ] {
            assert_eq!(read(text), nothing, "{text}");
        }
    }

    #[test]
    fn the_oldest_makes_room() {
        let (announced, ann) = (Announced::default(), "ann".parse().expect("an id"));
        let note = |last: usize| {
            announced.note(&ann, &format!("candidate:1 1 udp 1 203.0.113.{last} 5 typ host"));
        };
        let has = |last: u8| announced.has(&ann, IpAddr::from([203, 0, 113, last]));
        (0..MOST).for_each(note);
        note(0);
        assert!(has(0) && has(63), "what is announced again takes no room");
        note(MOST);
        assert!(!has(0) && has(1) && has(64));
        assert!(!announced.has(&"bob".parse().expect("an id"), IpAddr::from([203, 0, 113, 1])));
        announced.forget(&ann);
        assert!(!has(1));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_look_at(
            text in r#"(candidate:| |typ|[0-9]{1,3}\.|[0-9a-f]{1,4}::?|\\r\\n|[":{}, é]){0,60}"#,
        ) {
            prop_assert!(addresses(&text).count() <= text.len() / 20);
        }

        #[test]
        fn what_is_written_is_read(
            all in prop::collection::vec((any::<IpAddr>(), any::<u16>()), 0..8),
        ) {
            let line = |(address, port): &(IpAddr, u16)| {
                format!("a=candidate:f+/1 1 udp 2122260223 {address} {port} typ host\r\n")
            };
            let sdp: String = all.iter().map(line).collect();
            let json = json!({"type": "offer", "sdp": format!("v=0\r\n{sdp}")}).to_string();
            let expected: Vec<IpAddr> = all.into_iter().map(|(address, _)| address).collect();
            prop_assert_eq!(addresses(&json).collect::<Vec<_>>(), expected);
        }
    }
}
