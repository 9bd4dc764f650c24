//! Which traces are exported.

use std::fmt::{self, Display};
use std::str::FromStr;

/// Which traces are exported: the names of OpenTelemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampler {
    /// `always_on`
    AlwaysOn,
    /// `always_off`
    AlwaysOff,
    /// `traceidratio`: whatever the caller decided.
    Ratio,
    /// `parentbased_always_on`
    ParentOrAlwaysOn,
    /// `parentbased_always_off`
    ParentOrAlwaysOff,
    /// `parentbased_traceidratio`: as the caller decided, and without a caller's decision the ratio.
    #[default]
    ParentOrRatio,
}

const SAMPLERS: [(&str, Sampler); 6] = [
    ("always_on", Sampler::AlwaysOn),
    ("always_off", Sampler::AlwaysOff),
    ("traceidratio", Sampler::Ratio),
    ("parentbased_always_on", Sampler::ParentOrAlwaysOn),
    ("parentbased_always_off", Sampler::ParentOrAlwaysOff),
    ("parentbased_traceidratio", Sampler::ParentOrRatio),
];

impl FromStr for Sampler {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = SAMPLERS.iter().find(|(name, _)| *name == text);
        found.map(|(_, sampler)| *sampler).ok_or_else(|| {
            let names = SAMPLERS.map(|(name, _)| name);
            format!("expected one of {}", names.join(", "))
        })
    }
}

impl Display for Sampler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut samplers = SAMPLERS.iter();
        let name = samplers.find(|(_, sampler)| sampler == self);
        formatter.write_str(name.map_or("", |(name, _)| name))
    }
}

/// A share of all, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio(f64);

impl Ratio {
    /// Returns the number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Default for Ratio {
    fn default() -> Self {
        Self(1.0)
    }
}

impl FromStr for Ratio {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.parse::<f64>().ok();
        let number = number.filter(|number| (0.0..=1.0).contains(number));
        number
            .map(Self)
            .ok_or("expected a number from 0 to 1, such as 0.1")
    }
}

impl Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
