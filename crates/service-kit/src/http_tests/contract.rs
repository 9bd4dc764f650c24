//! The table of error responses: each row is tested, and each code has a row.

use std::collections::BTreeSet;

use super::row::Row;
use super::{input, opaque, refusals, rules};
use identity_actix::ErrorCode;

#[actix_web::test]
async fn each_row_is_answered_as_it_says() {
    for row in all() {
        row.check().await;
    }
}

#[test]
fn each_code_has_a_row() {
    // Connections that no app sees get `stopping`: see the tests of `turned_away`. A late body needs a real connection:
    // see the tests of `body_deadline`.
    let beside = [ErrorCode::Stopping, ErrorCode::RequestTimeout].map(ErrorCode::as_str);
    let rows = all().into_iter().map(|row| row.code);
    let tested: BTreeSet<_> = rows.chain(beside).collect();
    let known: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(tested, known);
}

pub(super) fn all() -> Vec<Row> {
    let all = [
        refusals::rows(),
        opaque::rows(),
        rules::rows(),
        input::rows(),
    ];
    all.into_iter().flatten().collect()
}
