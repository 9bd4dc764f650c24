//! Tests of the store, run on both SQLite and PostgreSQL.

use futures_util::future::join_all;
use service_kit::health::Dependency;
use service_kit::store::testing::{Exception, postgres_of_tests};
use service_kit::store::{DatabaseConfig, Page};
use sqlx::Row;
use tempfile::TempDir;
use time::OffsetDateTime;

use super::{ChangeError, CreateError, Invoice, Invoices, NewInvoice, Status};
use crate::organization::Organization;

fn new(number: &str) -> NewInvoice {
    NewInvoice {
        number: number.to_owned(),
        customer: "Ada Ü. 'O\"; --".to_owned(),
        description: String::new(),
        amount: 1_000_000_000_000,
        currency: "EUR".to_owned(),
        created_at: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
    }
}

/// A page, and the status of its invoices.
type Query = (Page, Option<Status>);

fn page(limit: u32, after: Option<&Invoice>, status: Option<Status>) -> Query {
    let after = after.map(|invoice| invoice.id.clone());
    (Page { limit, after }, status)
}

async fn listed(
    invoices: &Invoices,
    organization: &Organization,
    (page, status): Query,
) -> Vec<Invoice> {
    let found = invoices.list(organization, status, &page).await;
    found.unwrap().rows
}

/// Checks the numbers of the invoices on a page.
async fn lists(invoices: &Invoices, organization: &Organization, page: Query, expected: &[&str]) {
    let found = listed(invoices, organization, page).await;
    let numbers: Vec<_> = found.iter().map(|invoice| &invoice.number).collect();
    assert_eq!(numbers, expected);
}

async fn open(url: &str) -> Invoices {
    Invoices::open(&DatabaseConfig::at(url)).await.unwrap()
}

/// Returns the error message of a failed change.
fn why<T: std::fmt::Debug>(outcome: Result<T, ChangeError>) -> String {
    outcome.unwrap_err().to_string()
}

/// Checks the behavior that every database must have. `invoices` must hold nothing of these organizations yet.
async fn behaves_as_a_store(invoices: &Invoices) {
    let (ours, theirs) = (Organization::named("o 1'"), Organization::named("O 1'"));
    let first = invoices.create(&ours, new("1")).await.unwrap();
    assert_eq!(first.status, Status::Draft);
    assert_eq!(first.created_at, "2023-11-14T22:13:20Z");
    assert_eq!(first.amount, 1_000_000_000_000);
    let stored = invoices.get(&ours, &first.id).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&first), "as it was made");

    let taken = invoices.create(&ours, new("1")).await;
    assert!(matches!(taken, Err(CreateError::NumberTaken)));
    let other = invoices.create(&theirs, new("1")).await.unwrap();
    let second = invoices.create(&ours, new("2")).await.unwrap();
    let third = invoices.create(&ours, new("3")).await.unwrap();

    let whole = || page(10, None, None);
    lists(invoices, &ours, whole(), &["1", "2", "3"]).await;
    lists(invoices, &ours, page(2, None, None), &["1", "2"]).await;
    lists(invoices, &ours, page(2, Some(&second), None), &["3"]).await;
    let of_theirs = listed(invoices, &theirs, whole()).await;
    assert_eq!(of_theirs, std::slice::from_ref(&other));
    lists(invoices, &Organization::named("o"), whole(), &[]).await;

    // One organization can neither read nor change the data of another.
    let nowhere = "there is no such invoice";
    assert_eq!(invoices.get(&theirs, &first.id).await.unwrap(), None);
    let open = invoices.change(&theirs, &first.id, Status::Open).await;
    assert_eq!(why(open), nowhere);
    assert_eq!(why(invoices.delete(&theirs, &first.id).await), nowhere);
    let stored = invoices.get(&ours, &first.id).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&first));

    let paid = invoices.change(&ours, &first.id, Status::Paid).await;
    assert_eq!(why(paid), "the invoice is draft");
    for _ in 0..2 {
        let opened = invoices.change(&ours, &first.id, Status::Open).await;
        let expected = Invoice {
            status: Status::Open,
            ..first.clone()
        };
        assert_eq!(opened.unwrap(), expected);
    }
    let with_status = |status| page(10, None, Some(status));
    lists(invoices, &ours, with_status(Status::Open), &["1"]).await;
    lists(invoices, &ours, with_status(Status::Draft), &["2", "3"]).await;
    let deleted = invoices.delete(&ours, &first.id).await;
    assert_eq!(why(deleted), "the invoice is open");
    let stored = invoices.get(&theirs, &other.id).await.unwrap();
    assert_eq!(stored, Some(other), "the other's stays a draft");

    invoices.delete(&ours, &second.id).await.unwrap();
    assert_eq!(why(invoices.delete(&ours, &second.id).await), nowhere);
    for id in ["", "1", "' OR '1'='1", "a\0b", &third.id.to_uppercase()] {
        assert_eq!(invoices.get(&ours, id).await.unwrap(), None, "{id:?}");
        let deleted = invoices.delete(&ours, id).await;
        assert_eq!(why(deleted), nowhere, "{id:?}");
        let open = invoices.change(&ours, id, Status::Open).await;
        assert_eq!(why(open), nowhere, "{id:?}");
    }
    lists(invoices, &ours, whole(), &["1", "3"]).await;

    one_of_many_wins(invoices, &ours, &first).await;
    assert_eq!(invoices.database.check().await, Ok(()));
}

