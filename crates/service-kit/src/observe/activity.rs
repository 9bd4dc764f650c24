//! Statistics for people, not for decisions.

use std::fmt;
use std::hash::RandomState;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::web;
use hashlink::LruCache;
use identity_actix::Caller;
use identity_core::clock::{Clock, SystemClock};

/// The recent callers and today's requests, in this process only.
///
/// Callers and requests are counted only in a service that adds an `Activity` as app data (`web::Data<Activity>`).
/// Recording a caller takes constant time, whatever the number of callers.
pub struct Activity {
    clock: Arc<dyn Clock>,
    started: f64,
    /// When each caller was last seen, in order: the least recently seen one is first.
    callers: Mutex<Callers>,
    today: Today,
}

/// The requests of one day (UTC).
#[derive(Default)]
struct Today {
    day: AtomicU64,
    requests: AtomicU64,
}

type Callers = LruCache<String, f64, RandomState>;

const SECONDS_A_DAY: f64 = 86_400.0;

impl Activity {
    /// How long a caller counts as active after a request: 15 minutes.
    pub const ACTIVE_FOR: Duration = Duration::from_secs(15 * 60);
    /// The largest number of callers that are kept: 10,000. Beyond it, a new one replaces the least recently seen.
    pub const MAX_CALLERS: usize = 10_000;

    /// Returns an `Activity` without callers and requests.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let started = clock.now().seconds();
        Self {
            clock,
            started,
            callers: Mutex::new(Callers::with_hasher(Self::MAX_CALLERS, RandomState::new())),
            today: Today::default(),
        }
    }

    /// Returns the number of distinct callers whose token was verified in the last 15 minutes.
    pub fn active_callers(&self) -> usize {
        let mut callers = self.callers();
        forget(&mut callers, self.now());
        callers.len()
    }

    /// Returns the number of requests since midnight (UTC), or since the start if that was later, including the current
    /// one.
    pub fn requests_today(&self) -> u64 {
        let day = self.day();
        if self.today.day.load(Ordering::Relaxed) == day {
            self.today.requests.load(Ordering::Relaxed)
        } else {
            0
        }
    }

    /// Returns the time since the start.
    pub fn uptime(&self) -> Duration {
        Duration::try_from_secs_f64(self.now() - self.started).unwrap_or_default()
    }

    pub(crate) fn note(&self, subject: &str) {
        let now = self.now();
        let mut callers = self.callers();
        match callers.get_mut(subject) {
            Some(seen) => *seen = now,
            None => drop(callers.insert(subject.to_owned(), now)),
        }
        forget(&mut callers, now);
    }

    pub(crate) fn count_request(&self) {
        let day = self.day();
        if self.today.day.swap(day, Ordering::Relaxed) != day {
            self.today.requests.store(0, Ordering::Relaxed);
        }
        self.today.requests.fetch_add(1, Ordering::Relaxed);
    }

    fn callers(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> f64 {
        self.clock.now().seconds()
    }

    fn day(&self) -> u64 {
        (self.now() / SECONDS_A_DAY) as u64
    }
}

/// Records the caller of an authenticated request, if the app has an [`Activity`].
pub(crate) fn note_caller(request: &ServiceRequest) {
    if let Some(activity) = request.app_data::<web::Data<Activity>>()
        && let Some(caller) = Caller::of(request)
    {
        activity.note(&caller.principal().subject);
    }
}

/// Drops callers that are no longer active. Each is dropped once, so recording a caller takes constant time on average.
fn forget(callers: &mut Callers, now: f64) {
    let is_active = |seen: f64| now - seen <= Activity::ACTIVE_FOR.as_secs_f64();
    while callers
        .iter()
        .next()
        .is_some_and(|(_, seen)| !is_active(*seen))
    {
        callers.remove_lru();
    }
}

impl Default for Activity {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

/// Hides the subjects: they are personal data.
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
        assert_eq!(activity.callers().peek("U1"), Some(&1001.0));
        clock.set(1001.0 + 900.0);
        assert_eq!(activity.active_callers(), 1);
        clock.set(1001.0 + 901.0);
        assert_eq!(activity.active_callers(), 0);
    }

    #[test]
    #[ignore = "prints times: run it by hand, optimized"]
    fn a_note_takes_the_same_time_whatever_the_number_of_callers() {
        for subjects in [9_000, 20_000] {
            let activity = Activity::default();
            let names: Vec<_> = (0..subjects).map(|number| number.to_string()).collect();
            let notes = 100 * subjects as u32;
            let begun = std::time::Instant::now();
            for name in names.iter().cycle().take(notes as usize) {
                activity.note(name);
            }
            println!("{subjects} subjects: {:?} a note", begun.elapsed() / notes);
        }
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
