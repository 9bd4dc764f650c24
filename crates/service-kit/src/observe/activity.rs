//! Counts of what happens: for people, not for decisions.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use identity_actix::Caller;
use identity_core::clock::{Clock, SystemClock};

/// Who called lately and how much, in this process alone.
pub struct Activity {
    clock: Arc<dyn Clock>,
    started: f64,
    callers: Mutex<HashMap<String, f64>>,
    noted: Noted,
    today: Today,
}

/// Who was noted in this second: a caller who comes again and again is noted once a second, and otherwise takes no lock.
///
/// A place remembers the last of those who share it. Two whose hashes are the same in all of their 44 bits count as one.
struct Noted {
    hasher: RandomState,
    places: Box<[AtomicU64]>,
}

/// Requests of one day (UTC).
#[derive(Default)]
struct Today {
    day: AtomicU64,
    requests: AtomicU64,
}

const SECONDS_A_DAY: f64 = 86_400.0;

impl Activity {
    /// A caller counts as active for this long after a request: 15 minutes.
    pub const ACTIVE_FOR: Duration = Duration::from_secs(15 * 60);
    /// At most this many callers are remembered: 10,000. Past that, new ones are not counted until others are forgotten.
    pub const MAX_CALLERS: usize = 10_000;

    /// Nothing has happened yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let started = clock.now().seconds();
        Self {
            clock,
            started,
            callers: Mutex::default(),
            noted: Noted::default(),
            today: Today::default(),
        }
    }

    /// Distinct callers whose token was verified in the last 15 minutes.
    pub fn active_callers(&self) -> usize {
        let now = self.now();
        self.callers()
            .values()
            .filter(|seen| is_active(**seen, now))
            .count()
    }

    /// Requests since midnight (UTC), or since the start if that was later; the current one is among them.
    pub fn requests_today(&self) -> u64 {
        let day = self.day();
        if self.today.day.load(Ordering::Relaxed) == day {
            self.today.requests.load(Ordering::Relaxed)
        } else {
            0
        }
    }

    /// Since the start.
    pub fn uptime(&self) -> Duration {
        Duration::try_from_secs_f64(self.now() - self.started).unwrap_or_default()
    }

    pub(crate) fn note(&self, subject: &str) {
        let now = self.now();
        if self.noted.is_there(subject, now) {
            return;
        }
        let mut callers = self.callers();
        if let Some(seen) = callers.get_mut(subject) {
            *seen = now;
            return;
        }
        if callers.len() >= Self::MAX_CALLERS {
            callers.retain(|_, seen| is_active(*seen, now));
        }
        if callers.len() < Self::MAX_CALLERS {
            callers.insert(subject.to_owned(), now);
        }
    }

    pub(crate) fn count_request(&self) {
        let day = self.day();
        if self.today.day.swap(day, Ordering::Relaxed) != day {
            self.today.requests.store(0, Ordering::Relaxed);
        }
        self.today.requests.fetch_add(1, Ordering::Relaxed);
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<String, f64>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> f64 {
        self.clock.now().seconds()
    }

    fn day(&self) -> u64 {
        (self.now() / SECONDS_A_DAY) as u64
    }
}

impl Noted {
    const PLACES: usize = 1024;
    /// The bits of a place that say when. The others say who.
    const SECOND: u64 = (1 << 20) - 1;

    /// Whether this caller was noted in this second; from now on it is.
    fn is_there(&self, subject: &str, now: f64) -> bool {
        let hash = self.hasher.hash_one(subject);
        let Some(place) = self.places.get(hash as usize % Self::PLACES) else {
            return false;
        };
        let noted = hash & !Self::SECOND | now as u64 & Self::SECOND;
        place.load(Ordering::Relaxed) == noted || {
            place.store(noted, Ordering::Relaxed);
            false
        }
    }
}

impl Default for Noted {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            places: (0..Self::PLACES).map(|_| AtomicU64::default()).collect(),
        }
    }
}

/// Middleware inside of [`Authenticate`](identity_actix::Authenticate): notes each caller in the app's [`Activity`].
pub async fn note_caller<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let (Some(activity), Some(caller)) = (
        request.app_data::<web::Data<Activity>>(),
        Caller::of(&request),
    ) {
        activity.note(&caller.principal().subject);
    }
    next.call(request).await
}

fn is_active(seen: f64, now: f64) -> bool {
    now - seen <= Activity::ACTIVE_FOR.as_secs_f64()
}

impl Default for Activity {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

/// Subjects are personal data.
impl fmt::Debug for Activity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Activity")
            .field("requests_today", &self.requests_today())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use identity_core::testing::TestClock;

    use super::Activity;

    #[test]
    fn requests_start_again_at_midnight() {
        let clock = Arc::new(TestClock::at(86_400.0 * 10.0 - 1.0));
        let activity = Activity::new(clock.clone());
        activity.count_request();
        activity.count_request();
        assert_eq!(activity.requests_today(), 2);
        clock.set(86_400.0 * 10.0);
        assert_eq!(activity.requests_today(), 0);
        activity.count_request();
        assert_eq!(activity.requests_today(), 1);
    }

    #[test]
    fn callers_are_distinct_and_forgotten_after_15_minutes() {
        let clock = Arc::new(TestClock::at(1000.0));
        let activity = Activity::new(clock.clone());
        for subject in ["U1", "U2", "U1"] {
            activity.note(subject);
        }
        assert_eq!(activity.active_callers(), 2);
        clock.set(1000.0 + 901.0);
        activity.note("U2");
        assert_eq!(activity.active_callers(), 1);
        assert_eq!(activity.uptime().as_secs(), 901);
    }

    #[test]
    fn a_caller_who_comes_again_is_seen_to_the_second() {
        let clock = Arc::new(TestClock::at(1000.25));
        let activity = Activity::new(clock.clone());
        activity.note("U1");
        clock.set(1000.75);
        activity.note("U1");
        clock.set(1001.0);
        activity.note("U1");
        assert_eq!(activity.callers().get("U1"), Some(&1001.0));
        clock.set(1001.0 + 900.0);
        assert_eq!(activity.active_callers(), 1);
        clock.set(1001.0 + 901.0);
        assert_eq!(activity.active_callers(), 0);
    }

    #[test]
    fn no_more_callers_are_remembered_than_allowed() {
        let clock = Arc::new(TestClock::at(0.0));
        let activity = Activity::new(clock.clone());
        for number in 0..Activity::MAX_CALLERS + 5 {
            activity.note(&number.to_string());
        }
        assert_eq!(activity.active_callers(), Activity::MAX_CALLERS);
        clock.set(2000.0);
        activity.note("new");
        assert_eq!(activity.active_callers(), 1);
        assert_eq!(activity.callers().len(), 1);
    }
}