/// Of concurrent requests for the same number exactly one succeeds, and an invoice reaches exactly one final status.
async fn one_of_many_wins(invoices: &Invoices, ours: &Organization, open: &Invoice) {
    let made = join_all((0..8).map(|_| invoices.create(ours, new("new")))).await;
    assert_eq!(made.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in made.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(refused, CreateError::NumberTaken), "{refused:?}");
    }
    let ends = [Status::Paid, Status::Void].into_iter().cycle().take(8);
    let ended = join_all(ends.map(|end| invoices.change(ours, &open.id, end))).await;
    let now = invoices.get(ours, &open.id).await.unwrap().unwrap().status;
    assert_ne!(now, Status::Open);
    for outcome in ended {
        match outcome {
            Ok(invoice) => assert_eq!(invoice.status, now),
            Err(ChangeError::NotAllowed(status)) => assert_eq!(status, now),
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn url_in(folder: &TempDir, file: &str) -> String {
    format!("sqlite://{}/{file}", folder.path().display())
}

#[tokio::test]
async fn sqlite_behaves_as_a_store() {
    let folder = tempfile::tempdir().unwrap();
    behaves_as_a_store(&open(&url_in(&folder, "invoices.db")).await).await;
}

#[tokio::test]
async fn sqlite_in_memory_behaves_as_a_store() {
    for url in [
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite://?mode=memory",
    ] {
        behaves_as_a_store(&open(url).await).await;
    }
}

/// Empties the table: use a dedicated database.
#[tokio::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn postgres_behaves_as_a_store() {
    let url = postgres_of_tests().url;
    let invoices = open(&url).await;
    sqlx::query("DELETE FROM invoices")
        .execute(invoices.database.pool())
        .await
        .unwrap();
    behaves_as_a_store(&invoices).await;
    let again = open(&url).await;
    let ours = Organization::named("o 1'");
    let (before, after) = (
        listed(&invoices, &ours, page(100, None, None)).await,
        listed(&again, &ours, page(100, None, None)).await,
    );
    assert_eq!(before.len(), 3);
    assert_eq!(before, after, "a restart keeps them");
}

#[tokio::test]
async fn reopening_the_file_keeps_the_invoices() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Organization::named("O1");
    let invoices = open(&url_in(&folder, "invoices.db")).await;
    let made = invoices.create(&ours, new("1")).await.unwrap();
    invoices.database.pool().close().await;
    let invoices = open(&url_in(&folder, "invoices.db")).await;
    assert_eq!(invoices.get(&ours, &made.id).await.unwrap(), Some(made));
}

#[tokio::test]
async fn what_another_program_wrote_is_an_error_and_no_panic() {
    let invoices = open("sqlite::memory:").await;
    let ours = Organization::named("O1");
    let made = invoices.create(&ours, new("1")).await.unwrap();
    for change in [
        "UPDATE invoices SET status = 'lost'",
        "UPDATE invoices SET status = 'open', created_at = 9223372036854775807",
    ] {
        sqlx::query(change)
            .execute(invoices.database.pool())
            .await
            .unwrap();
        let refused = invoices.get(&ours, &made.id).await.unwrap_err();
        assert!(
            matches!(refused, sqlx::Error::ColumnDecode { .. }),
            "{refused}"
        );
    }
}

const EXCEPTIONS: [Exception; 1] = [(
    "SELECT id FROM invoices LIMIT 1",
    "the health check reads one row",
)];

service_kit::test_statement_plans!(Invoices, EXCEPTIONS);

#[tokio::test]
async fn databases_of_earlier_releases_open() {
    let invoices = open("sqlite::memory:").await;
    let select = sqlx::query("SELECT lower(hex(checksum)) FROM _sqlx_migrations WHERE version = 1");
    let row = select.fetch_one(invoices.database.pool()).await.unwrap();
    assert_eq!(
        row.get::<String, _>(0),
        "bdda387ac0d978e6fe0a76db64a34af7e24b3dec9d4f1373a631673062f076d3c9b3b378c0a97458b39f326f1f524eea"
    );
}
