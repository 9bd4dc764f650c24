//! Password hashing with Argon2id, on dedicated threads instead of those that serve requests.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use argon2::password_hash;
use tokio::sync::oneshot;

use crate::argon::Hasher;
use crate::fair_queue::{Full, Waiter};
use crate::turns::Turns;

/// Hashes and verifies passwords, with limited concurrency: each hash takes one core and 19 MiB. Cheap to clone.
///
/// Uses dedicated threads, one per concurrent hash, each with its own memory. The threads of a shared pool would each
/// keep 19 MiB after their first hash: the allocator returns freed memory to the same thread only.
#[derive(Clone)]
pub struct Passwords {
    /// There is a thread for each turn.
    turns: Turns,
    jobs: Sender<Job>,
    /// The hash to verify against if the user is unknown: the hash of an unknown password.
    nobody: Arc<str>,
}

type Job = Box<dyn FnOnce(&mut Hasher) + Send>;

/// Limits of concurrent password hashing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordLimits {
    /// The number of passwords hashed at the same time.
    pub at_once: usize,
    /// The number of passwords that may wait. A tenant, or an address, can only take a share of it.
    pub waiting: usize,
}

/// The reason a password cannot be hashed or verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too many passwords of this tenant, or from this address, are waiting already.
    #[error("too many passwords are waiting")]
    Busy,
    /// The hashing library failed.
    #[error("a password cannot be hashed, or what is stored is no hash")]
    Hash(#[from] password_hash::Error),
    /// The threads cannot be started.
    #[error("the threads that hash passwords cannot be started")]
    Start(#[from] io::Error),
    /// The thread failed while hashing this password.
    #[error("the thread that hashes passwords failed")]
    Failed,
}

impl From<Full> for PasswordError {
    fn from(_: Full) -> Self {
        Self::Busy
    }
}

impl Passwords {
    /// Starts the threads with these limits. The threads end when the last clone is dropped. Fails if the library or
    /// the operating system does.
    pub fn new(limits: PasswordLimits) -> Result<Self, PasswordError> {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..limits.at_once {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || work_off(&queue))?;
        }
        Ok(Self {
            turns: Turns::new(limits.at_once, limits.waiting),
            jobs,
            nobody: Hasher::default()
                .hash(&uuid::Uuid::now_v7().to_string())?
                .into(),
        })
    }

    /// Returns whether some wait for their turn.
    pub fn are_awaited(&self) -> bool {
        self.turns.are_awaited()
    }

    /// Returns the hash of a new password as a PHC string, which includes the parameters and the salt. Waits for the
    /// turn of `waiter`.
    pub async fn hash(&self, password: String, waiter: Waiter) -> Result<String, PasswordError> {
        self.run(waiter, move |hasher| hasher.hash(&password)).await
    }

    /// Returns whether this is the hashed password. Without a hash, returns `false` after the same work. Waits for the
    /// turn of `waiter`.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
        waiter: Waiter,
    ) -> Result<bool, PasswordError> {
        let nobody = Arc::clone(&self.nobody);
        self.run(waiter, move |hasher| {
            let is_known = stored.is_some();
            let matches = hasher.verify(&password, stored.as_deref().unwrap_or(&nobody))?;
            Ok(matches && is_known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        waiter: Waiter,
        work: impl FnOnce(&mut Hasher) -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = self.turns.take(waiter).await?;
        let (sender, receiver) = oneshot::channel();
        let job = move |hasher: &mut Hasher| {
            let outcome = work(hasher);
            // End the turn before responding: the caller may send another request at once.
            drop(turn);
            drop(sender.send(outcome));
        };
        let sent = self.jobs.send(Box::new(job));
        sent.map_err(|_| PasswordError::Failed)?;
        let outcome = receiver.await.map_err(|_| PasswordError::Failed)?;
        Ok(outcome?)
    }
}

/// The loop of each thread.
fn work_off(queue: &Mutex<Receiver<Job>>) {
    let mut hasher = Hasher::default();
    loop {
        // The thread that waits for a job holds the lock; the others wait for the lock.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A panic drops the sender of the result, so no request waits forever.
        drop(catch_unwind(AssertUnwindSafe(|| job(&mut hasher))));
    }
}

#[cfg(test)]
mod tests {
    use super::{PasswordError, PasswordLimits, Passwords};
    use crate::fair_queue::{Tenant, Waiter};

    fn waiter() -> Waiter {
        Waiter {
            tenant: Tenant::SignUp,
            network: None,
        }
    }

    fn passwords(at_once: usize, waiting: usize) -> Passwords {
        Passwords::new(PasswordLimits { at_once, waiting }).unwrap()
    }

    #[tokio::test]
    async fn only_the_password_itself_matches() {
        let passwords = passwords(2, 8);
        let hash = passwords
            .hash("test1234@".to_owned(), waiter())
            .await
            .unwrap();
        for wrong in ["test1234", "Test1234@", "", "test1234@ "] {
            let verified = passwords.verify(wrong.to_owned(), Some(hash.clone()), waiter());
            assert!(!verified.await.unwrap(), "{wrong:?}");
        }
        let nobody = passwords.verify("test1234@".to_owned(), None, waiter());
        assert!(!nobody.await.unwrap(), "no user, no match");
        let broken = passwords.verify("test1234@".to_owned(), Some("x".to_owned()), waiter());
        assert!(matches!(broken.await, Err(PasswordError::Hash(_))));
        assert!(
            passwords
                .verify("test1234@".to_owned(), Some(hash.clone()), waiter())
                .await
                .unwrap()
        );
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let again = passwords
            .hash("test1234@".to_owned(), waiter())
            .await
            .unwrap();
        assert_ne!(hash, again, "each has its own salt");
    }

    #[tokio::test]
    async fn nobody_takes_as_long_as_somebody() {
        let usual = passwords(1, 0);
        let hash = usual.hash("password".to_owned(), waiter()).await.unwrap();
        let cost = |hash: &str| hash.rsplitn(3, '$').last().unwrap().to_owned();
        assert_eq!(cost(&usual.nobody), cost(&hash));
        let told = Passwords {
            nobody: "no hash".into(),
            ..usual
        };
        let outcome = told.verify("password".to_owned(), None, waiter()).await;
        assert!(
            matches!(outcome, Err(PasswordError::Hash(_))),
            "it is compared with the hash of nobody"
        );
    }

    #[tokio::test]
    async fn no_more_wait_than_may_and_the_place_is_free_afterwards() {
        let passwords = passwords(1, 1);
        let hash = || passwords.hash("password".to_owned(), waiter());
        let outcomes = tokio::join!(hash(), hash(), hash(), hash());
        assert!(outcomes.0.is_ok() && outcomes.1.is_ok());
        for refused in [outcomes.2, outcomes.3] {
            assert!(matches!(refused, Err(PasswordError::Busy)));
        }
        assert!(hash().await.is_ok());
    }
}
