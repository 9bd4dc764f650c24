//! Bodies that do not come as they should.

use std::time::Duration;

use actix_web::body::{BodyStream, BoxBody, SizedStream};
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::watch;

use super::fault::Length;

/// How many spaces are made at a time.
const PIECE: u64 = 16 * 1024;
static SPACES: [u8; 16 * 1024] = [b' '; 16 * 1024];

/// Ends the connection in the middle of a response.
#[derive(Debug, thiserror::Error)]
#[error("the local issuer broke this response off, as configured")]
struct BrokenOff;

type Piece = Result<Bytes, BrokenOff>;

/// Returns a body of which not even the head is sent.
pub(super) fn silent() -> BoxBody {
    let pieces = stream::iter([Err::<Bytes, _>(BrokenOff)]);
    BoxBody::new(SizedStream::new(1, pieces))
}

/// Returns this many bytes of a body under the length of the whole; then the connection breaks off.
pub(super) fn truncated(mut body: Bytes, bytes: usize) -> BoxBody {
    let whole = length(&body);
    let part = body.split_to(bytes.min(body.len()));
    // A body that would be whole after all is declared to be longer.
    let declared = whole.max(u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1));
    let end = stream::once(async {
        // The server writes what it has while a body has nothing; an error at once would discard it.
        tokio::task::yield_now().await;
        Err(BrokenOff)
    });
    let pieces = stream::iter([Ok(part)]).chain(end);
    BoxBody::new(SizedStream::new(declared, Box::pin(pieces)))
}

/// Returns a body, then spaces up to this many bytes.
pub(super) fn grown(body: Bytes, bytes: u64, declared: Length) -> BoxBody {
    let genuine = length(&body);
    let spaces = bytes.saturating_sub(genuine);
    let pieces = stream::unfold(spaces, async |left| {
        let piece = left.min(PIECE);
        let spaces = Bytes::from_static(&SPACES).split_to(usize::try_from(piece).ok()?);
        (piece > 0).then(|| (Ok::<_, BrokenOff>(spaces), left - piece))
    });
    let pieces = Box::pin(stream::iter([Ok(body)]).chain(pieces));
    match declared {
        Length::Declared => BoxBody::new(SizedStream::new(genuine.saturating_add(spaces), pieces)),
        Length::Chunked => BoxBody::new(BodyStream::new(pieces)),
    }
}

/// Returns a body that is sent piece by piece.
pub(super) fn dripped(
    body: Bytes,
    piece: usize,
    every: Duration,
    cleared: watch::Receiver<u64>,
) -> BoxBody {
    let length = length(&body);
    let pieces = Box::pin(drips(body, piece, every, cleared));
    BoxBody::new(SizedStream::new(length, pieces))
}

fn drips(
    body: Bytes,
    piece: usize,
    every: Duration,
    cleared: watch::Receiver<u64>,
) -> impl Stream<Item = Piece> {
    stream::unfold(body, move |mut body| {
        let cleared = cleared.clone();
        async move {
            if body.is_empty() {
                return None;
            }
            let released = wait(every, cleared).await;
            let piece = if released {
                body.len()
            } else {
                piece.min(body.len())
            };
            Some((Ok(body.split_to(piece)), body))
        }
    })
}

/// Waits this long; true if faults were cleared before.
pub(super) async fn wait(duration: Duration, mut cleared: watch::Receiver<u64>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(duration) => false,
        _ = cleared.changed() => true,
    }
}

fn length(body: &Bytes) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_dripping_body_comes_in_pieces_of_its_size() {
        let (_faults, cleared) = watch::channel(0);
        let drips = drips(Bytes::from_static(b"seven.."), 3, Duration::ZERO, cleared);
        let pieces: Vec<Bytes> = drips.map(Result::unwrap).collect().await;
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
