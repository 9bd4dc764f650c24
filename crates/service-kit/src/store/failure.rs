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

/// Returns whether the error, or one of its sources, says that the database is out of reach or busy, so that the same
/// request may succeed later: it cannot be connected to, is shutting down, has no connection to spare, cannot be read or
/// written, or has ended the statement or its transaction because of others.
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

/// PostgreSQL's codes have five characters, of which the first two are a class. SQLite's are numbers, with the reason in
/// the lowest byte.
fn is_code_of_absence(code: &str) -> bool {
    if code.len() == 5 {
        return is_sqlstate_of_absence(code);
    }
    let code = code.parse().map(|code: u32| code & 0xff);
    // Busy, locked, no memory, read-only, input or output, full, cannot open, and the protocol of its locks.
    matches!(code, Ok(5..=8 | 10 | 13..=15))
}

fn is_sqlstate_of_absence(code: &str) -> bool {
    // Connections (and what PgBouncer reports), signing in, resources, shutdown, and the system.
    let classes = ["08", "28", "53", "57P", "58"];
    classes.iter().any(|class| code.starts_with(class))
        || matches!(
            code,
            // The database is gone, or takes no connections.
            "3D000" | "55000"
            // It may only be read, as after a failover.
            | "25006"
            // The transaction was too slow, or in the way of another one: serialization, completion unknown, deadlock.
            | "25P03" | "25P04" | "40001" | "40003" | "40P01"
            // The statement waited too long for a lock, or took too long.
            | "55P03" | "57014"
        )
}

#[cfg(test)]
mod tests {
    use sqlx::{AnyConnection, Connection};

    use super::{api_error, is_code_of_absence, is_unavailable};

    #[test]
    fn codes_of_postgres_tell_absence_from_mistakes() {
        for (code, name) in [
            ("08000", "connection_exception"),
            ("08006", "connection_failure"),
            ("08P01", "protocol_violation, PgBouncer's for all"),
            ("25006", "read_only_sql_transaction"),
            ("25P03", "idle_in_transaction_session_timeout"),
            ("25P04", "transaction_timeout"),
            ("28000", "invalid_authorization_specification"),
            ("28P01", "invalid_password"),
            ("3D000", "invalid_catalog_name"),
            ("40001", "serialization_failure"),
            ("40003", "statement_completion_unknown"),
            ("40P01", "deadlock_detected"),
            ("53000", "insufficient_resources"),
            ("53100", "disk_full"),
            ("53200", "out_of_memory"),
            ("53300", "too_many_connections"),
            ("55000", "object_not_in_prerequisite_state"),
            ("55P03", "lock_not_available"),
            ("57014", "query_canceled"),
            ("57P01", "admin_shutdown"),
            ("57P02", "crash_shutdown"),
            ("57P03", "cannot_connect_now"),
            ("57P04", "database_dropped"),
            ("57P05", "idle_session_timeout"),
            ("58030", "io_error"),
        ] {
            assert!(is_code_of_absence(code), "{code} {name}");
        }
        for (code, name) in [
            ("", "none"),
            ("00000", "successful_completion"),
            ("22021", "character_not_in_repertoire"),
            ("23503", "foreign_key_violation"),
            ("23505", "unique_violation"),
            ("25P02", "in_failed_sql_transaction"),
            ("26000", "invalid_sql_statement_name"),
            ("40002", "transaction_integrity_constraint_violation"),
            ("42501", "insufficient_privilege"),
            ("42601", "syntax_error"),
            ("42P01", "undefined_table"),
            ("42P05", "duplicate_prepared_statement"),
            ("54000", "program_limit_exceeded"),
            ("XX000", "internal_error"),
        ] {
            assert!(!is_code_of_absence(code), "{code} {name}");
        }
    }

    #[test]
    fn codes_of_sqlite_tell_absence_from_mistakes() {
        // With the extended code of a kind where it has one.
        for code in [
            "5", "261", "6", "262", "7", "8", "1032", "10", "778", "13", "14", "270", "15",
        ] {
            assert!(is_code_of_absence(code), "{code}");
        }
        for code in ["1", "4", "9", "11", "12", "16", "19", "2067", "20", "26"] {
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
