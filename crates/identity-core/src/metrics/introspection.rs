//! Metrics of introspection.

use metrics::{Counter, counter};

use super::names::INTROSPECTIONS;
use crate::introspection::{IntrospectionFault, Response};

/// Counters of one issuer's introspected tokens, by outcome.
pub(crate) struct IntrospectionMetrics {
    active: Counter,
    inactive: Counter,
    failed: Counter,
    cached: Counter,
    turned_away: Counter,
}

impl IntrospectionMetrics {
    /// Looks up the metrics in the installed recorder.
    pub(crate) fn of(issuer: &str) -> Self {
        let counter = |outcome: &'static str| counter!(INTROSPECTIONS, "issuer" => issuer.to_owned(), "outcome" => outcome);
        Self {
            active: counter("active"),
            inactive: counter("inactive"),
            failed: counter("failed"),
            cached: counter("cached"),
            turned_away: counter("turned_away"),
        }
    }

    /// Counts a request to the issuer, or one that could not be made.
    pub(crate) fn asked(&self, result: &Result<Response, IntrospectionFault>) {
        let outcome = match result {
            Ok(Response::Active { .. }) => &self.active,
            Ok(Response::Inactive) => &self.inactive,
            Err(_) => &self.failed,
        };
        outcome.increment(1);
    }

    /// Counts a token whose last response is used again.
    pub(crate) fn cached(&self) {
        self.cached.increment(1);
    }

    /// Counts a token that was refused because too many callers were waiting.
    pub(crate) fn turned_away(&self) {
        self.turned_away.increment(1);
    }
}
