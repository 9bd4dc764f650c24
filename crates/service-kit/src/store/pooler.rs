//! Connection poolers between the service and PostgreSQL, such as PgBouncer.

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Row};

use super::OpenError;
use super::database::connect;

/// How many sessions are looked at. A pooler that has several idle sessions, because other clients use it, may first give
/// one that is new.
const SESSIONS: usize = 3;

/// Refuses a pooler that gives the session of one client to the next one as it is, as PgBouncer does in the modes
/// `transaction` and `statement`.
///
/// sqlx prepares each statement, named or not, in a request before the one that runs it: between the two, such a pooler
/// may change the session, so that statements fail, or one with the same name but of another service runs. Locks and
/// settings of a session are lost there, or are another client's.
///
/// # Errors
///
/// [`OpenError::SharedSessions`], and those of opening a connection.
pub(super) async fn refuse_shared_sessions(
    options: &AnyPoolOptions,
    url: &str,
) -> Result<(), OpenError> {
    for _ in 0..SESSIONS {
        let session = connect(options.clone().max_connections(1), url).await?;
        let is_used = mark(&session).await.map_err(OpenError::Connect)?;
        session.close().await;
        if is_used {
            return Err(OpenError::SharedSessions);
        }
    }
    Ok(())
}

/// Marks the session. Returns whether it was marked before. Without prepared statements, which may fail themselves.
async fn mark(session: &AnyPool) -> Result<bool, sqlx::Error> {
    let read = "SELECT coalesce(current_setting('service_kit.session', true), '')";
    let mark: String = sqlx::raw_sql(read).fetch_one(session).await?.try_get(0)?;
    sqlx::raw_sql("SET service_kit.session = 'used'")
        .execute(session)
        .await?;
    Ok(!mark.is_empty())
}

/// Returns whether a pooler refused a connection because of a parameter that sqlx sends with each, and that PostgreSQL
/// knows.
pub(super) fn is_unknown_parameter(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        let message = error.message();
        message.starts_with("unsupported startup parameter")
            && message.ends_with("extra_float_digits")
    })
}

#[cfg(test)]
#[path = "pooler_tests.rs"]
mod tests;
