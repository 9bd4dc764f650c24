//! The settings of the accepted tokens.

use identity_core::SettingNames;
use identity_core::claims::{ClaimPath, ClaimPathError};
use identity_core::providers::OidcConfig;
use identity_core::verification::{Algorithms, AudienceRule, KeyIdRule, SubjectRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::settings::{IssuerSettings, SettingsReader, text};

use crate::issuers;

/// The names of the settings that mend a refusal.
pub(crate) const NAMES: SettingNames = SettingNames {
    audience: Some("AUDIENCE or NO_AUDIENCE"),
    clients: Some("CLIENTS"),
    algorithms: Some("ALGORITHMS"),
    client_as_subject: Some("CLIENT_AS_SUBJECT"),
    key_id_optional: Some("KID_OPTIONAL"),
    opaque_token: None,
    introspection: Some("INTROSPECTION_URL"),
    introspection_client: Some("INTROSPECTION_CLIENT_ID and INTROSPECTION_CLIENT_SECRET"),
    key_set_hosts: None,
    key_set_url: Some("JWKS_URL"),
};

/// The settings of the accepted tokens, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "tokens"))]
pub(crate) struct TokenSettings {
    /// The issuer of the tokens, exactly as `iss` says it, such as http://localhost:8002 for the auth-server. Of an issuer
    /// with several names, all of them, such as https://accounts.google.com and accounts.google.com: they share the keys of
    /// the first, below which discovery is fetched. A name may have {tenantid} in it; ISSUER_TENANTS lists the tenants.
    #[schemars(extend("x-required" = true, "x-expected" = "the issuer of the tokens, exactly as iss says it, such as https://id.example.com"))]
    issuer: Vec<String>,
    /// The tenants whose tokens are accepted, by the id that takes the place of {tenantid} in ISSUER, as in Entra's
    /// `https://login.microsoftonline.com/{tenantid}/v2.0`. With more than one, ORGANIZATION_CLAIM is required.
    issuer_tenants: Vec<String>,
    /// Other issuers whose tokens are accepted by the same rules, each with keys of its own from its discovery document. Their
    /// organizations are others than those of ISSUER, whatever their ids. AUDIENCE or NO_AUDIENCE is required with it.
    pub(crate) other_issuers: Vec<String>,
    /// The address of the key set of ISSUER, for an issuer without a discovery document, or at another address than it says; discovery
    /// if unset.
    jwks_url: Option<String>,
    /// The audiences of which a token must name one; the issuer if unset.
    audience: Vec<String>,
    /// Whether tokens have no audience, as the access tokens of Cognito and Clerk: a token with one is then refused, and
    /// CLIENTS is required, because nothing else says for whom a token is.
    no_audience: bool,
    /// The clients whose tokens are accepted (client_id or azp, or appid or cid of a token with neither; if a token has
    /// both, both must be listed); every client of the issuer if unset.
    clients: Vec<String>,
    /// Whether a token without kid is accepted while the issuer's key set has exactly one usable key, which may have no kid
    /// either; with another key beside it, as during a rotation, such a token is refused.
    kid_optional: bool,
    /// Whether a token without sub is accepted, with its client (client_id, else azp, appid or cid) as the subject, as for machine
    /// tokens of some issuers. Only for an issuer at which no user can have the id of a client, and only if tokens
    /// of users always have sub.
    client_as_subject: bool,
    /// The claims that grant scopes, such as scope or scp: a text with spaces or a list. Dots and a leading slash make a
    /// path, such as ext.scopes.
    scopes_claim: Vec<String>,
    /// The claims that list roles, such as realm_access.roles or /resource_access/my.api/roles; a name with a colon or a
    /// slash, such as https://example.com/roles, is one claim.
    roles_claim: Vec<String>,
    /// Whether the roles are the keys of an object, as in Zitadel's urn:zitadel:iam:org:project:1122:roles (of project 1122).
    roles_from_keys: bool,
    /// Whether each of these keys has an object whose keys are the organizations that granted the role, as in Zitadel. The role
    /// counts if the caller's own organization granted it. Implies ROLES_FROM_KEYS.
    roles_by_tenant: bool,
    /// The claims that list permissions, written as those of the roles; none if unset.
    permissions_claim: Vec<String>,
    /// Whether the permissions are the keys of an object.
    permissions_from_keys: bool,
    /// The claim with the id of the caller's organization, whose invoices they see, such as tid or o.id. It must be one that
    /// the issuer sets, and not its users.
    #[serde(with = "text")]
    #[schemars(with = "String")]
    organization_claim: ClaimPath,
    /// The signature algorithms that are accepted; asymmetric ones only.
    #[serde(with = "text::list")]
    #[schemars(with = "Vec<String>")]
    algorithms: Algorithms,
    /// Whether nothing but access tokens in the form of RFC 9068 (typ at+jwt) is accepted.
    pub(crate) rfc9068_only: bool,
}

/// Returns the configuration of an issuer as the auth-server is one: its own name is the audience of its tokens, and the
/// scopes are a list in `scopes`.
pub fn oidc_config(issuer: &str) -> OidcConfig {
    OidcConfig {
        scope_claims: vec![ClaimPath::of_claim("scopes")],
        ..OidcConfig::new(issuer, issuer)
    }
}

/// Returns which claims grant what, for people.
pub(crate) fn claims(oidc: &OidcConfig) -> String {
    let named = |paths: &[ClaimPath], from_keys: bool| match (paths, from_keys) {
        ([], _) => "no claim".to_owned(),
        (paths, true) => format!("the keys of {}", texts(paths).join(" and ")),
        (paths, false) => texts(paths).join(" and "),
    };
    format!(
        "scopes in {}, roles in {}, permissions in {}, the organization in {}",
        named(&oidc.scope_claims, false),
        named(
            &oidc.role_claims,
            oidc.roles_from_keys || oidc.roles_by_tenant
        ),
        named(&oidc.permission_claims, oidc.permissions_from_keys),
        oidc.tenant_claim
    )
}

/// Returns what a token must name to be accepted, for people.
pub(crate) fn audience(oidc: &OidcConfig) -> String {
    let audience = match &oidc.audience {
        AudienceRule::Required(audiences) => format!("aud must name {}", audiences.join(" or ")),
        _ => "aud must be absent".to_owned(),
    };
    match oidc.clients.as_slice() {
        [] => audience,
        clients => format!(
            "{audience}, and the client must be {}",
            clients.join(" or ")
        ),
    }
}

impl TokenSettings {
    /// Reads the settings.
    pub(crate) fn read(reader: &mut SettingsReader) -> Self {
        let defaults = oidc_config("");
        reader.group(Self {
            issuer: Vec::new(),
            issuer_tenants: Vec::new(),
            other_issuers: Vec::new(),
            jwks_url: None,
            audience: Vec::new(),
            no_audience: false,
            clients: Vec::new(),
            kid_optional: false,
            client_as_subject: false,
            scopes_claim: texts(&defaults.scope_claims),
            roles_claim: texts(&defaults.role_claims),
            roles_from_keys: defaults.roles_from_keys,
            roles_by_tenant: defaults.roles_by_tenant,
            permissions_claim: texts(&defaults.permission_claims),
            permissions_from_keys: defaults.permissions_from_keys,
            organization_claim: defaults.tenant_claim,
            algorithms: defaults.algorithms,
            rfc9068_only: false,
        })
    }

    /// Returns the configuration of the provider, and reports what cannot be used. `None` if the issuer is missing.
    pub(crate) fn oidc(
        self,
        reader: &mut SettingsReader,
        issuer: &IssuerSettings,
    ) -> Option<OidcConfig> {
        let jwks_url = issuer.address(reader, "jwks_url", self.jwks_url.as_deref());
        let mut names = issuers::names(reader, &self.issuer, &self.issuer_tenants).into_iter();
        let name = names.next()?;
        if self.jwks_url.is_none()
            && let Some(expected) = issuers::unfit_for_discovery(&name, issuer)
        {
            reader.unusable("issuer", expected);
        }
        self.report_flags_without_effect(reader);
        if self.issuer_tenants.len() > 1 && !reader.is_set("organization_claim") {
            let expected = "expected ORGANIZATION_CLAIM beside it, a claim that no tenant's administrator can set, such as tid: it separates the tenants' invoices";
            reader.unusable("issuer_tenants", expected);
        }
        let settings = oidc_config(&name);
        Some(OidcConfig {
            other_issuers: names.collect(),
            jwks_url,
            audience: self.audience(reader, settings.audience),
            clients: self.clients,
            key_ids: match self.kid_optional {
                true => KeyIdRule::OptionalWithOneKey,
                false => KeyIdRule::Required,
            },
            subject: match self.client_as_subject {
                true => SubjectRule::ClientIfAbsent,
                false => SubjectRule::Required,
            },
            scope_claims: paths(reader, "scopes_claim", &self.scopes_claim),
            role_claims: paths(reader, "roles_claim", &self.roles_claim),
            roles_from_keys: self.roles_from_keys,
            roles_by_tenant: self.roles_by_tenant,
            permission_claims: paths(reader, "permissions_claim", &self.permissions_claim),
            permissions_from_keys: self.permissions_from_keys,
            tenant_claim: self.organization_claim,
            algorithms: self.algorithms,
            ..settings
        })
    }

    fn report_flags_without_effect(&self, reader: &mut SettingsReader) {
        if self.client_as_subject && self.rfc9068_only {
            let expected = "expected no RFC9068_ONLY beside it: tokens of that form have a subject";
            reader.unusable("client_as_subject", expected);
        }
        if self.permissions_from_keys && self.permissions_claim.is_empty() {
            reader.unusable(
                "permissions_from_keys",
                "expected PERMISSIONS_CLAIM beside it",
            );
        }
    }

    fn audience(&self, reader: &mut SettingsReader, default: AudienceRule) -> AudienceRule {
        if !self.no_audience {
            return match self.audience.as_slice() {
                [] => default,
                audiences => AudienceRule::Required(audiences.to_vec()),
            };
        }
        if !self.audience.is_empty() {
            reader.unusable("no_audience", "expected no AUDIENCE beside it");
        }
        if self.clients.is_empty() {
            let expected = "expected CLIENTS beside it: without an audience, only the client says for whom a token is";
            reader.unusable("no_audience", expected);
        }
        if self.rfc9068_only {
            let expected =
                "expected no RFC9068_ONLY beside it: tokens of that form have an audience";
            reader.unusable("no_audience", expected);
        }
        AudienceRule::Absent
    }
}

fn texts(paths: &[ClaimPath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

/// Parses the claims of a setting, and reports the setting if one is no claim.
fn paths(reader: &mut SettingsReader, setting: &str, texts: &[String]) -> Vec<ClaimPath> {
    let paths = texts.iter().map(|text| text.parse());
    paths.collect::<Result<_, _>>().unwrap_or_else(|error| {
        let error: ClaimPathError = error;
        reader.unusable(setting, &error.to_string());
        Vec::new()
    })
}
