//! The queue before the file of audit events: no worker waits for a disk.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use metrics::Counter;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::error;

use super::output::{Output, dropped};
use crate::settings::AuditSettings;

/// How much is written at once, in bytes; one more line may follow.
const BATCH_BYTES: usize = 64 * 1024;

/// The files of this process that are open.
static FILES: Mutex<Vec<Weak<Queue>>> = Mutex::new(Vec::new());

/// A file of audit events: lines of JSON, written by a thread of its own. Cheap to clone; the thread ends with the last
/// clone.
///
/// If the disk is slower than the events come, or does not take them, events are dropped and counted, and the log says so
/// once. A service never waits.
#[derive(Clone)]
pub struct AuditFile(Arc<Queue>);

struct Queue {
    to_thread: mpsc::Sender<Message>,
    state: Arc<State>,
    max_bytes: usize,
    /// Whether the log already says that the queue is full.
    is_said: AtomicBool,
    full: Counter,
}

#[derive(Default)]
struct State {
    bytes: AtomicUsize,
    must_reopen: AtomicBool,
}

enum Message {
    Line(Vec<u8>),
    /// Look at what there is to do.
    Wake,
    /// Everything before it is written.
    Flushed(oneshot::Sender<()>),
}

/// Opens the files of audit events of this process again, under their paths, as after a rotation. Does not wait for it.
///
/// On Unix a file is also opened again before the next event if its path names another one, or none: rotating by
/// renaming needs no signal.
pub fn reopen() {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.retain(|file| match file.upgrade() {
        Some(queue) => {
            queue.state.must_reopen.store(true, Ordering::Release);
            queue.to_thread.send(Message::Wake).is_ok()
        }
        None => false,
    });
}

impl AuditFile {
    /// Opens the file that the settings name, or returns `None` if they name none. A new one is for its owner alone (mode
    /// 0600). Errors: it cannot be opened for appending, or is not a regular file.
    pub fn open(settings: &AuditSettings) -> io::Result<Option<Self>> {
        let Some(path) = &settings.file else {
            return Ok(None);
        };
        let file = Output::open(path).and_then(|output| Self::start(output, settings.queue_bytes));
        file.map(Some).map_err(|error| named(path, &error))
    }

    fn start(output: Output, max_bytes: usize) -> io::Result<Self> {
        let (to_thread, messages) = mpsc::channel();
        let state = Arc::new(State::default());
        let of_thread = Arc::clone(&state);
        let thread = thread::Builder::new().name("audit".to_owned());
        thread.spawn(move || write(&messages, &of_thread, output))?;
        let queue = Arc::new(Queue {
            to_thread,
            state,
            max_bytes,
            is_said: AtomicBool::new(false),
            full: dropped("queue_full"),
        });
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(Arc::downgrade(&queue));
        Ok(Self(queue))
    }

    /// Queues a line. Drops and counts it if the queue is full.
    pub(super) fn push(&self, line: Vec<u8>) {
        let (queue, length) = (&*self.0, line.len());
        let before = queue.state.bytes.fetch_add(length, Ordering::AcqRel);
        if before == 0 {
            queue.is_said.store(false, Ordering::Relaxed);
        }
        let is_queued = before.saturating_add(length) <= queue.max_bytes
            && queue.to_thread.send(Message::Line(line)).is_ok();
        if is_queued {
            return;
        }
        queue.state.bytes.fetch_sub(length, Ordering::AcqRel);
        queue.full.increment(1);
        if !queue.is_said.swap(true, Ordering::Relaxed) {
            error!("audit events are dropped: they come faster than they can be written");
        }
    }

    /// Waits until what was queued before is written, at most for so long. Returns whether it is.
    pub async fn flush(&self, within: Duration) -> bool {
        let (sender, written) = oneshot::channel();
        self.0.to_thread.send(Message::Flushed(sender)).is_ok()
            && matches!(timeout(within, written).await, Ok(Ok(())))
    }
}

impl fmt::Debug for AuditFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuditFile").finish_non_exhaustive()
    }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    let path = path.display();
    let told = format!("audit events cannot be written to {path}, which AUDIT_FILE names: {error}");
    io::Error::new(error.kind(), told)
}

/// Writes what is queued, as much as there is at once, until the queue is closed.
fn write(messages: &Receiver<Message>, state: &State, mut output: Output) {
    let (mut lines, mut flushed) = (Vec::new(), Vec::new());
    while let Ok(first) = messages.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => lines.extend_from_slice(&line),
                Message::Wake => {}
                Message::Flushed(sender) => flushed.push(sender),
            }
            next = match lines.len() < BATCH_BYTES {
                true => messages.try_recv().ok(),
                false => None,
            };
        }
        output.follow(state.must_reopen.swap(false, Ordering::AcqRel));
        output.write(&lines);
        state.bytes.fetch_sub(lines.len(), Ordering::AcqRel);
        lines.clear();
        for sender in flushed.drain(..) {
            // The one who waited may have gone.
            let _ = sender.send(());
        }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
