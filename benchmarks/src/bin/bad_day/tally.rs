//! Every response, and what it ought to have been.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use benchmarks::{Reply, load_averages};
use tokio::time::Instant;

use crate::arguments::Day;

/// How long a sign-in may take on a machine without other work, and how soon after an outage the server must be back.
const MOST: Duration = Duration::from_secs(2);

/// What was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SignIn,
    Refresh,
    List,
    Change,
    /// A request of the tenant that misbehaves.
    Misuse,
}

/// All responses so far. Cheap to clone.
#[derive(Clone)]
pub struct Tally {
    begun: Instant,
    pub day: Day,
    responses: Arc<Mutex<Vec<Response>>>,
}

#[derive(Clone, Copy)]
struct Response {
    kind: Kind,
    due: Duration,
    took: Duration,
    /// 0 if there was none.
    status: u16,
}

impl Tally {
    pub fn begin(day: Day) -> Self {
        Self {
            begun: Instant::now(),
            day,
            responses: Arc::default(),
        }
    }

    /// Returns when a part of the day begins.
    pub fn at(&self, part: Duration) -> Instant {
        self.begun + part
    }

    pub fn is_over(&self) -> bool {
        self.begun.elapsed() >= self.day.end
    }

    /// Notes that the outage is over now, and returns how long it took: PostgreSQL that was stopped reads its log first.
    pub fn outage_is_over(&mut self) -> Duration {
        self.day.after = self.begun.elapsed();
        self.day.after - self.day.outage
    }

    /// Counts the response to a request that was due then.
    pub fn note(&self, kind: Kind, due: Instant, reply: Option<&Reply>) {
        let response = Response {
            kind,
            due: due - self.begun,
            took: due.elapsed(),
            status: reply.map_or(0, |reply| reply.status),
        };
        let responses = self.responses.lock();
        responses
            .unwrap_or_else(PoisonError::into_inner)
            .push(response);
    }

    /// Prints the table. Returns whether every number is what it ought to be.
    pub fn report(&self, counts_only: bool) -> bool {
        let responses = self.responses.lock();
        let responses = responses.unwrap_or_else(PoisonError::into_inner).clone();
        println!("load averages of this machine: {}", load_averages());
        println!(
            "{:<9} {:<7} {:>7} {:>7} {:>6} {:>6} {:>8} {:>8} {:>8}",
            "request", "part", "all", "good", "503", "other", "p50 ms", "p99 ms", "max ms"
        );
        for kind in Kind::ALL {
            for part in Part::ALL {
                let is_row = |one: &&Response| one.kind == kind && one.part(self.day) == part;
                let row: Vec<_> = responses.iter().filter(is_row).copied().collect();
                if !row.is_empty() {
                    println!("{}", line(kind, part, &row));
                }
            }
        }
        self.verdicts(&responses, counts_only)
    }

    fn verdicts(&self, responses: &[Response], counts_only: bool) -> bool {
        let count = |kinds: &[Kind], is_counted: &dyn Fn(&Response, Part) -> bool| {
            let counted = responses
                .iter()
                .filter(|one| kinds.contains(&one.kind) && is_counted(one, one.part(self.day)));
            counted.count()
        };
        // A machine that is slow while nothing is wrong has other work.
        let calm = responses
            .iter()
            .filter(|one| one.kind == Kind::SignIn && one.part(self.day) == Part::Calm);
        let calm = calm.map(|one| one.took).max().unwrap_or_default();
        let most = MOST.max(calm * 4);
        let others = [Kind::Refresh, Kind::List, Kind::Change];
        let is_up = |part: Part| part != Part::Outage;
        let refused = |one: &Response, part| is_up(part) && !one.is_good();
        let none = [
            (
                "sign-ins of others that were refused",
                count(&[Kind::SignIn], &refused),
            ),
            (
                "other requests of others that were refused",
                count(&others, &refused),
            ),
        ];
        let some = [
            (
                "sign-ins in the outage that got 503",
                count(&[Kind::SignIn], &|one, part| {
                    part == Part::Outage && one.status == 503
                }),
            ),
            (
                "requests of the misbehaving tenant that were served",
                count(&[Kind::Misuse], &|one, _| one.is_good()),
            ),
        ];
        println!("a sign-in may take {:.1} s", most.as_secs_f64());
        let slow = count(&[Kind::SignIn], &|one, part| is_up(part) && one.took > most);
        let is_quick = verdict(
            "sign-ins of others that took too long",
            slow,
            "none",
            slow == 0,
        );
        let mut is_met = is_quick;
        for (what, number) in none {
            is_met &= verdict(what, number, "none", number == 0);
        }
        // A machine with other work is slow, and what waits for too long is refused.
        is_met |= counts_only;
        let neither = count(&[Kind::SignIn], &|one, part| {
            !is_up(part) && !one.is_good() && one.status != 503
        });
        is_met &= verdict(
            "sign-ins in the outage that got neither tokens nor 503",
            neither,
            "none",
            neither == 0,
        );
        for (what, number) in some {
            is_met &= verdict(what, number, "some", number > 0);
        }
        is_met
    }
}

fn verdict(what: &str, number: usize, aim: &str, is_met: bool) -> bool {
    let verdict = if is_met { "ok" } else { "MISSED" };
    println!("{what:<58} {number:>7}  {aim:<5} {verdict}");
    is_met
}

fn line(kind: Kind, part: Part, row: &[Response]) -> String {
    let count =
        |is_counted: fn(&Response) -> bool| row.iter().filter(|one| is_counted(one)).count();
    let mut times: Vec<_> = row.iter().map(|one| one.took).collect();
    times.sort_unstable();
    let percentile = |percent: usize| {
        let time = times.get(times.len() * percent / 100).or(times.last());
        time.map_or(0, Duration::as_millis)
    };
    let (good, busy) = (count(Response::is_good), count(|one| one.status == 503));
    format!(
        "{:<9} {:<7} {:>7} {good:>7} {busy:>6} {:>6} {:>8} {:>8} {:>8}",
        kind.name(),
        part.name(),
        row.len(),
        row.len() - good - busy,
        percentile(50),
        percentile(99),
        percentile(100),
    )
}

/// A part of the day, as it is for one response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Calm,
    SignIns,
    Lists,
    Bodies,
    /// Until 2 s after it.
    Outage,
    After,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Calm,
        Self::SignIns,
        Self::Lists,
        Self::Bodies,
        Self::Outage,
        Self::After,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::SignIns => "flood",
            Self::Lists => "lists",
            Self::Bodies => "bodies",
            Self::Outage => "outage",
            Self::After => "after",
        }
    }
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::SignIn,
        Self::Refresh,
        Self::List,
        Self::Change,
        Self::Misuse,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh",
            Self::List => "list",
            Self::Change => "change",
            Self::Misuse => "misuse",
        }
    }
}

impl Response {
    fn part(&self, day: Day) -> Part {
        let came = self.due + self.took;
        if self.due < day.after + MOST && came > day.outage {
            Part::Outage
        } else if self.due >= day.outage {
            Part::After
        } else if self.due >= day.bodies {
            Part::Bodies
        } else if self.due >= day.lists {
            Part::Lists
        } else if self.due >= day.sign_ins {
            Part::SignIns
        } else {
            Part::Calm
        }
    }

    fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
