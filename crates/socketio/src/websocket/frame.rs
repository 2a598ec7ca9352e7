//! Frames in, messages out. Pure: bytes are handed in as they come.

use bytes::Bytes;
use thiserror::Error;

/// How much is set aside on the mere word of a frame header. What goes beyond
/// is taken only as it arrives, so a stranger cannot reserve memory.
const PROMISED: usize = 16 * 1024;

/// Frames of one message. Far more than anybody sends, and few enough that
/// empty ones cannot keep a message open for ever.
const MAX_FRAGMENTS: u16 = 4096;

/// A message or a control frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A whole text message.
    Text(String),
    /// A whole binary message.
    Binary(Bytes),
    /// Wants a pong with the same data.
    Ping(Vec<u8>),
    /// An answer to a ping.
    Pong,
    /// The peer closes, perhaps with a code.
    Close(Option<u16>),
}

/// The peer broke RFC 6455.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Fault {
    /// A frame that must not be.
    #[error("not a websocket frame")]
    Protocol,
    /// A message over the limit.
    #[error("message too large")]
    TooLarge,
    /// A text message that is no text.
    #[error("not UTF-8")]
    Utf8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    fin: bool,
    opcode: Opcode,
    mask: [u8; 4],
    /// Bytes of the payload still to come.
    missing: usize,
    /// Bytes of the payload already here: where the mask continues.
    have: usize,
}

/// Turns the bytes of one client into messages.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    head: [u8; 14],
    head_length: u8,
    frame: Option<Header>,
    /// The type of the message being put together.
    open: Option<Opcode>,
    fragments: u16,
    message: Vec<u8>,
    control: Vec<u8>,
}

impl Decoder {
    /// A decoder that takes messages up to this size.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            head: [0; 14],
            head_length: 0,
            frame: None,
            open: None,
            fragments: 0,
            message: Vec::new(),
            control: Vec::new(),
        }
    }

    /// Changes the limit from the next frame on.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Takes bytes from the front of `input` until a message is whole or the
    /// input is used up.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, Fault> {
        loop {
            let Some(mut frame) = self.frame else {
                if !self.read_head(input)? {
                    return Ok(None);
                }
                continue;
            };
            self.read_payload(&mut frame, input);
            if frame.missing > 0 {
                self.frame = Some(frame);
                return Ok(None);
            }
            self.frame = None;
            if let Some(incoming) = self.finish(frame)? {
                return Ok(Some(incoming));
            }
        }
    }

    /// Collects the header; true once it is complete.
    fn read_head(&mut self, input: &mut &[u8]) -> Result<bool, Fault> {
        loop {
            let have = usize::from(self.head_length);
            let need = head_length(&self.head[..have])?;
            if have == need {
                self.frame = Some(self.parse_head()?);
                self.head_length = 0;
                return Ok(true);
            }
            let Some((first, rest)) = input.split_first() else {
                return Ok(false);
            };
            self.head[have] = *first;
            self.head_length += 1;
            *input = rest;
        }
    }

    fn parse_head(&mut self) -> Result<Header, Fault> {
        let head = &self.head[..usize::from(self.head_length)];
        let opcode = opcode(head[0])?;
        let (length, mask) = match head[1] & 0x7f {
            126 => (u64::from(u16::from_be_bytes([head[2], head[3]])), &head[4..8]),
            127 => {
                (u64::from_be_bytes(head[2..10].try_into().expect("eight bytes")), &head[10..14])
            }
            short => (u64::from(short), &head[2..6]),
        };
        let mask = mask.try_into().expect("four bytes");
        let missing = usize::try_from(length).map_err(|_| Fault::TooLarge)?;
        let header = Header { fin: head[0] & 0x80 != 0, opcode, mask, missing, have: 0 };
        self.admit(&header)?;
        Ok(header)
    }

    /// Decides on the header alone, before a byte of the payload is taken.
    fn admit(&mut self, header: &Header) -> Result<(), Fault> {
        match (header.opcode, self.open) {
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => {
                return if header.fin && header.missing <= 125 {
                    Ok(())
                } else {
                    Err(Fault::Protocol)
                };
            }
            (Opcode::Continuation, None) | (Opcode::Text | Opcode::Binary, Some(_)) => {
                return Err(Fault::Protocol);
            }
            (Opcode::Continuation, Some(_)) => {}
            (Opcode::Text | Opcode::Binary, None) => {
                self.open = Some(header.opcode);
                self.fragments = 0;
            }
        }
        self.fragments += 1;
        if self.fragments > MAX_FRAGMENTS {
            return Err(Fault::Protocol);
        }
        if header.missing > self.limit.saturating_sub(self.message.len()) {
            return Err(Fault::TooLarge);
        }
        self.message.reserve_exact(header.missing.min(PROMISED));
        Ok(())
    }

    fn read_payload(&mut self, frame: &mut Header, input: &mut &[u8]) {
        let (chunk, rest) = input.split_at(frame.missing.min(input.len()));
        *input = rest;
        let target = match frame.opcode {
            Opcode::Continuation | Opcode::Text | Opcode::Binary => &mut self.message,
            Opcode::Close | Opcode::Ping | Opcode::Pong => &mut self.control,
        };
        if target.capacity() - target.len() < chunk.len() {
            // Steps instead of doubling: memory stays near what has arrived.
            target.reserve_exact(frame.missing.min(chunk.len() + 4 * PROMISED));
        }
        let start = target.len();
        target.extend_from_slice(chunk);
        unmask(&mut target[start..], frame.mask, frame.have);
        frame.have += chunk.len();
        frame.missing -= chunk.len();
    }

    fn finish(&mut self, frame: Header) -> Result<Option<Incoming>, Fault> {
        match frame.opcode {
            Opcode::Ping => Ok(Some(Incoming::Ping(std::mem::take(&mut self.control)))),
            Opcode::Pong => {
                self.control = Vec::new();
                Ok(Some(Incoming::Pong))
            }
            Opcode::Close => close(&std::mem::take(&mut self.control)).map(Some),
            Opcode::Continuation | Opcode::Text | Opcode::Binary if !frame.fin => Ok(None),
            Opcode::Continuation | Opcode::Text | Opcode::Binary => {
                let message = std::mem::take(&mut self.message);
                match self.open.take() {
                    Some(Opcode::Text) => String::from_utf8(message)
                        .map(|text| Some(Incoming::Text(text)))
                        .map_err(|_| Fault::Utf8),
                    _ => Ok(Some(Incoming::Binary(message.into()))),
                }
            }
        }
    }
}

