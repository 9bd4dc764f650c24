//! The schedule of fetches.

use std::time::Duration;

use super::KeyRefresh;
use super::state::KeyState;

/// Returns the pause after an attempt. `chance` is random, from 0 to 1, so that many processes do not fetch at once.
pub(super) fn pause(refresh: &KeyRefresh, state: &KeyState, chance: f64) -> Duration {
    match &state.failure {
        // Up to a tenth early and never late: keys must not get older than the TTL.
        None => refresh.ttl.mul_f64(1.0 - 0.1 * chance),
        Some(_) if state.keys.is_none() => refresh.retry,
        Some(failure) => {
            let doubled = refresh
                .retry
                .saturating_mul(2_u32.saturating_pow(failure.count.saturating_sub(1).min(20)));
            doubled.min(refresh.max_retry).mul_f64(1.0 - 0.25 * chance)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{KeyRefresh, pause};
    use crate::keys::remote::state::{Failure, FetchedKeys, KeyState};
    use crate::keys::{KeyFault, KeySet};

    fn state(keys: bool, failures: u32) -> KeyState {
        let now = Instant::now();
        KeyState {
            keys: keys.then(|| FetchedKeys {
                set: Arc::new(KeySet::default()),
                at: now,
            }),
            failure: (failures > 0).then_some(Failure {
                fault: KeyFault::Stopped,
                reason: String::new(),
                since: now,
                count: failures,
            }),
            ..KeyState::default()
        }
    }

    #[test]
    fn fresh_keys_are_refreshed_before_the_ttl() {
        assert_eq!(
            pause(&KeyRefresh::default(), &state(true, 0), 0.0),
            Duration::from_secs(300)
        );
        assert_eq!(
            pause(&KeyRefresh::default(), &state(true, 0), 1.0),
            Duration::from_secs(270)
        );
    }

    #[test]
    fn without_keys_every_second_is_tried() {
        for failures in [1, 2, 1000] {
            assert_eq!(
                pause(&KeyRefresh::default(), &state(false, failures), 0.5),
                Duration::from_secs(1)
            );
        }
    }

    #[test]
    fn failed_refreshes_back_off_up_to_a_minute() {
        let seconds = [1, 2, 3, 4, 7, u32::MAX]
            .map(|count| pause(&KeyRefresh::default(), &state(true, count), 0.0).as_secs());
        assert_eq!(seconds, [1, 2, 4, 8, 60, 60]);
        assert_eq!(
            pause(&KeyRefresh::default(), &state(true, u32::MAX), 1.0),
            Duration::from_secs(45)
        );
    }
}
