//! Files that only their owner can read: a database holds personal data, hashes and keys.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

use tracing::warn;

/// Creates a missing folder and those above it, with mode 0700. Folders that exist keep their mode.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Creates an empty file with mode 0600. SQLite takes it for a new database, and gives its mode to the files beside it.
/// Errors: the file exists, or cannot be created.
pub(super) fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Logs a warning if other users can read the file. Its mode stays: the operator may want it so.
pub(super) fn warn_of_readers(path: &Path) {
    if others_can_read(path) {
        warn!(
            database.file = %path.display(),
            "other users of this machine can read the database {}: `chmod 600` keeps it to its owner",
            path.display()
        );
    }
}

/// Returns whether a user other than the owner can read the file: its mode and that of its folder allow it.
#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| path.metadata().map_or(0, |file| file.permissions().mode());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = mode(folder.unwrap_or(Path::new(".")));
    let is_open_to = |class: u32| mode(path) & (0o4 << class) != 0 && folder & (0o1 << class) != 0;
    is_open_to(0) || is_open_to(3)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use tempfile::tempdir;

    use crate::store::{Database, DatabaseConfig, Schema};

    const SCHEMA: Schema = Schema {
        migrations: &[],
        probe: "SELECT 1",
    };

    async fn open(file: &Path) -> Database {
        let url = format!("sqlite://{}", file.display());
        let database = Database::open(&DatabaseConfig::at(url), &SCHEMA).await;
        database.unwrap()
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn a_new_database_and_its_folders_are_for_the_owner_alone() {
        let folder = tempdir().unwrap();
        set_mode(folder.path(), 0o755);
        let inner = folder.path().join("new/deep");
        let file = inner.join("service.db");
        let database = open(&file).await;
        let create = sqlx::query("CREATE TABLE notes (id INTEGER)");
        create.execute(database.pool()).await.unwrap();
        for path in [&inner, &folder.path().join("new")] {
            assert_eq!(mode(path), 0o700, "{}", path.display());
        }
        let files: Vec<_> = std::fs::read_dir(&inner).unwrap().collect();
        assert!(files.len() >= 2, "the write-ahead log is there: {files:?}");
        for file in files {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        assert_eq!(mode(folder.path()), 0o755, "it was there before");
        assert!(!super::others_can_read(&file));
    }

    #[tokio::test]
    async fn an_existing_database_keeps_its_mode_and_one_that_others_can_read_is_noticed() {
        let folder = tempdir().unwrap();
        let file = folder.path().join("service.db");
        drop(open(&file).await);
        for (of_file, of_folder, readable) in [
            (0o600, 0o755, false),
            (0o644, 0o700, false),
            (0o644, 0o755, true),
            (0o640, 0o750, true),
            (0o604, 0o710, false),
        ] {
            set_mode(&file, of_file);
            set_mode(folder.path(), of_folder);
            drop(open(&file).await);
            assert_eq!((mode(&file), mode(folder.path())), (of_file, of_folder));
            assert_eq!(super::others_can_read(&file), readable, "{of_file:o}");
        }
    }
}
