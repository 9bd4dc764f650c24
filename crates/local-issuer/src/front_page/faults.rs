//! The faults that the page offers; the control plane has more.

use std::time::Duration;

use crate::faults::{Endpoint, Fault};

/// Names for the form, and what they are in words.
pub(super) const OFFERED: [(&str, &str); 8] = [
    ("unavailable", "status 503"),
    ("slow", "5 seconds late"),
    ("garbage", "a body that is no JSON"),
    ("empty", "no body"),
    ("truncated", "cut off after 100 bytes"),
    ("loop", "a redirect to itself"),
    ("close", "the connection is closed"),
    ("reset", "the connection is reset"),
];

pub(super) fn fault(name: &str) -> Option<Fault> {
    Some(match name {
        "unavailable" => Fault::Status(503),
        "slow" => Fault::Delay(Duration::from_secs(5)),
        "garbage" => Fault::Garbage,
        "empty" => Fault::Empty,
        "truncated" => Fault::Truncate(100),
        "loop" => Fault::redirect_loop(),
        "close" => Fault::Close,
        "reset" => Fault::Reset,
        _ => return None,
    })
}

pub(super) fn endpoint(name: &str) -> Option<Endpoint> {
    let mut each = Endpoint::EACH.into_iter();
    each.find(|endpoint| endpoint.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_that_is_offered_can_be_set() {
        assert_eq!(fault("x"), None);
        for (name, _) in OFFERED {
            assert!(fault(name).is_some(), "{name}");
        }
    }
}
