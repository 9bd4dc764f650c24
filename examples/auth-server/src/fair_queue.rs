//! A queue in which tenants take turns, and in which no tenant can take all of the space.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use hashlink::LinkedHashMap;
use service_kit::ClientAddress;

/// Who waits. Tenants take turns, and so do the addresses of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// The tenant.
    pub tenant: Tenant,
    /// The network of the client's address; `None` for the server's own work.
    pub network: Option<String>,
}

impl Waiter {
    /// Returns the client at `address`, who waits on behalf of `tenant`.
    pub fn of(address: &ClientAddress, tenant: Tenant) -> Self {
        Self {
            tenant,
            network: Some(address.network()),
        }
    }
}

/// On whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tenant {
    /// An organization, by its id.
    Organization(String),
    /// Those at one network, whose organization is not looked up yet.
    Network(String),
    /// No organization: a name that no user has, a client that does not exist.
    Unknown,
    /// Those who sign up.
    SignUp,
    /// The server itself.
    Server,
}

/// Waiting items, at most `capacity` of them.
///
/// The next item is one of the tenant that has used the least time, among equals of the one whose last turn is longest
/// ago. So a tenant with long turns has fewer of them.
///
/// A tenant can fill at most as much as it leaves free: half of the queue if it is alone, a third if two tenants do, and
/// so on, so that there is space for the next tenant. An address, whatever its tenants, can fill at most three times as
/// much as it leaves free.
#[derive(Debug)]
pub struct FairQueue<T> {
    /// Those who wait. After its turn, a tenant is the last.
    tenants: LinkedHashMap<Tenant, Line<T>>,
    /// The time that tenants have used. Those that are not here have used the least.
    used: HashMap<Tenant, Duration>,
    /// The time that a tenant which comes now counts as having used.
    least_used: Duration,
    at_network: HashMap<String, usize>,
    waiting: usize,
    capacity: usize,
}

/// The items of one tenant.
#[derive(Debug)]
struct Line<T> {
    /// The first address is next; after its turn it is the last.
    networks: LinkedHashMap<Option<String>, VecDeque<T>>,
    waiting: usize,
}

/// How far a tenant may be ahead of the others.
const LONGEST_DEBT: Duration = Duration::from_secs(2);

/// The tenant or the address has its share of the queue already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl<T> FairQueue<T> {
    /// Returns an empty queue.
    pub fn new(capacity: usize) -> Self {
        Self {
            tenants: LinkedHashMap::new(),
            used: HashMap::new(),
            least_used: Duration::ZERO,
            at_network: HashMap::new(),
            waiting: 0,
            capacity,
        }
    }

    /// Adds an item behind those of the same tenant and address.
    pub fn push(&mut self, waiter: Waiter, item: T) -> Result<(), Full> {
        let free = self.capacity.saturating_sub(self.waiting);
        let Waiter { tenant, network } = waiter;
        let of_tenant = self.tenants.get(&tenant).map_or(0, |line| line.waiting);
        let at_network = network.as_ref().and_then(|it| self.at_network.get(it));
        if of_tenant >= free || *at_network.unwrap_or(&0) >= free.saturating_mul(3) {
            return Err(Full);
        }
        if let Some(network) = &network {
            *self.at_network.entry(network.clone()).or_default() += 1;
        }
        let line = self.tenants.entry(tenant).or_insert_with(|| Line {
            networks: LinkedHashMap::new(),
            waiting: 0,
        });
        let items = line.networks.entry(network);
        items.or_insert_with(VecDeque::new).push_back(item);
        line.waiting += 1;
        self.waiting += 1;
        Ok(())
    }

    /// Returns whether nothing is waiting.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Takes the next item and its tenant, if any.
    pub fn pop(&mut self) -> Option<(Tenant, T)> {
        let tenant = self.next()?;
        let mut line = self.tenants.remove(&tenant)?;
        let (network, mut items) = line.networks.pop_front()?;
        let item = items.pop_front()?;
        if let Some(network) = &network {
            self.leave(network);
        }
        self.waiting -= 1;
        line.waiting -= 1;
        if !items.is_empty() {
            line.networks.insert(network, items);
        }
        if line.waiting > 0 {
            self.tenants.insert(tenant.clone(), line);
        }
        Some((tenant, item))
    }

    /// Records that a turn of this tenant took so long, while others wait: a turn that nobody waited for costs nothing. It
    /// counts for at most [`LONGEST_DEBT`].
    pub fn charge(&mut self, tenant: Tenant, took: Duration) {
        if self.tenants.is_empty() {
            self.used.clear();
            return;
        }
        let used = self.used_by(&tenant).saturating_add(took);
        let most = self.least_used.saturating_add(LONGEST_DEBT);
        self.used.insert(tenant, used.min(most));
    }

    /// Returns the waiting tenant whose turn it is.
    fn next(&mut self) -> Option<Tenant> {
        let tenants = self.tenants.keys();
        let next = tenants.min_by_key(|tenant| self.used_by(tenant))?.clone();
        self.least_used = self.used_by(&next);
        let least_used = self.least_used;
        self.used.retain(|_, used| *used > least_used);
        Some(next)
    }

    fn used_by(&self, tenant: &Tenant) -> Duration {
        let used = self.used.get(tenant).copied().unwrap_or_default();
        used.max(self.least_used)
    }

    fn leave(&mut self, network: &str) {
        if let Some(waiting) = self.at_network.get_mut(network) {
            *waiting -= 1;
            if *waiting == 0 {
                self.at_network.remove(network);
            }
        }
    }
}

#[cfg(test)]
#[path = "fair_queue_tests.rs"]
mod tests;
