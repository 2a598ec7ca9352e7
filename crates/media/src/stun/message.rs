//! A STUN message as it lies in a datagram: checked once, then only read.

use super::fingerprint;

/// The header of every STUN message, RFC 8489 section 5.
pub(super) const HEADER: usize = 20;
/// Tells STUN from RFC 3489 and from other protocols on the same port.
pub(super) const MAGIC_COOKIE: u32 = 0x2112_A442;

/// Ties an answer to its request, 96 bits chosen by who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransactionId(pub [u8; 12]);

/// What a message is for, RFC 8489 section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants none.
    Indication,
    /// Answers a request that was granted.
    Success,
    /// Answers a request that was refused.
    Error,
}

/// What a request asks for, 12 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Method(pub u16);

impl Method {
    /// "From which address do you see me?"
    pub const BINDING: Self = Self(0x001);
    /// "Relay for me" (RFC 8656 section 7).
    pub const ALLOCATE: Self = Self(0x003);
    /// "Go on relaying for me", or "stop" (section 7.2).
    pub const REFRESH: Self = Self(0x004);
    /// Data for a peer, an indication (section 11.1).
    pub const SEND: Self = Self(0x006);
    /// Data of a peer, an indication (section 11.3).
    pub const DATA: Self = Self(0x007);
    /// "Let these peers send to me" (section 9).
    pub const CREATE_PERMISSION: Self = Self(0x008);
    /// "This number shall stand for that peer" (section 12).
    pub const CHANNEL_BIND: Self = Self(0x009);
}

/// The type of an attribute, RFC 8489 section 14 and RFC 8656 section 18.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind(pub u16);

#[expect(missing_docs, reason = "the names are the RFC's own and are explained there")]
impl Kind {
    pub const MAPPED_ADDRESS: Self = Self(0x0001);
    pub const USERNAME: Self = Self(0x0006);
    pub const MESSAGE_INTEGRITY: Self = Self(0x0008);
    pub const ERROR_CODE: Self = Self(0x0009);
    pub const UNKNOWN_ATTRIBUTES: Self = Self(0x000A);
    pub const CHANNEL_NUMBER: Self = Self(0x000C);
    pub const LIFETIME: Self = Self(0x000D);
    pub const XOR_PEER_ADDRESS: Self = Self(0x0012);
    pub const DATA: Self = Self(0x0013);
    pub const REALM: Self = Self(0x0014);
    pub const NONCE: Self = Self(0x0015);
    pub const XOR_RELAYED_ADDRESS: Self = Self(0x0016);
    pub const REQUESTED_ADDRESS_FAMILY: Self = Self(0x0017);
    pub const EVEN_PORT: Self = Self(0x0018);
    pub const REQUESTED_TRANSPORT: Self = Self(0x0019);
    pub const DONT_FRAGMENT: Self = Self(0x001A);
    pub const MESSAGE_INTEGRITY_SHA256: Self = Self(0x001C);
    pub const PASSWORD_ALGORITHM: Self = Self(0x001D);
    pub const USERHASH: Self = Self(0x001E);
    pub const XOR_MAPPED_ADDRESS: Self = Self(0x0020);
    pub const RESERVATION_TOKEN: Self = Self(0x0022);
    pub const ADDITIONAL_ADDRESS_FAMILY: Self = Self(0x8000);
    pub const ADDRESS_ERROR_CODE: Self = Self(0x8001);
    pub const SOFTWARE: Self = Self(0x8022);
    pub const FINGERPRINT: Self = Self(0x8028);
}

impl Kind {
    /// Whether a request must be refused by a server that does not know this
    /// attribute; the upper half of the range may be skipped.
    pub fn must_be_understood(self) -> bool {
        self.0 < 0x8000
    }
}

/// One attribute, its value without the padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// What it says.
    pub kind: Kind,
    /// The value as sent; its inner form is not checked.
    pub value: &'a [u8],
}

/// Why bytes are not a STUN message. Nobody is told; the datagram is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Shorter than a header, other first bits, or no magic cookie.
    #[error("not a STUN message")]
    NotStun,
    /// The length in the header is not what arrived, or not a multiple of four.
    #[error("the length in the header is wrong")]
    Length,
    /// An attribute reaches beyond the message.
    #[error("an attribute reaches beyond the message")]
    Attribute,
    /// FINGERPRINT does not match the message, or is not its last attribute.
    #[error("the fingerprint is wrong")]
    Fingerprint,
}

/// A STUN message whose framing and FINGERPRINT (if it has one) are right.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    class: Class,
    method: Method,
    transaction: TransactionId,
    datagram: &'a [u8],
    has_fingerprint: bool,
}

