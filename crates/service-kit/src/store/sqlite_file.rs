//! The location of a SQLite database, from `DATABASE_URL`.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, Connection, Executor};
use tokio::time::{Instant, sleep};

use super::{OpenError, owner_only};

/// The location of a SQLite database.
pub(super) struct SqliteFile {
    /// The URL for the driver, with permission to create the file.
    pub(super) url: String,
    /// The path of the file; `None` for a database in memory.
    pub(super) path: Option<PathBuf>,
}

impl SqliteFile {
    /// Parses a URL, and creates its file and the directory, for their owner alone.
    pub(super) fn at(url: &str) -> Result<Self, OpenError> {
        // The driver parses the first directory after `sqlite://` as a host, which may contain neither a space nor a
        // capital.
        let path = url
            .strip_prefix("sqlite://")
            .or(url.strip_prefix("sqlite:"));
        let url = format!("sqlite:{}", path.unwrap_or_default());
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let mode = query.split('&').find_map(|pair| pair.strip_prefix("mode="));
        if path == "sqlite::memory:" || mode == Some("memory") {
            return Ok(Self { url, path: None });
        }
        let options: SqliteConnectOptions = path.parse().map_err(OpenError::Connect)?;
        let file = options.get_filename();
        let folder = file.parent().ok_or(OpenError::NoFile)?;
        owner_only::create_folder(folder).map_err(|source| OpenError::Folder {
            path: file.display().to_string(),
            source,
        })?;
        if matches!(mode, None | Some("rwc")) {
            // An error is not handled here: the driver opens the same file, and reports it.
            let _ = owner_only::create_file(file);
        }
        owner_only::warn_of_readers(file);
        let separator = if query.is_empty() { "" } else { "&" };
        let url = match mode {
            Some(_) => url,
            None => format!("{path}?{query}{separator}mode=rwc"),
        };
        Ok(Self {
            url,
            path: Some(file.to_path_buf()),
        })
    }

    /// Enables write-ahead logging, so that readers do not wait for a writer; the file keeps the mode. This runs before
    /// there is a pool, which would not report what is wrong with the file. SQLite does not wait for another process that
    /// does the same, so it is tried again for up to `patience`.
    pub(super) async fn let_readers_not_wait(&self, patience: Duration) -> Result<(), sqlx::Error> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        let deadline = Instant::now() + patience;
        while let Err(error) = connection.execute("PRAGMA journal_mode = WAL").await {
            if !is_locked(&error) || Instant::now() >= deadline {
                return Err(error);
            }
            sleep(Duration::from_millis(10)).await;
        }
        connection.close().await
    }
}

/// Whether it is SQLITE_BUSY; the upper bits of the code say why.
fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}
