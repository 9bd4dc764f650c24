//! Days of sign-ins on a clock that the test sets, with the default limits.

use std::cell::RefCell;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use super::set_clock::SetClock;
use super::{Admission, Refusal, SignIn, SteadyClock, Throttles};
use crate::limits::Limits;
use service_kit::ClientAddress;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

struct Simulation {
    clock: Arc<SetClock>,
    throttles: Throttles,
    /// The names with the addresses from which they were signed in.
    familiar: RefCell<HashSet<(String, u32)>>,
}

impl Simulation {
    fn new() -> Self {
        let clock = Arc::new(SetClock::default());
        let steady: Arc<dyn SteadyClock> = clock.clone();
        Self {
            clock,
            throttles: Throttles::new(&Limits::default(), &steady),
            familiar: RefCell::default(),
        }
    }

    fn set(&self, seconds: u64) {
        self.clock.set(Duration::from_secs(seconds));
    }

    /// Returns whether a wrong password was tried.
    async fn wrong(&self, name: &str, address: u32) -> bool {
        let attempt = self.attempt(name, address).await;
        match attempt {
            Ok(attempt) => attempt.count().await.is_ok(),
            Err(_) => false,
        }
    }

    /// Returns whether a right password was accepted.
    async fn right(&self, name: &str, address: u32) -> bool {
        let attempt = self.attempt(name, address).await;
        let Ok(attempt) = attempt else { return false };
        attempt.succeed().await;
        self.familiar
            .borrow_mut()
            .insert((name.to_owned(), address));
        true
    }

    async fn attempt(&self, name: &str, address: u32) -> Result<Admission<'_>, Refusal> {
        let is_familiar = self.familiar.borrow().contains(&(name.to_owned(), address));
        let sign_in = SignIn {
            name,
            address: &client(address),
            is_familiar,
        };
        self.throttles.sign_in(&sign_in).await
    }
}

fn client(number: u32) -> ClientAddress {
    let first = u32::from(Ipv4Addr::new(10, 0, 0, 0));
    ClientAddress::at(IpAddr::V4((first + number).into()))
}

/// Numbers that look random and are the same in each run (Knuth's generator).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Every person signs in at nine, within a quarter of an hour, and seven times more until six.
fn sign_ins_of_a_day(random: &mut Random) -> Vec<(u64, u64)> {
    let mut sign_ins = Vec::new();
    for person in 0..200 {
        sign_ins.push((9 * HOUR + random.below(15 * MINUTE), person));
        for _ in 0..7 {
            sign_ins.push((9 * HOUR + random.below(9 * HOUR), person));
        }
    }
    sign_ins.sort_unstable();
    sign_ins
}

#[tokio::test]
async fn two_hundred_people_with_typos_at_one_address_are_never_refused() {
    for are_familiar in [true, false] {
        let (simulation, mut random) = (Simulation::new(), Random(1));
        let (mut right, mut typos, mut refused) = (0, 0, 0);
        for day in 0..7 {
            for (second, person) in sign_ins_of_a_day(&mut random) {
                simulation.set(day * DAY + second);
                // Without a familiar network, everything counts for the address that they share.
                let name = match are_familiar {
                    true => format!("person_{person}"),
                    false => format!("person_{person}_{day}_{second}"),
                };
                while random.below(100) < 2 {
                    typos += 1;
                    refused += u32::from(!simulation.wrong(&name, 0).await);
                }
                right += 1;
                refused += u32::from(!simulation.right(&name, 0).await);
            }
        }
        assert_eq!((right, refused), (11_200, 0), "of them refused");
        assert!(typos > 200, "{typos} typos");
    }
}

#[tokio::test]
async fn an_address_recovers_whatever_its_failures_were() {
    let simulation = Simulation::new();
    // A typo every five minutes.
    for number in 0..7 * 24 * 12 {
        simulation.set(number * 5 * MINUTE);
        assert!(simulation.wrong(&format!("typo_{number}"), 0).await);
        assert!(simulation.right(&format!("right_{number}"), 0).await);
    }
    // A guesser who leaves.
    let left = 8 * DAY;
    simulation.set(left);
    for number in 0..1000 {
        simulation.wrong(&format!("name_{number}"), 0).await;
    }
    assert!(!simulation.right("new", 0).await, "it is not familiar");
    assert!(simulation.right("right_1", 0).await, "it is familiar");
    simulation.set(left + MINUTE);
    for number in 0..219 {
        assert!(simulation.right(&format!("new_{number}"), 0).await);
    }
}

/// Returns the guesses that were tried in each of 24 hours, of one a second.
async fn guesses<'n>(simulation: &Simulation, guess: impl Fn(u64) -> (&'n str, u32)) -> Vec<u32> {
    let mut tried = vec![0; 24];
    for second in 0..24 * HOUR {
        simulation.set(DAY + second);
        let (name, address) = guess(second);
        let hour = tried.get_mut((second / HOUR) as usize).unwrap();
        *hour += u32::from(simulation.wrong(name, address).await);
    }
    tried
}

#[tokio::test]
async fn a_guesser_gets_no_more_than_the_limits() {
    let from_one = guesses(&Simulation::new(), |_| ("ann", 0)).await;
    let from_many = |second: u64| ("ann", (second % 1000) as u32);
    let from_many = guesses(&Simulation::new(), from_many).await;
    for tried in [from_one, from_many] {
        assert_eq!(tried.first(), Some(&22), "11 at once, and 11 more");
        assert!(tried.iter().skip(1).all(|tried| *tried == 12), "{tried:?}");
    }
    let names: Vec<_> = (0..1000).map(|number| format!("name_{number}")).collect();
    let at_many = |second: u64| (&*names[(second % 1000) as usize], 0);
    let at_many = guesses(&Simulation::new(), at_many).await;
    assert_eq!(at_many.first(), Some(&160), "101 at once, and 59 more");
    assert!(at_many.iter().skip(1).all(|tried| *tried == 60));
    // An address that is familiar to the name has a bucket of its own.
    let simulation = Simulation::new();
    assert!(simulation.right("ann", 0).await);
    let both = guesses(&simulation, |second| ("ann", (second % 2) as u32)).await;
    assert_eq!(both.first(), Some(&44));
    assert!(both.iter().skip(1).all(|tried| *tried == 24), "{both:?}");
}

#[tokio::test]
async fn the_owner_of_an_attacked_name_gets_in() {
    let simulation = Simulation::new();
    assert!(simulation.right("owner", 0).await);
    // Five guesses a second from a thousand addresses, for a day.
    for second in 0..24 * HOUR {
        simulation.set(second);
        for number in 0..5 {
            simulation
                .wrong("owner", 1 + (second * 5 + number) as u32 % 1000)
                .await;
        }
        if second % MINUTE == 0 {
            assert!(simulation.right("owner", 0).await, "at {second}");
        }
    }
    assert!(!simulation.right("owner", 5000).await, "a new address");
    simulation.set(24 * HOUR + 5 * MINUTE);
    assert!(simulation.right("owner", 5000).await, "it has stopped");
}
