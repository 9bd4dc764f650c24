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
            let now = self.contents();
            if now == self.seen && now != self.used {
                return;
            }
            self.seen = now;
        }
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

    /// Returns whether a change was seen after this many looks at most.
    async fn is_seen(files: &mut Files, looks: u32) -> bool {
        let time = Duration::from_secs(2) * looks + Duration::from_secs(1);
        tokio::time::timeout(time, files.changed()).await.is_ok()
    }

    #[actix_web::test]
    async fn a_change_is_seen_when_it_is_complete_and_once() {
        tokio::time::pause();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "port = 1").unwrap();
        let every = Some(Duration::from_secs(2));
        let mut files = Files::new(&[path.clone()].into(), every);
        assert!(!is_seen(&mut files, 5).await);
        std::fs::write(&path, "po").unwrap();
        assert!(!is_seen(&mut files, 1).await, "it may be half");
        std::fs::write(&path, "port = 2").unwrap();
        assert!(!is_seen(&mut files, 1).await, "it may be half");
        assert!(is_seen(&mut files, 1).await);
        files.use_now();
        assert!(!is_seen(&mut files, 5).await);
        std::fs::remove_file(&path).unwrap();
        assert!(is_seen(&mut files, 2).await);
        files.look_at(&[path.clone()].into(), None);
        assert!(!is_seen(&mut files, 5).await, "nothing is looked at");
    }
}
