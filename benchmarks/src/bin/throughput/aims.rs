//! The numbers to reach, as ratios of one run.

use crate::comparison::{
    AXUM, AXUM_NEW, Comparison, FASTAPI, FLOOR, MANY_TOKENS, NEW_TOKENS, ONE_TOKEN, OPERATED,
    PUBLIC,
};

/// A number and what it ought to be.
pub struct Aim {
    pub what: String,
    pub wanted: String,
    pub measured: f64,
    /// The same ratio by the server's CPU time, to be compared with the one that counts.
    pub by_cpu: Option<f64>,
    pub is_met: bool,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// express-oauth2-jwt-bearer, which is not measured here: its share of the floor on a machine of this kind.
const EXPRESS: f64 = 0.044;

/// In the short form: by CPU time and far from what is reached, so that a busy machine does not matter.
pub fn wide(comparison: &Comparison) -> Vec<Aim> {
    let aim = |(name, other)| {
        let ratio = comparison.ratio_by_cpu(name, other);
        Bound::AtLeast(0.5).aim(&format!("{name} / {other}, by CPU time"), ratio)
    };
    [
        (ONE_TOKEN, PUBLIC),
        (MANY_TOKENS, PUBLIC),
        (OPERATED, ONE_TOKEN),
    ]
    .into_iter()
    .filter_map(aim)
    .collect()
}

/// In the long form. What was not measured is left out.
pub fn all(comparison: &Comparison) -> Vec<Aim> {
    let ratio = |least, one: &str, other: &str| {
        let what = format!("{one} / {other}");
        let aim = Bound::AtLeast(least).aim(&what, comparison.ratio(one, other))?;
        let by_cpu = comparison.ratio_by_cpu(one, other);
        Some(Aim { by_cpu, ..aim })
    };
    let mut aims = vec![
        ratio(0.85, ONE_TOKEN, PUBLIC),
        ratio(0.80, ONE_TOKEN, FLOOR),
        ratio(4.0, ONE_TOKEN, AXUM),
        ratio(1.8, NEW_TOKENS, AXUM_NEW),
    ];
    aims.extend(FASTAPI.map(|(name, _)| ratio(25.0, ONE_TOKEN, name)));
    aims.push(Bound::AtLeast(0.9).aim(
        &format!("{OPERATED} / {ONE_TOKEN}, by CPU time"),
        comparison.ratio_by_cpu(OPERATED, ONE_TOKEN),
    ));
    let share_of_floor = comparison.ratio(ONE_TOKEN, FLOOR);
    aims.push(Bound::AtLeast(15.0).aim(
        &format!("{ONE_TOKEN}, share of the floor / {EXPRESS} of express-oauth2-jwt-bearer"),
        share_of_floor.map(|share| share / EXPRESS),
    ));
    let limit = Bound::AtLeast(0.85).aim(
        &format!("{NEW_TOKENS} / limit: 1 / (1 / public + crypto::verify)"),
        comparison.share_of_limit(),
    );
    aims.push(limit.map(|aim| Aim {
        by_cpu: comparison.share_of_limit_by_cpu(),
        ..aim
    }));
    aims.push(Bound::AtMost(1.10).aim(
        "`Verifier::verify` / jsonwebtoken `crypto::verify`, time for one token",
        comparison.signature.verifier_ratio(),
    ));
    aims.into_iter().flatten().collect()
}

impl Bound {
    fn aim(self, what: &str, measured: Option<f64>) -> Option<Aim> {
        let measured = measured?;
        let (wanted, is_met) = match self {
            Self::AtLeast(least) => (format!("at least {least:.2}"), measured >= least),
            Self::AtMost(most) => (format!("at most {most:.2}"), measured <= most),
        };
        Some(Aim {
            what: what.to_owned(),
            wanted,
            measured,
            by_cpu: None,
            is_met,
        })
    }
}
