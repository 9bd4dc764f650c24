//! The attack corpus: forged and broken tokens, and requests that no client would send, one a line.
//!
//! A row says what is sent, what the response must be, what must be logged, and which rule it breaks or which library once
//! accepted it. The reason in the log (`token.reason`) is the code of the response; where that is `malformed_token`, the
//! sentence says which of the ways it is. A request without a token that could be verified leaves no reason. The log is read
//! where the service is in this process. The plain cases, such as an expired token, are not here: every service's contract
//! has them.

mod algorithms;
mod claims;
mod forms;
mod headers;
mod kinds;
mod request;
mod requests;
mod signatures;
mod sweep;

use anyhow::ensure;

use crate::case::{Case, Needs};
use crate::kind::ServiceKind;
use crate::log;
use request::Request;
use sweep::Attacks;

/// The cases that every service has.
pub(crate) fn cases(kind: ServiceKind) -> Vec<Case> {
    let attacks = Attacks {
        tokens: [
            ("algorithm", algorithms::ROWS),
            ("signature", signatures::ROWS),
            ("header", headers::ROWS),
            ("form", forms::ROWS),
            ("claim", claims::ROWS),
            ("kind", kinds::rows(kind)),
        ],
        requests: requests::ROWS,
    };
    let tokens = attacks.tokens();
    let tokens = tokens.map(|(group, row)| row.case(&format!("attacks::{group}")));
    let mut cases: Vec<_> = tokens.collect();
    cases.extend(requests::ROWS.iter().map(request_case));
    cases.push(sweep::case(attacks));
    cases.push(the_log_is_read());
    cases
}

/// Without a log, all that is said of it would hold.
fn the_log_is_read() -> Case {
    Case::new(
        "attacks::reasons_are_read_from_the_log",
        "In the process of the service the log is there, and a refused token leaves its reason in it once.",
        Needs::OwnServers,
        async |target| {
            let response = target.send(&target.any_caller().bearer("bad")).await?;
            let expected = [("token.reason".to_owned(), "malformed_token".to_owned())];
            let logged = log::reasons(&response);
            ensure!(logged.as_deref() == Some(&expected), "{logged:?}");
            let response = target.send(&target.any_caller()).await?;
            let logged = log::reasons(&response);
            ensure!(logged.as_deref() == Some(&[]), "{logged:?}");
            Ok(())
        },
    )
}

fn request_case(row: &'static Request) -> Case {
    let name = format!("attacks::request::{}", row.name);
    Case::new(name, row.source, Needs::AnyToken, async move |target| {
        row.check(target, &target.good()?.token()?).await
    })
}
