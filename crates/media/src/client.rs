//! Asks a STUN and TURN server (RFC 8489, RFC 8656) for what browsers ask it, to
//! find out how it does: for checks, benchmarks and tests.
//!
//! One client is one 5-tuple. It does one thing at a time; data that arrive
//! while it waits for an answer are kept for [`TurnClient::receive`].

mod allocation;
mod certificate;
mod endpoint;
mod link;
mod problem;
mod request;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

pub use allocation::{Allocate, Allocation, Family};
pub use certificate::Certificate;
pub use endpoint::{Endpoint, Trust};
pub use problem::ClientError;
pub use request::{Answer, Proof, Request};

use self::link::Link;
use crate::stun::{Class, Kind, Message, Method, TransactionId, Writer, read_xor_address};
use crate::turn::Credential;

/// After this time an unanswered datagram is sent again, then after twice as
/// long, and so on (RFC 8489 section 6.2.1).
const RETRANSMISSION: Duration = Duration::from_millis(500);

/// How often one request is asked anew because the server wants another proof.
const PROOFS: usize = 3;

/// What a peer has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Who sent it.
    pub peer: SocketAddr,
    /// The channel it came through; else it came in an indication.
    pub channel: Option<u16>,
    /// What was sent.
    pub bytes: Vec<u8>,
}

/// A client of one STUN and TURN server.
pub struct TurnClient {
    link: Link,
    patience: Duration,
    credential: Option<Credential>,
    proof: Option<Proof>,
    channels: HashMap<u16, SocketAddr>,
    arrived: VecDeque<Data>,
}

impl TurnClient {
    /// Opens the way to a server. Over UDP nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When nobody listens there, or cannot prove to be who they should be.
    pub async fn connect(
        endpoint: &Endpoint,
        credential: Option<Credential>,
    ) -> Result<Self, ClientError> {
        Ok(Self {
            link: Link::open(endpoint).await?,
            patience: endpoint.patience,
            credential,
            proof: None,
            channels: HashMap::new(),
            arrived: VecDeque::new(),
        })
    }