impl<'a> Message<'a> {
    /// Reads one datagram, which must be exactly one message.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Malformed> {
        let (header, attributes) =
            datagram.split_first_chunk::<HEADER>().ok_or(Malformed::NotStun)?;
        let [t0, t1, l0, l1, c0, c1, c2, c3, transaction @ ..] = *header;
        if t0 & 0b1100_0000 != 0 || u32::from_be_bytes([c0, c1, c2, c3]) != MAGIC_COOKIE {
            return Err(Malformed::NotStun);
        }
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        if length != attributes.len() || !length.is_multiple_of(4) {
            return Err(Malformed::Length);
        }
        let (class, method) = class_and_method(u16::from_be_bytes([t0, t1]));
        Ok(Self {
            class,
            method,
            transaction: TransactionId(transaction),
            datagram,
            has_fingerprint: check_attributes(datagram, attributes)?,
        })
    }

    /// Request, indication or answer.
    pub fn class(&self) -> Class {
        self.class
    }

    /// What is asked for.
    pub fn method(&self) -> Method {
        self.method
    }

    /// What an answer has to repeat.
    pub fn transaction(&self) -> TransactionId {
        self.transaction
    }

    /// Bytes of the whole message.
    #[expect(clippy::len_without_is_empty, reason = "a message is never empty")]
    pub fn len(&self) -> usize {
        self.datagram.len()
    }

    /// Whether the message ends with a (right) FINGERPRINT.
    pub fn has_fingerprint(&self) -> bool {
        self.has_fingerprint
    }

    /// The attributes that count, in order. After MESSAGE-INTEGRITY only the two
    /// that may follow it do (RFC 8489 section 14.5): anybody could have
    /// appended the rest.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: &self.datagram[HEADER..], sealed: false }
    }

    /// The value of the first attribute of this kind; a second one never counts.
    pub fn find(&self, kind: Kind) -> Option<&'a [u8]> {
        self.attributes().find(|it| it.kind == kind).map(|it| it.value)
    }

    /// Everything in front of the first attribute of this kind, header included,
    /// and its value.
    pub(super) fn before(&self, kind: Kind) -> Option<(&'a [u8], &'a [u8])> {
        let mut attributes = self.attributes();
        loop {
            let before = self.datagram.len() - attributes.rest.len();
            let attribute = attributes.next()?;
            if attribute.kind == kind {
                return Some((&self.datagram[..before], attribute.value));
            }
        }
    }
}

/// Walks every attribute once; tells whether the last one is a FINGERPRINT.
fn check_attributes(datagram: &[u8], attributes: &[u8]) -> Result<bool, Malformed> {
    let mut rest = attributes;
    while !rest.is_empty() {
        let before = datagram.len() - rest.len();
        let (attribute, after) = split_attribute(rest).ok_or(Malformed::Attribute)?;
        if attribute.kind == Kind::FINGERPRINT {
            let right = fingerprint::of(&datagram[..before]).to_be_bytes();
            let last = after.is_empty();
            return if last && attribute.value == right {
                Ok(true)
            } else {
                Err(Malformed::Fingerprint)
            };
        }
        rest = after;
    }
    Ok(false)
}

/// The first attribute and what follows its padding.
fn split_attribute(bytes: &[u8]) -> Option<(Attribute<'_>, &[u8])> {
    let (&[k0, k1, l0, l1], rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let (padded, after) = rest.split_at_checked(length.next_multiple_of(4))?;
    let kind = Kind(u16::from_be_bytes([k0, k1]));
    Some((Attribute { kind, value: &padded[..length] }, after))
}

/// Iterator of [`Message::attributes`].
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    rest: &'a [u8],
    sealed: bool,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        loop {
            let (attribute, after) = split_attribute(self.rest)?;
            self.rest = after;
            let seals =
                [Kind::MESSAGE_INTEGRITY, Kind::MESSAGE_INTEGRITY_SHA256].contains(&attribute.kind);
            let may_follow =
                [Kind::MESSAGE_INTEGRITY_SHA256, Kind::FINGERPRINT].contains(&attribute.kind);
            let counts = !self.sealed || may_follow;
            self.sealed |= seals;
            if counts {
                return Some(attribute);
            }
        }
    }
}

/// The 14 bits of a message type are M11-M7 C1 M6-M4 C0 M3-M0, figure 3.
fn class_and_method(kind: u16) -> (Class, Method) {
    let class = match (kind & 0x0100 != 0, kind & 0x0010 != 0) {
        (false, false) => Class::Request,
        (false, true) => Class::Indication,
        (true, false) => Class::Success,
        (true, true) => Class::Error,
    };
    (class, Method((kind & 0x000F) | (kind & 0x00E0) >> 1 | (kind & 0x3E00) >> 2))
}

/// The inverse of [`class_and_method`].
pub(super) fn message_type(class: Class, Method(method): Method) -> u16 {
    let class = match class {
        Class::Request => 0,
        Class::Indication => 0x0010,
        Class::Success => 0x0100,
        Class::Error => 0x0110,
    };
    class | (method & 0x000F) | (method & 0x0070) << 1 | (method & 0x0F80) << 2
}
