//! Error responses for a database that fails.

use std::error::Error;

use identity_actix::ApiError;

/// Returns the error response for a failure of the store: 503 `database_unavailable` if the database is out of reach, so
/// that the client tries again, and else 500. `reason` and its sources are logged, and never sent to the client.
pub fn api_error(reason: &(dyn Error + 'static)) -> ApiError {
    if is_unavailable(reason) {
        ApiError::database_unavailable(reason)
    } else {
        ApiError::internal(reason)
    }
}

/// Returns whether the error, or one of its sources, says that the database is out of reach: it cannot be connected to,
/// is shutting down, has no connection to spare, its file cannot be read or written, or other transactions hold a lock
/// for too long.
pub fn is_unavailable(reason: &(dyn Error + 'static)) -> bool {
    match reason.downcast_ref::<sqlx::Error>() {
        Some(error) => is_absence(error),
        None => reason.source().is_some_and(is_unavailable),
    }
}

fn is_absence(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_code_of_absence(&code)),
        _ => false,
    }
}

/// PostgreSQL's codes have five characters: the classes 08 (connection), 53 (resources) and 57P (shutdown), two for a
/// database that is gone or takes no connections, and two for locks (waited for too long, and by one another). SQLite's are numbers, with the reason above the lowest byte: busy,
/// read-only, input or output, full, and cannot open.
fn is_code_of_absence(code: &str) -> bool {
    if code.len() == 5 {
        let classes = ["08", "53", "57P"];
        return classes.iter().any(|class| code.starts_with(class))
            || matches!(code, "3D000" | "55000" | "55P03" | "40P01");
    }
    let code = code.parse().map(|code: u32| code & 0xff);
    matches!(code, Ok(5 | 8 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use sqlx::{AnyConnection, Connection};

    use super::{api_error, is_code_of_absence, is_unavailable};

    #[test]
    fn codes_of_both_databases_tell_absence_from_mistakes() {
        for code in [
            "57P01", "08006", "53300", "3D000", "55000", "55P03", "40P01", "14", "1032", "5", "778",
        ] {
            assert!(is_code_of_absence(code), "{code}");
        }
        for code in ["23505", "42P01", "42601", "22021", "1", "19", "2067", ""] {
            assert!(!is_code_of_absence(code), "{code}");
        }
    }

    #[tokio::test]
    async fn a_lost_database_is_503_and_a_mistake_is_500() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/missing.db", folder.path().display());
        let lost = AnyConnection::connect(&url).await.unwrap_err();
        let mut memory = AnyConnection::connect("sqlite::memory:").await.unwrap();
        let mistake = sqlx::query("SELECT nothing")
            .execute(&mut memory)
            .await
            .unwrap_err();
        assert!(!is_unavailable(&mistake), "{mistake:?}");
        for (error, code) in [
            (sqlx::Error::PoolTimedOut, "database_unavailable"),
            (lost, "database_unavailable"),
            (mistake, "internal_error"),
        ] {
            // A source of another error counts as well.
            let wrapped = crate::store::OpenError::Connect(error);
            assert_eq!(api_error(&wrapped).code().as_str(), code);
        }
    }
}
