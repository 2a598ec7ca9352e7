//! The few words of a signal that tell one connection from another.
//!
//! Signals are relayed as they stand, so these readers look at the JSON text,
//! where an SDP's lines end in the four characters `\r\n`, and stop at what they
//! came for. They believe nothing: what they do not find is `None`.

/// The longest word believed. RFC 8839 ends a ufrag here, and a session id is a
/// number of 64 bits.
const MOST_LETTERS: usize = 256;

/// Which connection an offer or answer describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Description<'a> {
    /// The session id, the second field of the `o=` line (RFC 8866, section
    /// 5.2). A browser keeps one for the life of a peer connection.
    pub session: Option<&'a str>,
    /// The first `a=ice-ufrag` (RFC 8839, section 5.4), which candidates name.
    pub ufrag: Option<&'a str>,
}

impl<'a> Description<'a> {
    /// Reads the JSON text of an `RTCSessionDescriptionInit`, `{type, sdp}`.
    pub fn read(json: &'a str) -> Self {
        let mut found = Self::default();
        for line in json.split("\\n") {
            if let Some(origin) = line.strip_prefix("o=") {
                found.session = found.session.or(origin.split(' ').nth(1).and_then(word));
            } else if let Some(ufrag) = line.strip_prefix("a=ice-ufrag:") {
                found.ufrag = found.ufrag.or(word(ufrag));
            }
            if found.session.is_some() && found.ufrag.is_some() {
                break;
            }
        }
        found
    }
}

/// The ufrag that an `RTCIceCandidateInit`, given as JSON text, names: in its
/// `usernameFragment`, or else in the candidate itself.
pub fn candidate_ufrag(json: &str) -> Option<&str> {
    username_fragment(json).or_else(|| json.split_once(" ufrag ").and_then(|it| word(it.1)))
}

fn username_fragment(json: &str) -> Option<&str> {
    let (_, rest) = json.split_once("\"usernameFragment\"")?;
    word(rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?)
}

/// The word a text starts with; it ends at a space, an escape or a quote.
fn word(text: &str) -> Option<&str> {
    let word = text.split([' ', '\\', '"']).next()?;
    (1..=MOST_LETTERS).contains(&word.len()).then_some(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn described<'a>(session: &'a str, ufrag: &'a str) -> Description<'a> {
        Description { session: Some(session), ufrag: Some(ufrag) }
    }

    #[test]
    fn a_description_says_which_connection_it_means() {
        let chromium = r#"{"type":"offer","sdp":"v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:k+/4\r\na=ice-pwd:secret\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:else\r\n"}"#;
        assert_eq!(Description::read(chromium), described("4611731400430051336", "k+/4"));

        let firefox = r#"{"sdp":"v=0\r\no=mozilla...THIS_IS_SDPARTA-128.0 81 0 IN IP4 0.0.0.0\r\na=ice-ufrag:5e8f1a2b\r\n","type":"answer"}"#;
        assert_eq!(Description::read(firefox), described("81", "5e8f1a2b"));

        let bare_newlines = r#"{"type":"offer","sdp":"v=0\no=- 7 2 IN IP4 0\na=ice-ufrag:ab"}"#;
        assert_eq!(Description::read(bare_newlines), described("7", "ab"));
    }

    #[test]
    fn what_a_description_does_not_say_is_not_made_up() {
        let nothing = Description::default();
        for text in ["", "null", "{}", "\\no=", "\\no=-", "\\no=- ", "\\na=ice-ufrag:\\r\\n", "o"] {
            assert_eq!(Description::read(text), nothing, "{text}");
        }
        let long = "7".repeat(MOST_LETTERS + 1);
        let too_long = format!("\\no=- {long} 2\\r\\na=ice-ufrag:{long}\\r\\n");
        assert_eq!(Description::read(&too_long), nothing);
        let longest = &long[1..];
        let text = format!("\\no=- {longest} 2\\r\\na=ice-ufrag:{longest}\\r\\n");
        assert_eq!(Description::read(&text), described(longest, longest));
    }

    #[test]
    fn a_candidate_names_its_transport_in_one_of_two_places() {
        let field = r#"{"candidate":"candidate:1 1 udp 1 10.0.0.1 9 typ host generation 0 ufrag old1","sdpMid":"0","usernameFragment" : "new1"}"#;
        assert_eq!(candidate_ufrag(field), Some("new1"));
        let line = r#"{"candidate":"candidate:1 1 udp 1 10.0.0.1 9 typ host generation 0 ufrag a+/1 network-id 1","usernameFragment":null}"#;
        assert_eq!(candidate_ufrag(line), Some("a+/1"));
        let at_the_end = r#"{"candidate":"candidate:1 1 udp 1 10.0.0.1 9 typ host ufrag ab12"}"#;
        assert_eq!(candidate_ufrag(at_the_end), Some("ab12"));
    }

    #[test]
    fn a_candidate_need_not_name_its_transport() {
        let end = r#"{"candidate":"","sdpMid":"0","usernameFragment":""}"#;
        for text in ["", "null", "{}", end, r#""usernameFragment":"#, " ufrag "] {
            assert_eq!(candidate_ufrag(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_look_at(
            text in r#"(\\n|\\r|o=|- |a=ice-ufrag:|"usernameFragment"| ufrag |[":{}, é]|[0-9a-z]{0,9})*"#,
        ) {
            let Description { session, ufrag } = Description::read(&text);
            for word in [session, ufrag, candidate_ufrag(&text)].into_iter().flatten() {
                prop_assert!((1..=MOST_LETTERS).contains(&word.len()));
                prop_assert!(!word.contains([' ', '\\', '"']));
            }
        }

        #[test]
        fn what_is_written_is_read(session in "[0-9]{1,19}", ufrag in "[A-Za-z0-9+/]{4,256}") {
            let sdp = format!("v=0\r\no=- {session} 2 IN IP4 0.0.0.0\r\na=ice-ufrag:{ufrag}\r\n");
            let json = serde_json::json!({ "type": "offer", "sdp": sdp }).to_string();
            prop_assert_eq!(Description::read(&json), described(&session, &ufrag));
            let json = serde_json::json!({ "usernameFragment": ufrag }).to_string();
            prop_assert_eq!(candidate_ufrag(&json), Some(ufrag.as_str()));
        }
    }
}
