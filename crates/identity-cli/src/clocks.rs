//! The clocks of this machine and of the issuer.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::Result;
use identity_core::clock::{Clock, SystemClock, UnixTime};
use url::Url;

use crate::report::{Fault, Report};
use crate::services::Service;

/// Compares the clocks of this machine and of the issuer. `Date` is in whole seconds, so two of them do not matter.
pub async fn check(service: &Service, url: &Url, report: &mut Report) -> Result<()> {
    let client = service.issuer.client.builder().build()?;
    let response = client
        .get(url.clone())
        .timeout(Duration::from_secs(5))
        .send()
        .await?;
    let date = response
        .headers()
        .get("date")
        .and_then(|date| date.to_str().ok());
    let theirs = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let Some(theirs) = theirs.and_then(|date| date.duration_since(UNIX_EPOCH).ok()) else {
        report.add("clock", "not compared: the issuer sends no date");
        return Ok(());
    };
    let theirs = UnixTime::from_seconds(theirs.as_secs_f64());
    compare(SystemClock.now(), theirs, service.issuer.tokens.leeway)?;
    report.add("clock", "that of the issuer");
    Ok(())
}

fn compare(ours: UnixTime, theirs: UnixTime, leeway: Duration) -> Result<(), Fault> {
    let apart = (ours.seconds() - theirs.seconds()).abs();
    match apart > leeway.as_secs_f64() + 2.0 {
        false => Ok(()),
        true => Err(Fault {
            code: "clock",
            what: format!("the clocks of this machine and of the issuer are {apart:.0} s apart"),
            remedy:
                "set this machine's clock (timedatectl); TOKENS__LEEWAY_SECONDS tolerates a little"
                    .to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use identity_core::clock::UnixTime;

    use super::compare;

    #[test]
    fn clocks_may_be_the_leeway_apart() {
        let at = UnixTime::from_seconds;
        for (ours, theirs, is_fine) in [
            (at(100.0), at(100.0), true),
            (at(107.0), at(100.0), true),
            (at(100.0), at(107.0), true),
            (at(108.0), at(100.0), false),
            (at(100.0), at(108.0), false),
        ] {
            let compared = compare(ours, theirs, Duration::from_secs(5));
            assert_eq!(compared.is_ok(), is_fine, "{ours:?} {theirs:?}");
        }
    }
}
