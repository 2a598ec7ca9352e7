//! Reading an object from its beginning. A request has to end in time however large
//! the object is and however slowly it is read, so there is one for each stretch of it.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, ReadBuf};

use super::{BlobError, BlobId, Objects};

/// How much is asked for at once.
const STRETCH: u64 = 4 << 20;

type Answer = Pin<Box<dyn Future<Output = Result<Bytes, BlobError>> + Send>>;

pub(super) struct Reading {
    objects: Objects,
    id: BlobId,
    end: u64,
    /// What was asked for ends here.
    asked: u64,
    /// What has come and was not read.
    come: Bytes,
    answer: Option<Answer>,
}

impl Reading {
    pub(super) fn new(objects: Objects, id: BlobId, end: u64) -> Self {
        Self { objects, id, end, asked: 0, come: Bytes::new(), answer: None }
    }

    fn ask(&mut self) -> Answer {
        let (objects, id) = (self.objects.clone(), self.id.clone());
        let range = self.asked..self.end.min(self.asked + STRETCH);
        self.asked = range.end;
        Box::pin(async move { objects.range(&id, range).await })
    }
}

impl AsyncRead for Reading {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.come.is_empty() {
            if self.answer.is_none() {
                if self.asked == self.end {
                    return Poll::Ready(Ok(()));
                }
                self.answer = Some(self.ask());
            }
            let answer = self.answer.as_mut().expect("it was asked for above");
            let come = ready!(answer.as_mut().poll(context));
            self.answer = None;
            self.come = come.map_err(io::Error::other)?;
        }
        let length = self.come.len().min(buffer.remaining());
        buffer.put_slice(&self.come[..length]);
        self.come.advance(length);
        Poll::Ready(Ok(()))
    }
}
