//! The file itself: opened for appending, opened again when it was moved, and never left with half a line before a whole
//! one.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use metrics::{Counter, counter};
use tracing::{error, info, warn};

use crate::observe::metrics::AUDIT_DROPPED;

/// An open file of audit events.
pub(super) struct Output {
    path: PathBuf,
    file: File,
    /// Whether the last write ended within a line.
    is_torn: bool,
    /// Whether the log already says that the file cannot be written, or not be opened again.
    is_failing: bool,
    is_lost: bool,
    failed: Counter,
}

impl Output {
    /// Opens or creates the file. Errors: the system's, or it is not a regular file: opening a pipe would wait for its
    /// reader.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::of(path, open(path)?))
    }

    pub(super) fn of(path: &Path, file: File) -> Self {
        Self {
            path: path.to_owned(),
            file,
            is_torn: false,
            is_failing: false,
            is_lost: false,
            failed: dropped("write_failed"),
        }
    }

    /// Opens the file again if its path names another one by now, or if it must be. If that fails, the old one goes on.
    pub(super) fn follow(&mut self, must_reopen: bool) {
        if !must_reopen && self.is_current() {
            return;
        }
        let path = self.path.display();
        match open(&self.path) {
            Ok(file) => {
                self.file = file;
                (self.is_torn, self.is_lost) = (false, false);
                info!(audit.file = %path, "the file of audit events was opened again");
            }
            Err(error) if !self.is_lost => {
                self.is_lost = true;
                let reason = error.to_string();
                error!(audit.file = %path, reason, "the file of audit events cannot be opened again, and the former one is used: {reason}");
            }
            Err(_) => {}
        }
    }

    /// Returns whether the path still names the open file. If the system does not say so, it does.
    fn is_current(&self) -> bool {
        match (self.path.metadata(), self.file.metadata()) {
            (Ok(named), Ok(open)) => are_same(&named, &open),
            (Err(error), _) => error.kind() != io::ErrorKind::NotFound,
            _ => true,
        }
    }

    /// Writes whole lines. Those that cannot be written are dropped and counted; the log says so at the first failure, and
    /// at the next success.
    pub(super) fn write(&mut self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        let (written, outcome) = match self.end_torn_line() {
            Ok(()) => put(&mut self.file, lines),
            Err(error) => (0, Err(error)),
        };
        let (done, left) = lines.split_at(written.min(lines.len()));
        self.is_torn = done.last().map_or(self.is_torn, |last| *last != b'\n');
        let path = self.path.display();
        match outcome {
            Ok(()) if self.is_failing => {
                self.is_failing = false;
                info!(audit.file = %path, "audit events are written again");
            }
            Ok(()) => {}
            Err(error) => {
                let count = left.iter().filter(|byte| **byte == b'\n').count();
                self.failed
                    .increment(u64::try_from(count).unwrap_or(u64::MAX));
                if !self.is_failing {
                    let reason = error.to_string();
                    error!(audit.file = %path, reason, "audit events are dropped, because they cannot be written: {reason}");
                }
                self.is_failing = true;
            }
        }
    }

    /// Gives what is left of a line that was cut off a line of its own.
    fn end_torn_line(&mut self) -> io::Result<()> {
        if self.is_torn {
            put(&mut self.file, b"\n").1?;
            self.is_torn = false;
        }
        Ok(())
    }
}

/// Returns the counter of events that are dropped for this reason; from then on it is shown, also while it is 0.
pub(super) fn dropped(reason: &'static str) -> Counter {
    let counter = counter!(AUDIT_DROPPED, "reason" => reason);
    counter.increment(0);
    counter
}

/// Writes as much as possible. Returns how many bytes, and why not all.
fn put(to: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut left = bytes;
    while !left.is_empty() {
        match to.write(left) {
            Ok(0) => {
                return (
                    bytes.len() - left.len(),
                    Err(io::ErrorKind::WriteZero.into()),
                );
            }
            Ok(count) => left = left.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (bytes.len() - left.len(), Err(error)),
        }
    }
    (bytes.len(), Ok(()))
}

fn open(path: &Path) -> io::Result<File> {
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    if others_can_read(&file.metadata()?) {
        let path = path.display();
        // Its mode stays: the operator may want it so.
        warn!(audit.file = %path, "other users of this machine may be able to read the audit events in {path}: `chmod 600` keeps them to their owner");
    }
    Ok(file)
}

#[cfg(unix)]
fn are_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn are_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn others_can_read(file: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn others_can_read(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
