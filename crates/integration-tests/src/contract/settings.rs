//! What a service says of settings that are missing or wrong.

use anyhow::{Result, ensure};

use crate::case::{Case, Needs};

/// Reads settings from these pairs; errors: what is wrong, one sentence a setting.
pub(crate) type Read = fn(&[(&str, &str)]) -> Result<(), Vec<String>>;

/// Settings, and the name that each sentence must start with, in whatever order.
pub(crate) struct Faults {
    pub(crate) name: &'static str,
    pub(crate) pairs: &'static [(&'static str, &'static str)],
    pub(crate) named: &'static [&'static str],
}

/// Every fault is named at once, and nothing else is.
pub(crate) fn all_at_once(read: Read, faults: Faults) -> Case {
    let name = format!("settings::{}", faults.name);
    let sentence = "Whoever sets up a service mends everything in one go: each setting by its name, with what is expected.";
    Case::new(name, sentence, Needs::OwnServers, async move |_| {
        let problems = read(faults.pairs).err().unwrap_or_default();
        for name in faults.named {
            let about = problems
                .iter()
                .filter(|problem| problem.starts_with(&format!("{name} ")));
            let about: Vec<_> = about.collect();
            ensure!(about.len() == 1, "{name}: {problems:#?}");
            ensure!(
                about
                    .iter()
                    .all(|problem| problem.len() > name.len().saturating_add(15)),
                "{about:?}"
            );
        }
        ensure!(problems.len() == faults.named.len(), "{problems:#?}");
        for (_, value) in faults
            .pairs
            .iter()
            .filter(|(name, _)| name.contains("SECRET"))
        {
            ensure!(
                !problems.iter().any(|problem| problem.contains(value)),
                "a secret is repeated"
            );
        }
        Ok(())
    })
}
