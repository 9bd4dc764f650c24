//! An attempt that is admitted by the buckets of this process and by those that replicas share.

use super::attempts::Attempt;
use super::shared::Reservation;

/// An admitted attempt. One failure is reserved for it until it ends; if it is dropped, nothing is counted.
#[must_use]
pub struct Admission<'t> {
    attempt: Attempt<'t>,
    shared: Option<Reservation>,
}

impl<'t> Admission<'t> {
    pub(super) fn new(attempt: Attempt<'t>, shared: Option<Reservation>) -> Self {
        Self { attempt, shared }
    }

    /// Counts the attempt. Errors: the database of the replicas failed.
    pub async fn count(self) -> Result<(), sqlx::Error> {
        self.attempt.count();
        match self.shared {
            Some(shared) => shared.count().await,
            None => Ok(()),
        }
    }

    /// Counts nothing. Earlier failures stay: otherwise a sign-in with one's own password would allow more guesses at
    /// others.
    pub async fn succeed(self) {
        if let Some(shared) = self.shared {
            // Before those that wait in this process are woken up.
            shared.give_back().await;
        }
        drop(self.attempt);
    }
}
