//! The issuers, what is registered there for this client, and who signs in.

use std::env;

use anyhow::{Context, Result, ensure};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::reqwest::{Certificate, Client, redirect};
use openidconnect::{
    AdditionalProviderMetadata, ClientId, ClientSecret, DeviceAuthorizationUrl, EndSessionUrl,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, ProviderMetadata, RedirectUrl,
    RevocationUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::flows;

pub const REDIRECT_URI: &str = "http://localhost:8765/callback";
/// The default application of a Descope project has the project's id.
const PROJECT: &str = "P2LocalIssuerDevelopment0000";
const PASSWORD: &str = "a long password";

/// The members that OpenID Connect Discovery does not have.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct More {
    pub revocation_endpoint: Option<RevocationUrl>,
    pub end_session_endpoint: Option<EndSessionUrl>,
    pub device_authorization_endpoint: Option<DeviceAuthorizationUrl>,
}

impl AdditionalProviderMetadata for More {}

pub type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The client as the crate makes it from metadata.
pub type Oidc = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An issuer by its metadata.
pub struct Issuer {
    pub name: &'static str,
    pub metadata: Metadata,
    pub http: Client,
    /// A public client, with [`REDIRECT_URI`].
    pub client_id: &'static str,
    pub scopes: &'static [&'static str],
    /// The API that tokens are for, where a request names it.
    pub audience: Option<&'static str>,
    /// The fields that a person fills in on the sign-in page.
    pub person: Vec<(&'static str, String)>,
    /// The id and the secret of a machine client.
    pub machine: (String, String),
}

impl Issuer {
    /// Returns all issuers.
    pub async fn all() -> Result<Vec<Self>> {
        let viewer = || vec![("persona", "viewer".to_owned())];
        let machine = || {
            (
                "local-machine".to_owned(),
                "local-machine-secret".to_owned(),
            )
        };
        let descope = Self {
            name: "local issuer, Descope side",
            client_id: PROJECT,
            scopes: &["profile", "email", "read:messages"],
            audience: None,
            person: viewer(),
            machine: machine(),
            ..Self::at(&format!("{}/{PROJECT}", address("LOCAL_ISSUER_DESCOPE")?)).await?
        };
        let auth0 = Self {
            name: "local issuer, Auth0 side",
            client_id: "local-app",
            scopes: &["profile", "email", "read:messages", "offline_access"],
            audience: Some("https://api.example.com"),
            person: viewer(),
            machine: machine(),
            // Auth0's issuers end with a slash.
            ..Self::at(&format!("{}/", address("LOCAL_ISSUER_AUTH0")?)).await?
        };
        let base = address("AUTH_SERVER")?;
        let mut auth_server = Self {
            name: "auth-server",
            client_id: "openidconnect",
            scopes: &["profile", "email"],
            ..Self::at(&base).await?
        };
        auth_server.sign_up(&base).await?;
        Ok(vec![descope, auth0, auth_server])
    }

    /// Returns the issuer at this address, with nothing that is registered there.
    async fn at(url: &str) -> Result<Self> {
        let http = http()?;
        let found = Metadata::discover_async(IssuerUrl::new(url.to_owned())?, &http).await;
        Ok(Self {
            name: "",
            metadata: found.with_context(|| format!("the metadata of {url}"))?,
            http,
            client_id: "",
            scopes: &[],
            audience: None,
            person: Vec::new(),
            machine: Default::default(),
        })
    }

    /// Makes an organization at auth-server, its owner and a machine client of it: no library knows how.
    async fn sign_up(&mut self, base: &str) -> Result<()> {
        let name = format!("rust-{}", std::process::id());
        let body = json!({
            "user": {"username": name, "password": PASSWORD, "primary_email": format!("{name}@example.com")},
            "org": {"name": name, "domain": format!("{name}.example.com"), "type": "teams", "mfa_enabled": false},
        });
        self.post(&format!("{base}/user/signup"), &body, None)
            .await?;
        self.person = vec![("username", name), ("password", PASSWORD.to_owned())];
        // With no scope but these the token has no right of management.
        let management = Self {
            scopes: &["auth_server.client.write"],
            ..Self::at(base).await?
        };
        let management = Self {
            client_id: self.client_id,
            person: self.person.clone(),
            ..management
        };
        let token = flows::access_token(&management).await?;
        let client = json!({"name": "a machine"});
        let client = self
            .post(&format!("{base}/client/"), &client, Some(&token))
            .await?;
        let member = |name: &str| client[name].as_str().unwrap_or_default().to_owned();
        self.machine = (member("client_id"), member("client_secret"));
        Ok(())
    }

    async fn post(&self, url: &str, body: &Value, token: Option<&str>) -> Result<Value> {
        let request = self.http.post(url).body(body.to_string());
        let request = request.header("content-type", "application/json");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{url}: {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Returns the public client that people sign in to.
    pub fn client(&self) -> Result<Oidc> {
        let id = ClientId::new(self.client_id.to_owned());
        let client = CoreClient::from_provider_metadata(self.metadata.clone(), id, None);
        Ok(client.set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned())?))
    }

    /// Returns the machine client.
    pub fn machine_client(&self) -> Oidc {
        let (id, secret) = self.machine.clone();
        let secret = ClientSecret::new(secret);
        CoreClient::from_provider_metadata(self.metadata.clone(), ClientId::new(id), Some(secret))
    }

    /// Returns a browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser::new(self.http.clone())
    }
}

fn address(variable: &str) -> Result<String> {
    env::var(variable).with_context(|| format!("{variable} is not set"))
}

/// Returns a client that follows no redirects, and trusts the authority of the check besides.
fn http() -> Result<Client> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy();
    if let Ok(file) = env::var("SSL_CERT_FILE") {
        let authority = std::fs::read(&file).with_context(|| file)?;
        builder = builder.add_root_certificate(Certificate::from_pem(&authority)?);
    }
    Ok(builder.build()?)
}
