//! Servers, databases and clients of tests.

mod api;
mod browser;
mod database;
mod people;
mod server;

pub use api::{Answer, Api, send};
pub use browser::{Browser, CALLBACK, VERIFIER, arrived, hidden, query, redeem, with_clients};
pub use database::TestDatabase;
pub use people::{PASSWORD, Person, number, signup_body};
pub use server::{ISSUER, TestServer, settings};

/// Runs the same tests on both databases. Each takes its own [`TestDatabase`].
macro_rules! on_both_databases {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::TestDatabase::sqlite()).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
            async fn $name() {
                super::$name(crate::support::TestDatabase::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both_databases;