/// How long the header is, judged by what there is of it.
fn head_length(head: &[u8]) -> Result<usize, Fault> {
    let [_, second, ..] = head else {
        return Ok(2);
    };
    // A client that does not mask is none, or someone who plays tricks on a
    // proxy (section 5.1).
    if second & 0x80 == 0 {
        return Err(Fault::Protocol);
    }
    Ok(match second & 0x7f {
        126 => 8,
        127 => 14,
        _ => 6,
    })
}

fn opcode(first: u8) -> Result<Opcode, Fault> {
    // The reserved bits belong to extensions, and none was agreed on.
    if first & 0x70 != 0 {
        return Err(Fault::Protocol);
    }
    match first & 0x0f {
        0 => Ok(Opcode::Continuation),
        1 => Ok(Opcode::Text),
        2 => Ok(Opcode::Binary),
        8 => Ok(Opcode::Close),
        9 => Ok(Opcode::Ping),
        10 => Ok(Opcode::Pong),
        _ => Err(Fault::Protocol),
    }
}

fn close(payload: &[u8]) -> Result<Incoming, Fault> {
    let (code, reason) = match payload {
        [] => return Ok(Incoming::Close(None)),
        [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
        [_] => return Err(Fault::Protocol),
    };
    let allowed = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    if !allowed || std::str::from_utf8(reason).is_err() {
        return Err(Fault::Protocol);
    }
    Ok(Incoming::Close(Some(code)))
}

/// Section 5.3: every byte is combined with the mask, which starts over at
/// every frame.
fn unmask(bytes: &mut [u8], mut mask: [u8; 4], offset: usize) {
    mask.rotate_left(offset % 4);
    let word = u32::from_ne_bytes(mask);
    let mut words = bytes.chunks_exact_mut(4);
    for chunk in &mut words {
        let masked = u32::from_ne_bytes(chunk.try_into().expect("four bytes"));
        chunk.copy_from_slice(&(masked ^ word).to_ne_bytes());
    }
    for (byte, mask) in words.into_remainder().iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

/// Appends the header of an unfragmented, unmasked frame.
pub(crate) fn write_head(out: &mut Vec<u8>, opcode: Opcode, length: usize) {
    out.push(0x80 | opcode as u8);
    match length {
        0..=125 => out.push(length as u8),
        126..=0xffff => {
            out.push(126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
