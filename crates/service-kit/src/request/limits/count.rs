//! All limits that are set, and the decisions about a request.

use super::class::RouteClass;
use super::config::RateLimitConfig;
use super::decision::{Charge, Cost, Told, Verdict, refusal};
use super::key::Key;
use super::limit::Limit;
use super::memory::Ticks;
use super::store::Store;
use actix_web::HttpResponse;

/// The limits that are set.
pub(crate) struct Limits {
    failures: Option<Limit>,
    address: ByClass,
    subject: ByClass,
    store: Option<Store>,
}

/// A limit for each class of routes.
struct ByClass {
    public: Option<Limit>,
    read: Option<Limit>,
    change: Option<Limit>,
}

impl ByClass {
    fn of(&self, class: RouteClass) -> Option<&Limit> {
        match class {
            RouteClass::Public => self.public.as_ref(),
            RouteClass::Read => self.read.as_ref(),
            RouteClass::Change => self.change.as_ref(),
        }
    }
}

impl Limits {
    /// Returns the limits. With a store, they are counted there whenever it responds.
    pub(super) fn new(config: &RateLimitConfig, store: Option<Store>, ticks: &Ticks) -> Self {
        let limit = |name, rate| Limit::new(name, rate, config.max_keys, ticks);
        let (address, subject) = (&config.address, &config.subject);
        Self {
            failures: limit("failures", config.failures),
            address: ByClass {
                public: limit("address-public", address.public),
                read: limit("address-read", address.read),
                change: limit("address-change", address.change),
            },
            subject: ByClass {
                public: None,
                read: limit("subject-read", subject.read),
                change: limit("subject-change", subject.change),
            },
            store,
        }
    }

    /// Returns the store, if there is one.
    pub(super) fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Decides about a request before its credentials are looked at. Errors: the response, if it is over a limit of its
    /// address, or the address failed too often and the route is protected.
    pub(super) async fn of_address(
        &self,
        class: RouteClass,
        key: Key,
    ) -> Result<Told, HttpResponse> {
        let charge = |limit, cost| Charge { limit, key, cost };
        let failures = self.failures.as_ref();
        let failures = failures.filter(|_| class != RouteClass::Public);
        let failures = failures.map(|limit| charge(limit, Cost::Nothing));
        let requests = self.address.of(class).map(|limit| charge(limit, Cost::One));
        match (failures, requests) {
            (None, None) => Ok(Told::default()),
            (Some(only), None) | (None, Some(only)) => self.decide(&[only]).await,
            (Some(failures), Some(requests)) => self.decide(&[failures, requests]).await,
        }
    }

    /// Counts a failed authentication. Errors: the response in place of the 401, if there were too many in the meantime.
    pub(super) async fn of_failure(&self, key: Key) -> Result<Told, HttpResponse> {
        self.counted(self.failures.as_ref(), key).await
    }

    /// Decides about an authenticated request. Errors: the response, if it is over a limit of its subject.
    pub(super) async fn of_subject(
        &self,
        class: RouteClass,
        key: impl FnOnce() -> Key,
    ) -> Result<Told, HttpResponse> {
        match self.subject.of(class) {
            Some(limit) => self.counted(Some(limit), key()).await,
            None => Ok(Told::default()),
        }
    }

    async fn counted(&self, limit: Option<&Limit>, key: Key) -> Result<Told, HttpResponse> {
        let Some(limit) = limit else {
            return Ok(Told::default());
        };
        let cost = Cost::One;
        self.decide(&[Charge { limit, key, cost }]).await
    }

    /// Takes all of the charges or none. Asks the store once, and the counters of this process if it does not respond.
    async fn decide(&self, charges: &[Charge<'_>]) -> Result<Told, HttpResponse> {
        let shared = match &self.store {
            Some(store) => store.decide(charges).await,
            None => None,
        };
        let mut told = Told::default();
        for (index, charge) in charges.iter().enumerate() {
            // Charges that cost nothing come first, so that one that is over its limit has taken nothing yet.
            let verdict = match &shared {
                Some(verdicts) => verdicts.get(index).copied(),
                None => Some(charge.limit.counters().decide(charge.key, charge.cost)),
            };
            match verdict {
                Some(Verdict::Over { wait }) => return Err(refusal(charge.limit, wait)),
                Some(Verdict::Within { remaining }) if charge.cost == Cost::One => {
                    told = Told::about(charge.limit, remaining);
                }
                _ => {}
            }
        }
        Ok(told)
    }

    /// Returns the number of entries of the limits for reading, by address and by subject, at the end of the test.
    #[cfg(test)]
    pub(super) fn into_entries(self) -> (usize, usize) {
        let of = |limit: Option<Limit>| limit.map_or(0, Limit::into_entries);
        (of(self.address.read), of(self.subject.read))
    }
}