    /// Where this client sends from.
    ///
    /// # Errors
    ///
    /// What the system says; no case is known for an open socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.link.local_addr()
    }

    /// The address the server sees this client under.
    ///
    /// # Errors
    ///
    /// As [`TurnClient::ask`].
    pub async fn binding(&mut self) -> Result<SocketAddr, ClientError> {
        let answer = self.exchange(&Request::new(Method::BINDING)).await?.granted()?;
        answer.address(Kind::XOR_MAPPED_ADDRESS).ok_or(ClientError::Nonsense("it has no address"))
    }

    /// Asks for a relayed address.
    ///
    /// # Errors
    ///
    /// As [`TurnClient::ask`].
    pub async fn allocate(&mut self, wanted: &Allocate) -> Result<Allocation, ClientError> {
        Allocation::read(&self.ask(&wanted.request()).await?)
    }

    /// Keeps the allocation for so long, or for as long as the server likes; zero
    /// releases it. Returns what was granted.
    ///
    /// # Errors
    ///
    /// As [`TurnClient::ask`].
    pub async fn refresh(&mut self, lifetime: Option<Duration>) -> Result<Duration, ClientError> {
        let request = Request::new(Method::REFRESH);
        let request = match lifetime {
            Some(lifetime) => request.with(Kind::LIFETIME, &allocation::seconds(lifetime)),
            None => request,
        };
        let answer = self.ask(&request).await?;
        allocation::lifetime(&answer)
    }

    /// Lets these peers send, and packets to them through.
    ///
    /// # Errors
    ///
    /// As [`TurnClient::ask`].
    pub async fn create_permission(&mut self, peers: &[SocketAddr]) -> Result<(), ClientError> {
        let request =
            peers.iter().fold(Request::new(Method::CREATE_PERMISSION), |request, peer| {
                request.with_address(Kind::XOR_PEER_ADDRESS, *peer)
            });
        self.ask(&request).await.map(drop)
    }

    /// Lets a number stand for a peer.
    ///
    /// # Errors
    ///
    /// As [`TurnClient::ask`].
    pub async fn channel_bind(&mut self, number: u16, peer: SocketAddr) -> Result<(), ClientError> {
        let [high, low] = number.to_be_bytes();
        let request = Request::new(Method::CHANNEL_BIND)
            .with(Kind::CHANNEL_NUMBER, &[high, low, 0, 0])
            .with_address(Kind::XOR_PEER_ADDRESS, peer);
        self.ask(&request).await?;
        self.channels.insert(number, peer);
        Ok(())
    }

    /// Sends to a peer in an indication. Nobody says whether it was relayed.
    ///
    /// # Errors
    ///
    /// When the connection is gone.
    pub async fn send(&mut self, peer: SocketAddr, bytes: &[u8]) -> Result<(), ClientError> {
        let mut frame = Vec::with_capacity(bytes.len() + 48);
        let transaction = request::transaction();
        let mut writer = Writer::start(&mut frame, Class::Indication, Method::SEND, transaction);
        writer.attribute(Kind::XOR_PEER_ADDRESS, &request::masked(peer, transaction));
        writer.attribute(Kind::DATA, bytes);
        self.say(&frame).await
    }

    /// Sends through a channel. Nobody says whether it was relayed.
    ///
    /// # Errors
    ///
    /// When the connection is gone.
    pub async fn send_channel(&mut self, number: u16, bytes: &[u8]) -> Result<(), ClientError> {
        let length = u16::try_from(bytes.len()).map_err(|_| ClientError::TooLong(bytes.len()))?;
        let mut frame = Vec::with_capacity(bytes.len() + 4);
        frame.extend_from_slice(&number.to_be_bytes());
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(bytes);
        self.say(&frame).await
    }

    /// What a peer sent next. Waits until there is something; may be given up at
    /// any time without losing anything.
    ///
    /// # Errors
    ///
    /// When the connection is gone.
    pub async fn receive(&mut self) -> Result<Data, ClientError> {
        loop {
            if let Some(data) = self.arrived.pop_front() {
                return Ok(data);
            }
            let frame = self.link.receive().await?;
            self.arrived.extend(self.data(&frame));
        }
    }

    /// Asks for something and returns what was granted, proving who asks when the
    /// server wants it.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] when the server says no, others when it says
    /// nothing or what cannot be understood.
    pub async fn ask(&mut self, request: &Request) -> Result<Answer, ClientError> {
        for _ in 1..PROOFS {
            let answer = self.exchange(request).await?;
            if !self.take_challenge(&answer) {
                return answer.granted();
            }
        }
        self.exchange(request).await?.granted()
    }

    /// Asks once, with the proof there is, and returns whatever is answered.
    ///
    /// # Errors
    ///
    /// When there is no answer, or nobody proves to have sent it.
    pub async fn exchange(&mut self, request: &Request) -> Result<Answer, ClientError> {
        let transaction = request::transaction();
        let bytes = request.bytes(transaction, self.proof.as_ref());
        let answer = self.exchange_bytes(&bytes, transaction).await?;
        let proof = self.proof.as_ref().filter(|_| request.is_proven());
        if answer.is_success() && proof.is_some_and(|it| !it.has_sealed(&answer)) {
            return Err(ClientError::Nonsense("it is not sealed with the password"));
        }
        Ok(answer)
    }

    /// Sends a request made by hand, again and again over UDP, and returns the
    /// answer of that transaction.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn exchange_bytes(
        &mut self,
        bytes: &[u8],
        transaction: TransactionId,
    ) -> Result<Answer, ClientError> {
        let end = Instant::now() + self.patience;
        let mut pause = RETRANSMISSION;
        while Instant::now() < end {
            self.say(bytes).await?;
            let until = if self.link.is_reliable() { end } else { end.min(Instant::now() + pause) };
            pause *= 2;
            if let Ok(answer) = timeout_at(until, self.answer_to(transaction)).await {
                return answer;
            }
        }
        Err(ClientError::Silence(self.patience))
    }

    /// What the next request is proven with: known since the server asked for it.
    pub fn proof(&self) -> Option<&Proof> {
        self.proof.as_ref()
    }

    /// Proves the next requests like this.
    pub fn set_proof(&mut self, proof: Option<Proof>) {
        self.proof = proof;
    }

    /// Sends bytes as they are; over streams they are filled up to a multiple of
    /// four, as every frame there must be.
    ///
    /// # Errors
    ///
    /// When the connection is gone.
    pub async fn say(&mut self, bytes: &[u8]) -> Result<(), ClientError> {
        self.link.send(bytes).await
    }

    /// The next frame, whatever it is. May be given up at any time.
    ///
    /// # Errors
    ///
    /// When the connection is gone.
    pub async fn hear(&mut self) -> Result<Vec<u8>, ClientError> {
        self.link.receive().await
    }

    /// The socket, for who sends and receives more than one thing at a time; `None`
    /// over streams.
    pub fn socket(&self) -> Option<Arc<UdpSocket>> {
        self.link.socket()
    }

    async fn answer_to(&mut self, transaction: TransactionId) -> Result<Answer, ClientError> {
        loop {
            let frame = self.link.receive().await?;
            self.arrived.extend(self.data(&frame));
            if let Some(answer) = Answer::read(frame, transaction) {
                return Ok(answer);
            }
        }
    }

    /// Whether the answer asks for a proof this client can give and has not given
    /// yet; then it is given from now on.
    fn take_challenge(&mut self, answer: &Answer) -> bool {
        let is_new = match answer.code() {
            Some(401) => self.proof.is_none(),
            Some(438) => true,
            _ => false,
        };
        let proof = self.credential.as_ref().and_then(|it| Proof::for_challenge(it, answer));
        if !is_new || proof.is_none() {
            return false;
        }
        self.proof = proof;
        true
    }

    /// What a peer sent, if that is in the frame.
    fn data(&self, frame: &[u8]) -> Option<Data> {
        match frame {
            &[high @ 0x40..=0x7F, low, l0, l1, ref rest @ ..] => {
                let number = u16::from_be_bytes([high, low]);
                let bytes = rest.get(..usize::from(u16::from_be_bytes([l0, l1])))?.to_vec();
                let peer = *self.channels.get(&number)?;
                Some(Data { peer, channel: Some(number), bytes })
            }
            _ => indication(frame),
        }
    }
}

fn indication(frame: &[u8]) -> Option<Data> {
    let message = Message::parse(frame).ok()?;
    if (message.class(), message.method()) != (Class::Indication, Method::DATA) {
        return None;
    }
    let peer = message.find(Kind::XOR_PEER_ADDRESS)?;
    let peer = read_xor_address(peer, message.transaction())?;
    Some(Data { peer, channel: None, bytes: message.find(Kind::DATA)?.to_vec() })
}

#[cfg(test)]
mod tests;
