//! A caller and their tokens, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::TestIssuer;
use super::bad_tokens::{BadToken, bad_tokens};
use crate::authenticated::Authenticated;
use crate::claims::{CLIENTS, ClaimPath, Claims};
use crate::clock::UnixTime;
use crate::principal::Principal;
use crate::verification_rules::{AudienceRule, VerificationRules};

/// A caller of a service under test, with the rights that the test gives them. Created with [`TestIssuer::caller`].
///
/// ```
/// use identity_core::providers::Descope;
/// use identity_core::testing::TestIssuer;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let issuer = TestIssuer::of(Descope::project("P2RFvFexVaxxNFK6rhP0ePtaGfTK").unwrap());
/// let token = issuer.caller("user-1").role("admin").scope("openid").token();
/// let editor = issuer.caller("user-2").role_in("T1", "editor").claim("email", "ada@example.com");
/// assert!(editor.authenticated().await.principal().has_role_in("T1", "editor"));
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "it is for its tokens"]
pub struct TestCaller<'i> {
    issuer: &'i TestIssuer,
    principal: Principal,
    /// Claims that replace others; those with `None` are left out.
    claims: Vec<(ClaimPath, Option<Value>)>,
}

impl<'i> TestCaller<'i> {
    /// How long a token is good, in seconds.
    const LIFETIME: f64 = 600.0;

    pub(super) fn new(issuer: &'i TestIssuer, subject: &str) -> Self {
        let issuers = issuer.provider.verification().issuers;
        Self {
            issuer,
            principal: Principal {
                issuer: issuers.into_iter().next().unwrap_or_default(),
                subject: subject.to_owned(),
                client: None,
                scopes: Vec::new(),
                roles: Vec::new(),
                permissions: Vec::new(),
                tenants: BTreeMap::new(),
                current_tenant: None,
                actor: None,
                expires_at: UnixTime::from_seconds(0.0),
            },
            claims: Vec::new(),
        }
    }

    /// Adds a scope.
    pub fn scope(mut self, scope: &str) -> Self {
        self.principal.scopes.push(scope.to_owned());
        self
    }

    /// Adds a role outside of any tenant.
    pub fn role(mut self, role: &str) -> Self {
        self.principal.roles.push(role.to_owned());
        self
    }

    /// Adds a permission outside of any tenant.
    pub fn permission(mut self, permission: &str) -> Self {
        self.principal.permissions.push(permission.to_owned());
        self
    }

    /// Makes the caller belong to a tenant.
    pub fn member_of(mut self, tenant: &str) -> Self {
        let granted = self.principal.tenants.entry(tenant.to_owned());
        granted.or_default();
        self
    }

    /// Adds a role within a tenant. With a provider whose tokens list no tenants, the token is for this one if there is no
    /// other, and its rights are those there.
    pub fn role_in(mut self, tenant: &str, role: &str) -> Self {
        let granted = self.principal.tenants.entry(tenant.to_owned());
        granted.or_default().roles.push(role.to_owned());
        self
    }

    /// Adds a permission within a tenant; see [`role_in`](Self::role_in).
    pub fn permission_in(mut self, tenant: &str, permission: &str) -> Self {
        let granted = self.principal.tenants.entry(tenant.to_owned());
        granted.or_default().permissions.push(permission.to_owned());
        self
    }

    /// Sets the tenant or organization that the token is for.
    pub fn tenant(mut self, tenant: &str) -> Self {
        self.principal.current_tenant = Some(tenant.to_owned());
        self
    }

    /// Sets the client that the token was issued to. Default: the first that the provider accepts, if it lists any.
    pub fn client(mut self, client: &str) -> Self {
        self.principal.client = Some(client.to_owned());
        self
    }

    /// Sets a claim of the token, whatever else it would be. [`ClaimPath`] says how its name is read. Panics if it is none.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        let path = name.parse().expect("the name of a claim");
        self.claims.push((path, Some(value.into())));
        self
    }

    /// Leaves a claim out of the token. Panics as [`claim`](Self::claim) does.
    pub fn without_claim(mut self, name: &str) -> Self {
        let path = name.parse().expect("the name of a claim");
        self.claims.push((path, None));
        self
    }

    /// Returns a token of the caller.
    pub fn token(&self) -> String {
        let rules = self.issuer.provider.verification();
        let claims = Value::Object(self.claims());
        self.issuer.key.token_by(&rules, &claims)
    }

    /// Returns the `Authorization` header with a token of the caller, for `TestRequest::insert_header` and the like.
    pub fn bearer(&self) -> (&'static str, String) {
        ("authorization", format!("Bearer {}", self.token()))
    }

    /// Returns the caller's token once with each fault that a service must refuse it for: unsigned, forged, expired, for
    /// another audience, an ID token, and others.
    pub fn bad_tokens(&self) -> Vec<BadToken> {
        let TestIssuer { provider, key, .. } = self.issuer;
        let rules = provider.verification();
        bad_tokens(key, &rules, &self.claims(), self.now())
    }

    /// Returns the caller as the issuer's authenticator does, to test what uses a principal. Panics if it refuses the
    /// token, as it may after [`claim`](Self::claim) or [`without_claim`](Self::without_claim).
    pub async fn authenticated(&self) -> Arc<Authenticated> {
        let authenticator = self.issuer.authenticator();
        let caller = authenticator.authenticate(&self.token()).await;
        caller.expect("a token of this issuer is accepted")
    }

    fn now(&self) -> f64 {
        self.issuer.clock.now().seconds().floor()
    }

    fn claims(&self) -> Claims {
        let TestIssuer { provider, .. } = self.issuer;
        let (rules, now) = (provider.verification(), self.now());
        let mut claims = Claims::new();
        let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        add("iss", json!(self.principal.issuer));
        add("sub", json!(self.principal.subject));
        add("iat", json!(now));
        add("exp", json!(now + Self::LIFETIME));
        if let AudienceRule::Required(ours) | AudienceRule::RequiredUnless(ours, _) =
            &rules.audience
        {
            add("aud", json!(ours.first()));
        }
        if let Value::Object(rights) = provider.claims_of(&self.principal) {
            claims.extend(rights);
        }
        complete(&mut claims, &rules);
        for (path, value) in &self.claims {
            match value {
                Some(value) => path.put(&mut claims, value.clone()),
                None => path.take(&mut claims),
            }
        }
        claims
    }
}

/// Adds the client and the marks that the rules ask for.
fn complete(claims: &mut Claims, rules: &VerificationRules) {
    let client = rules.clients.first();
    let has_client = CLIENTS.iter().any(|name| claims.contains_key(*name));
    if let Some(client) = client.filter(|_| !has_client) {
        claims.insert("client_id".to_owned(), json!(client));
    }
    for mark in &rules.marks {
        let any = client.map_or("test", String::as_str);
        let value = mark.value.as_deref().unwrap_or(any);
        let claim = claims.entry(mark.claim.to_string());
        claim.or_insert_with(|| json!(value));
    }
}
