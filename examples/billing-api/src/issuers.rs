//! The names of the issuer: the accepted values of `iss`.

use identity_core::providers::OidcConfig;
use identity_core::verification::AudienceRule;
use service_kit::settings::{IssuerSettings, SettingsReader};
use url::Url;

/// What stands for the tenant in the name of an issuer with many, as in Entra's discovery document.
const TENANT: &str = "{tenantid}";

/// Returns the accepted names: those of `ISSUER`, and a name with `{tenantid}` once for each tenant of `ISSUER_TENANTS`.
/// Reports what cannot be used.
pub(crate) fn names(
    reader: &mut SettingsReader,
    issuers: &[String],
    tenants: &[String],
) -> Vec<String> {
    let is_template = |name: &String| name.contains(TENANT);
    if tenants.is_empty() && issuers.iter().any(is_template) {
        let expected = "expected ISSUER_TENANTS beside it: the tenants whose tokens are accepted";
        reader.unusable("issuer", expected);
    }
    if !tenants.is_empty() && !issuers.iter().any(is_template) {
        reader.unusable("issuer_tenants", "expected {tenantid} in ISSUER");
    }
    let is_id = |tenant: &String| {
        let mut characters = tenant.chars();
        characters.all(|character| character.is_ascii_alphanumeric() || character == '-')
    };
    if !tenants.iter().all(is_id) {
        let expected = "expected ids of tenants, as the issuer writes them into iss: letters, digits and hyphens";
        reader.unusable("issuer_tenants", expected);
    }
    let names = issuers.iter().flat_map(|name| match is_template(name) {
        true => tenants
            .iter()
            .map(|tenant| name.replace(TENANT, tenant))
            .collect(),
        false => vec![name.clone()],
    });
    let names: Vec<_> = names.collect();
    if names.iter().any(|name| name.contains(['{', '}'])) {
        reader.unusable("issuer", "expected no placeholder but {tenantid}");
    }
    names
}

/// Returns the configurations of other issuers, whose tokens meet the rules of `oidc`. Reports what cannot be used.
pub(crate) fn others(
    reader: &mut SettingsReader,
    names: &[String],
    oidc: &OidcConfig,
    issuer: &IssuerSettings,
) -> Vec<OidcConfig> {
    let mut accepted = oidc.issuers();
    let has_audience = !matches!(oidc.audience, AudienceRule::Required(_));
    if !names.is_empty() && !has_audience && !reader.is_set("audience") {
        let expected = "expected AUDIENCE or NO_AUDIENCE beside it: it is the issuer if unset, another one for each";
        reader.unusable("other_issuers", expected);
    }
    for name in names {
        if accepted.contains(name) {
            let expected = "expected each issuer once, and none of ISSUER: they share its keys";
            reader.unusable("other_issuers", expected);
        }
        if name.contains(['{', '}']) {
            reader.unusable("other_issuers", "expected no placeholder");
        } else if let Some(expected) = unfit_for_discovery(name, issuer) {
            reader.unusable("other_issuers", expected);
        }
        accepted.push(name.clone());
    }
    let other = |name: &String| OidcConfig {
        issuer: name.clone(),
        other_issuers: Vec::new(),
        jwks_url: None,
        ..oidc.clone()
    };
    names.iter().map(other).collect()
}

/// Why the discovery document of this issuer cannot be fetched. The text itself is kept as it is, because `iss` is
/// compared with it exactly, and an address that was read may be written differently.
pub(crate) fn unfit_for_discovery(name: &str, issuer: &IssuerSettings) -> Option<&'static str> {
    let Some(url) = Url::parse(name).ok().filter(Url::has_host) else {
        return Some(
            "expected an address, such as https://id.example.com; only after the first, or with JWKS_URL, it may be another text",
        );
    };
    if url.query().is_some() || url.fragment().is_some() {
        return Some("expected an address without a query and a fragment");
    }
    issuer.fetchable(name).err()
}
