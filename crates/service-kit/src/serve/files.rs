//! Looking at the files of the settings for changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use crate::settings::hash_of;

/// The files of the settings, and what was in them.
///
/// They are read, and not only their times: a mounted file is replaced through a link, and a clock may be coarse. They are
/// small.
pub(crate) struct Files {
    every: Option<Duration>,
    /// What was in them when the settings were read last.
    used: Contents,
    /// What was in them at the last look.
    seen: Contents,
}

/// A hash of each file; `None` if it cannot be read, as if it were not there.
type Contents = BTreeMap<PathBuf, Option<u64>>;

impl Files {
    /// Returns these files with what is in them now. They are never looked at if `every` is `None`.
    pub(crate) fn new(paths: &BTreeSet<PathBuf>, every: Option<Duration>) -> Self {
        let used: Contents = paths.iter().map(now).collect();
        Self {
            every,
            seen: used.clone(),
            used,
        }
    }

    /// Notes that the settings are about to be read.
    pub(crate) fn use_now(&mut self) {
        self.used = self.contents();
        self.seen.clone_from(&self.used);
    }

    /// Looks at these files from now on. What is in those that were not looked at before counts as used.
    pub(crate) fn look_at(&mut self, paths: &BTreeSet<PathBuf>, every: Option<Duration>) {
        let used = paths.iter().map(|path| match self.used.get(path) {
            Some(used) => (path.clone(), *used),
            None => now(path),
        });
        self.used = used.collect();
        self.every = every;
    }

    /// Waits until the files have changed, and are the same at two looks, so that a file that is just being written is not
    /// read half.
    pub(crate) async fn changed(&mut self) {
        let Some(every) = self.every else {
            return std::future::pending().await;
        };
        loop {
            sleep(every).await;
            if self.look() {
                return;
            }
        }
    }

    /// Returns whether the files have changed since they were used, and not since the last look.
    fn look(&mut self) -> bool {
        let now = self.contents();
        let is_complete = now == self.seen;
        self.seen = now;
        is_complete && self.seen != self.used
    }

    pub(crate) fn every(&self) -> Option<Duration> {
        self.every
    }

    fn contents(&self) -> Contents {
        self.used.keys().map(now).collect()
    }
}

fn now(path: &PathBuf) -> (PathBuf, Option<u64>) {
    let content = std::fs::read(path).ok();
    (path.clone(), content.map(|content| hash_of(&content)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Files;

    #[test]
    fn a_change_is_seen_when_it_is_complete_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "port = 1").unwrap();
        let every = Some(Duration::from_secs(2));
        let mut files = Files::new(&[path.clone()].into(), every);
        assert!(!files.look() && !files.look());
        for half in ["po", "port = 2"] {
            std::fs::write(&path, half).unwrap();
            assert!(!files.look(), "it may be half: {half}");
        }
        assert!(files.look());
        files.use_now();
        assert!(!files.look() && !files.look());
        std::fs::remove_file(&path).unwrap();
        assert!(!files.look());
        assert!(files.look());
    }

    #[test]
    fn other_files_are_looked_at_and_no_change_of_the_old_ones_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        let mut files = Files::new(&[old.clone()].into(), None);
        std::fs::write(&old, "x").unwrap();
        std::fs::write(&new, "x").unwrap();
        files.look_at(&[old.clone(), new.clone()].into(), None);
        assert!(!files.look());
        assert!(files.look(), "the old one has changed");
        files.use_now();
        assert!(!files.look());
        std::fs::write(&new, "y").unwrap();
        assert!(!files.look());
        assert!(files.look(), "the new one has changed");
    }
}
