//! Requests in parts, because what they are sealed with changes between two
//! tries; and their answers.

use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::rand;

use super::allocation::code;
use super::problem::ClientError;
use crate::stun::{Class, Key, Kind, Message, Method, TransactionId, Writer, read_xor_address};
use crate::turn::Credential;

/// The magic cookie, which is also part of the mask of addresses.
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// A transaction nobody can guess.
pub(super) fn transaction() -> TransactionId {
    let mut id = [0; 12];
    rand::fill(&mut id).expect("the operating system has random numbers");
    TransactionId(id)
}

/// Something to ask for.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    attributes: Vec<(Kind, Value)>,
}

/// Addresses are written under a mask that depends on the transaction.
#[derive(Clone, Debug)]
enum Value {
    Bytes(Vec<u8>),
    Address(SocketAddr),
}

impl Request {
    /// Nothing but the method.
    pub fn new(method: Method) -> Self {
        Self { method, attributes: Vec::new() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, kind: Kind, value: &[u8]) -> Self {
        self.attributes.push((kind, Value::Bytes(value.to_vec())));
        self
    }

    /// Adds an attribute that holds a masked address, in the family it is given
    /// in: `::ffff:192.0.2.1` stays an IPv6 address.
    #[must_use]
    pub fn with_address(mut self, kind: Kind, address: SocketAddr) -> Self {
        self.attributes.push((kind, Value::Address(address)));
        self
    }

    /// The whole message; sealed if there is something to seal it with.
    pub fn bytes(&self, transaction: TransactionId, proof: Option<&Proof>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::start(&mut bytes, Class::Request, self.method, transaction);
        for (kind, value) in &self.attributes {
            match value {
                Value::Bytes(value) => writer.attribute(*kind, value),
                Value::Address(address) => {
                    writer.attribute(*kind, &masked(*address, transaction));
                }
            }
        }
        if let Some(proof) = proof.filter(|_| self.is_proven()) {
            proof.seal(&mut writer);
        }
        bytes
    }

    /// Whether it must be proven who asks: always but for the own address.
    pub(super) fn is_proven(&self) -> bool {
        self.method != Method::BINDING
    }
}

/// The value of a masked address (RFC 8489 section 14.2).
pub(super) fn masked(address: SocketAddr, TransactionId(id): TransactionId) -> Vec<u8> {
    let (family, ip) = match address.ip() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let mask = COOKIE.into_iter().chain(id);
    let [high, low] = address.port().to_be_bytes();
    let head = [0, family, high ^ COOKIE[0], low ^ COOKIE[1]];
    head.into_iter().chain(ip.into_iter().zip(mask).map(|(byte, mask)| byte ^ mask)).collect()
}

/// What proves who asks: the long-term credential mechanism (RFC 8489 section
/// 9.2) with what the server wants it to be computed from.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Who asks.
    pub username: String,
    /// The server's realm.
    pub realm: String,
    /// The server's nonce.
    pub nonce: Vec<u8>,
    /// Made of username, realm and password.
    pub key: Key,
}

impl Proof {
    /// What the server asks for with a 401 or 438; `None` if the answer does not
    /// say what that is.
    pub fn for_challenge(credential: &Credential, answer: &Answer) -> Option<Self> {
        let message = answer.message();
        let realm = String::from_utf8(message.find(Kind::REALM)?.to_vec()).ok()?;
        Some(Self {
            username: credential.username.clone(),
            key: Key::long_term(&credential.username, &realm, &credential.password),
            nonce: message.find(Kind::NONCE)?.to_vec(),
            realm,
        })
    }

    fn seal(&self, writer: &mut Writer<'_>) {
        writer.attribute(Kind::USERNAME, self.username.as_bytes());
        writer.attribute(Kind::REALM, self.realm.as_bytes());
        writer.attribute(Kind::NONCE, &self.nonce);
        writer.seal(&self.key);
    }

    pub(super) fn has_sealed(&self, answer: &Answer) -> bool {
        answer.message().is_sealed_with(&self.key)
    }
}

/// What the server said to a request.
#[derive(Clone, Debug)]
pub struct Answer(Vec<u8>);

impl Answer {
    /// The answer in a frame, if it is one to this transaction.
    pub(super) fn read(frame: Vec<u8>, transaction: TransactionId) -> Option<Self> {
        let message = Message::parse(&frame).ok()?;
        let is_answer = matches!(message.class(), Class::Success | Class::Error);
        (is_answer && message.transaction() == transaction).then_some(Self(frame))
    }

    /// The message as it came.
    pub fn message(&self) -> Message<'_> {
        Message::parse(&self.0).expect("it was a message when it was received")
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the request was granted.
    pub fn is_success(&self) -> bool {
        self.message().class() == Class::Success
    }

    /// The error code, if it was refused.
    pub fn code(&self) -> Option<u16> {
        self.message().find(Kind::ERROR_CODE).and_then(code).filter(|_| !self.is_success())
    }

    /// A masked address in it.
    pub fn address(&self, kind: Kind) -> Option<SocketAddr> {
        let message = self.message();
        read_xor_address(message.find(kind)?, message.transaction())
    }

    /// The answer, if the request was granted.
    pub(super) fn granted(self) -> Result<Self, ClientError> {
        if self.is_success() {
            return Ok(self);
        }
        let code = self.code().ok_or(ClientError::Nonsense("it is a refusal without a code"))?;
        let words = self.message().find(Kind::ERROR_CODE).and_then(|it| it.get(4..));
        let reason = String::from_utf8_lossy(words.unwrap_or_default()).into_owned();
        Err(ClientError::Refused { code, reason })
    }
}
