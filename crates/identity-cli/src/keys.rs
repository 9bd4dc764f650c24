//! An issuer's keys (RFC 7517).

use anyhow::{Context, Result};
use identity_core::http::HttpClient;
use identity_core::keys::VerificationKey;
use serde_json::{Value, json};
use url::Url;

use crate::discover::{Metadata, fault};
use crate::report::{Fault, Report};

/// Fetches the keys of the issuer at this address, and reports which of them can be used.
pub async fn report(http: &HttpClient, url: &Url) -> Result<Report> {
    let metadata = Metadata::fetch(http, url).await?;
    let address = metadata.jwks_uri()?;
    let document = http
        .get(&address)
        .await
        .context("the keys cannot be fetched")?;
    let set: Value = serde_json::from_slice(&document).unwrap_or_default();
    let keys = set.get("keys").and_then(Value::as_array);
    let keys = keys.with_context(|| format!("{address} is no key set: it has no list `keys`"))?;

    let mut report = Report::default();
    report.add("keys at", address.as_str());
    let mut usable = 0;
    for key in keys {
        let text = |name| key.get(name).and_then(Value::as_str).unwrap_or("-");
        let reason = VerificationKey::from_jwk(key)
            .err()
            .map(|reason| reason.to_string());
        usable += usize::from(reason.is_none());
        let id = text("kid");
        let kind = format!("{} {}", text("kty"), text("crv")).replace(" -", "");
        let verdict = reason.as_deref().unwrap_or("can be used");
        report.item_as(
            "keys",
            format!("{id}\n{kind}, alg {}, use {}: {verdict}", text("alg"), text("use")),
            json!({"kid": id, "kty": text("kty"), "alg": text("alg"), "use": text("use"), "not_usable": reason}),
        );
    }
    if usable == 0 {
        report.fault(Fault {
            code: "no_usable_key",
            what: format!("none of the {} keys can be used", keys.len()),
            remedy:
                "the issuer has to sign with an RSA key of 2048 bits or more, or with EC or Ed25519"
                    .to_owned(),
        });
    }
    if let Err(error) = &metadata.checked {
        report.fault(fault(error));
    }
    Ok(report)
}
