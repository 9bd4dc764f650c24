//! What was read at one time, to be compared with what is read later.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use config::Value;

use super::effect::Effect;
use super::field::{Field, name_of};

/// The values of all settings, as hashes: they are only compared, and some are secrets. And the files that they came from.
#[derive(Clone, Default)]
pub(crate) struct Record {
    settings: BTreeMap<String, Recorded>,
    files: BTreeSet<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Recorded {
    hash: u64,
    effect: Effect,
}

/// The settings that have changed, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes(BTreeMap<String, Effect>);

/// What a [`SettingsReader`](super::SettingsReader) has read, once it has finished. All clones share it.
#[derive(Clone, Default)]
pub struct SettingsRecord(Arc<OnceLock<Record>>);

impl Record {
    pub(super) fn note(&mut self, field: &Field, value: Option<&Value>) {
        let value = value.map(|value| value.kind.to_string());
        let (hash, effect) = (hash_of(&value), field.effect);
        self.settings
            .insert(field.name(), Recorded { hash, effect });
    }

    /// Notes the content of a file that the setting at `path` names.
    pub(super) fn note_content(&mut self, path: &str, file: &Path, content: &[u8]) {
        self.note_file(file);
        if let Some(recorded) = self.settings.get_mut(&name_of(path)) {
            recorded.hash = hash_of(&(recorded.hash, content));
        }
    }

    pub(super) fn note_file(&mut self, file: &Path) {
        self.files.insert(file.to_path_buf());
    }

    /// Returns the files that were read, or would have been if they were there.
    pub(crate) fn files(&self) -> &BTreeSet<PathBuf> {
        &self.files
    }

    /// Returns what is different in `later`.
    pub(crate) fn changes(&self, later: &Self) -> Changes {
        let changed = later.settings.iter().filter(|(name, recorded)| {
            let before = self.settings.get(*name);
            before.is_some_and(|before| before.hash != recorded.hash)
        });
        Changes(
            changed
                .map(|(name, recorded)| (name.clone(), recorded.effect))
                .collect(),
        )
    }

    /// Takes over those of `later` that a running service has taken. The others stay as they were at the start.
    pub(crate) fn take(&mut self, later: &Self) {
        self.files.clone_from(&later.files);
        for (name, recorded) in &later.settings {
            if recorded.effect.is_reloaded() {
                self.settings.insert(name.clone(), *recorded);
            }
        }
    }
}

impl Changes {
    /// Returns whether a setting with this effect has changed.
    pub(crate) fn have(&self, effect: Effect) -> bool {
        self.0.values().any(|one| *one == effect)
    }

    /// Returns the names of those that a running service takes.
    pub(crate) fn reloaded(&self) -> Vec<&str> {
        self.names(Effect::is_reloaded)
    }

    /// Returns the names of those that need a restart.
    pub(crate) fn need_restart(&self) -> Vec<&str> {
        self.names(|effect| !effect.is_reloaded())
    }

    fn names(&self, is_wanted: impl Fn(Effect) -> bool) -> Vec<&str> {
        let wanted = self.0.iter().filter(|(_, effect)| is_wanted(**effect));
        wanted.map(|(name, _)| name.as_str()).collect()
    }
}

impl SettingsRecord {
    pub(super) fn finish(&self, record: Record) {
        // A reader finishes once.
        let _ = self.0.set(record);
    }

    /// Returns what was read; nothing if the settings were not read by a reader, or not to their end.
    pub(crate) fn read(&self) -> Record {
        self.0.get().cloned().unwrap_or_default()
    }
}

impl fmt::Debug for SettingsRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.get().map_or(0, |record| record.settings.len());
        formatter
            .debug_struct("SettingsRecord")
            .field("settings", &count)
            .finish_non_exhaustive()
    }
}

/// Returns a hash for comparison within this process.
pub(crate) fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
