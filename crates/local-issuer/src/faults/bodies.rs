//! Bodies that do not come as they should.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::watch;

use super::Length;

/// How many spaces are made at a time.
const PIECE: usize = 16 * 1024;
static SPACES: [u8; PIECE] = [b' '; PIECE];

/// Ends the connection in the middle of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the local issuer broke this answer off, as it was told to")]
pub(super) struct BrokenOff;

/// Sends a part of a body under the length of the whole, then breaks off; with nothing to send, not even the head is.
pub(super) struct Broken {
    part: Bytes,
    whole: u64,
    stage: Stage,
}

enum Stage {
    Part,
    Flush,
    Break,
}

/// Sends a body, then spaces.
pub(super) struct Grown {
    body: Bytes,
    spaces: u64,
    length: Length,
}

/// Sends a body piece by piece.
pub(super) struct Dripped {
    body: Bytes,
    piece: usize,
    every: Duration,
    cleared: watch::Receiver<u64>,
    wait: Option<Pin<Box<dyn Future<Output = bool>>>>,
}

impl Broken {
    /// Nothing at all is sent.
    pub(super) fn silent() -> Self {
        Self {
            part: Bytes::new(),
            whole: 1,
            stage: Stage::Break,
        }
    }

    pub(super) fn after(mut body: Bytes, bytes: usize) -> Self {
        let whole = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let part = body.split_to(bytes.min(body.len()));
        Self {
            part,
            // A body that would be whole after all is told to be longer.
            whole: whole.max(u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1)),
            stage: Stage::Part,
        }
    }
}

impl Grown {
    pub(super) fn new(body: Bytes, bytes: u64, length: Length) -> Self {
        let genuine = u64::try_from(body.len()).unwrap_or(u64::MAX);
        Self {
            body,
            spaces: bytes.saturating_sub(genuine),
            length,
        }
    }
}

impl Dripped {
    pub(super) fn new(
        body: Bytes,
        piece: usize,
        every: Duration,
        cleared: watch::Receiver<u64>,
    ) -> Self {
        Self {
            body,
            piece,
            every,
            cleared,
            wait: None,
        }
    }
}

/// Waits this long; true if faults were cleared before.
pub(super) async fn wait(duration: Duration, mut cleared: watch::Receiver<u64>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(duration) => false,
        _ = cleared.changed() => true,
    }
}

type Piece<E> = Poll<Option<Result<Bytes, E>>>;

impl MessageBody for Broken {
    type Error = BrokenOff;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.whole)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Piece<BrokenOff> {
        match self.stage {
            Stage::Part => {
                self.stage = Stage::Flush;
                if self.part.is_empty() {
                    return self.poll_next(context);
                }
                Poll::Ready(Some(Ok(std::mem::take(&mut self.part))))
            }
            // The server writes what it has while a body has nothing; an error at once would discard it.
            Stage::Flush => {
                self.stage = Stage::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Stage::Break => Poll::Ready(Some(Err(BrokenOff))),
        }
    }
}

impl MessageBody for Grown {
    type Error = BrokenOff;

    fn size(&self) -> BodySize {
        let genuine = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        match self.length {
            Length::Declared => BodySize::Sized(genuine.saturating_add(self.spaces)),
            Length::Chunked => BodySize::Stream,
        }
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Piece<BrokenOff> {
        if !self.body.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.body))));
        }
        let piece = usize::try_from(self.spaces).unwrap_or(PIECE).min(PIECE);
        if piece == 0 {
            return Poll::Ready(None);
        }
        self.spaces -= u64::try_from(piece).unwrap_or(self.spaces);
        Poll::Ready(Some(Ok(Bytes::from_static(&SPACES).split_to(piece))))
    }
}

impl MessageBody for Dripped {
    type Error = BrokenOff;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.body.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Piece<BrokenOff> {
        if self.body.is_empty() {
            return Poll::Ready(None);
        }
        let (every, cleared) = (self.every, self.cleared.clone());
        let waiting = self
            .wait
            .get_or_insert_with(|| Box::pin(wait(every, cleared)));
        let Poll::Ready(released) = waiting.as_mut().poll(context) else {
            return Poll::Pending;
        };
        self.wait = None;
        let piece = if released {
            self.body.len()
        } else {
            self.piece.min(self.body.len())
        };
        Poll::Ready(Some(Ok(self.body.split_to(piece))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_dripping_body_comes_in_pieces_of_its_size() {
        let (_faults, cleared) = watch::channel(0);
        let body = Bytes::from_static(b"seven..");
        let mut dripped = Box::pin(Dripped::new(body, 3, Duration::ZERO, cleared));
        let mut pieces = Vec::new();
        while let Some(piece) =
            std::future::poll_fn(|context| dripped.as_mut().poll_next(context)).await
        {
            pieces.push(piece.unwrap());
        }
        assert_eq!(pieces, ["sev", "en.", "."]);
    }

    #[actix_web::test]
    async fn waiting_ends_with_the_time_or_with_a_clearing() {
        let (faults, cleared) = watch::channel(0);
        assert!(!wait(Duration::ZERO, cleared.clone()).await);
        faults.send_modify(|times| *times += 1);
        assert!(wait(Duration::from_secs(3600), cleared).await);
    }
}
