//! An issuer and a service in containers, on a network of their own.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use anyhow::{Context, Result};
use integration_tests::{BILLING_PERSONAS, ServiceKind, Target, Tokens, issuer_config};
use local_issuer::tokens::{TokenSource, fetch_one};
use local_issuer::{IssuerConfig, KeyOrigin, LocalIssuer, ProviderKind};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;
use testcontainers::core::{IntoContainerPort, Mount, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, CopyTargetOptions, GenericImage, ImageExt};

use crate::docker::{docker, image_is_there};

const DESCOPE: u16 = 9000;
const AUTH0: u16 = 9001;
const CONTROL_TOKEN: &str = "control";
const PERSONAS_FILE: &str = "/data/personas.toml";

/// Both containers, and a twin of the issuer in this process: it has the same keys and names, and makes tokens of any kind.
pub(crate) struct World {
    kind: ServiceKind,
    /// Unlike any other on this machine.
    name: String,
    twin: LocalIssuer,
    _keys: TempDir,
    pub(crate) issuer: ContainerAsync<GenericImage>,
    pub(crate) service: ContainerAsync<GenericImage>,
    client: Client,
}

impl World {
    /// Starts both, and waits until the service is ready.
    pub(crate) async fn start(kind: ServiceKind) -> Result<Self> {
        let world = Self::begin(kind).await?;
        world.target().await?.until_ready().await?;
        Ok(world)
    }

    async fn begin(kind: ServiceKind) -> Result<Self> {
        for image in ["identity-local-issuer", &service_image(kind)] {
            image_is_there(image).await?;
        }
        let name = format!("identity-{:016x}", RandomState::new().hash_one(kind.name()));
        let keys = tempfile::tempdir()?;
        let twin = LocalIssuer::start(twin_of(kind, &name, &keys)?).await?;
        let config = twin.config();
        let issuer = issuer(kind, &name, &config, &keys)?.start().await?;
        let service = service(kind, &name, &config)?.start().await?;
        Ok(Self {
            kind,
            name,
            twin,
            _keys: keys,
            issuer,
            service,
            client: client()?,
        })
    }

    /// The service as it is published now; a container that is started again may get another port.
    pub(crate) async fn target(&self) -> Result<Target> {
        let port = self.service.get_host_port_ipv4(port(self.kind)).await?;
        self.target_at(&format!("http://127.0.0.1:{port}")).await
    }

    /// A token that no one was given before.
    pub(crate) async fn fresh_token(&self) -> Result<String> {
        let source = self.token_source().await?;
        let token = fetch_one(&source, self.kind.provider(), "admin", None).await?;
        Ok(token.token)
    }

    /// The token endpoints of the issuer in the container.
    async fn token_source(&self) -> Result<TokenSource> {
        Ok(TokenSource {
            descope_url: self.issuer_url(DESCOPE).await?,
            auth0_url: self.issuer_url(AUTH0).await?,
            ..TokenSource::of(&self.twin)
        })
    }

    /// The service at this address.
    pub(crate) async fn target_at(&self, base_url: &str) -> Result<Target> {
        let tokens = Tokens::at(self.kind, self.token_source().await?);
        let target = Target::at(self.kind, base_url)?.with_tokens(tokens);
        Ok(target.with_issuer(&self.twin))
    }

    /// The service without the engine's port forwarding, which takes connections without a response. On Linux only.
    pub(crate) async fn direct_address(&self) -> Result<String> {
        let address = self.service.get_bridge_ip_address().await?;
        Ok(format!("{address}:{}", port(self.kind)))
    }

    /// Asks the control plane of the provider that the service trusts.
    pub(crate) async fn control(&self, path: &str, body: &Value) -> Result<Value> {
        let side = match self.kind.provider() {
            ProviderKind::Descope => DESCOPE,
            _ => AUTH0,
        };
        let url = format!("{}/_control/{path}", self.issuer_url(side).await?);
        let request = self.client.post(url).bearer_auth(CONTROL_TOKEN).json(body);
        let response = request.send().await?.error_for_status()?;
        Ok(response.json().await?)
    }

    async fn issuer_url(&self, side: u16) -> Result<String> {
        let port = self.issuer.get_host_port_ipv4(side).await;
        // A container that does not run publishes nothing, and then no token is requested from it either.
        Ok(port.map_or_else(|_| String::new(), |port| format!("http://127.0.0.1:{port}")))
    }

    /// The last lines that each has logged.
    pub(crate) async fn logs(&self) -> String {
        let mut logs = String::new();
        for container in [&self.issuer, &self.service] {
            let output = container.stdout_to_vec().await.unwrap_or_default();
            let output = String::from_utf8_lossy(&output);
            let lines: Vec<_> = output.lines().rev().take(20).collect();
            for line in lines.into_iter().rev() {
                logs.push_str(line);
                logs.push('\n');
            }
        }
        logs
    }

    /// Leaves nothing behind.
    pub(crate) async fn remove(self) -> Result<()> {
        self.twin.stop().await;
        self.service.rm().await?;
        self.issuer.rm().await?;
        docker(&["volume", "rm", "--force", &self.name]).await?;
        Ok(())
    }
}

fn service_image(kind: ServiceKind) -> String {
    format!("identity-{}", kind.name())
}

fn port(kind: ServiceKind) -> u16 {
    match kind {
        ServiceKind::DescopeApi => 8000,
        ServiceKind::BillingApi => 8003,
        _ => 8001,
    }
}

/// An issuer that says it is the one in the container, and makes the keys that this one reads.
fn twin_of(kind: ServiceKind, name: &str, keys: &TempDir) -> Result<IssuerConfig> {
    let mut config = IssuerConfig {
        keys: KeyOrigin::File(keys.path().join("keys.json")),
        ..issuer_config(kind)?
    };
    config.descope.issuer_base = Some(format!("http://{name}-issuer:{DESCOPE}"));
    config.auth0.issuer = Some(format!("http://{name}-issuer:{AUTH0}/"));
    Ok(config)
}

fn issuer(
    kind: ServiceKind,
    name: &str,
    config: &IssuerConfig,
    keys: &TempDir,
) -> Result<ContainerRequest<GenericImage>> {
    let base = config.descope.issuer_base.clone();
    let auth0 = config.auth0.issuer.clone();
    let request = GenericImage::new("identity-local-issuer", "latest")
        .with_exposed_port(DESCOPE.tcp())
        .with_exposed_port(AUTH0.tcp())
        .with_wait_for(WaitFor::healthcheck())
        .with_network(name)
        .with_container_name(format!("{name}-issuer"))
        .with_env_var("LOCAL_ISSUER_DESCOPE_ISSUER_BASE", base.context("no base")?)
        .with_env_var("LOCAL_ISSUER_AUTH0_ISSUER", auth0.context("no issuer")?)
        .with_env_var("LOCAL_ISSUER_CONTROL_TOKEN", CONTROL_TOKEN)
        .with_env_var("LOCAL_ISSUER_KEYS_FILE", "/data/keys.json")
        .with_copy_to(
            // The program in the container runs as another user, and has to read them.
            CopyTargetOptions::new("/data/keys.json").with_mode(0o644),
            keys.path().join("keys.json"),
        );
    let request = match kind {
        ServiceKind::BillingApi => request
            .with_env_var("LOCAL_ISSUER_PERSONAS", PERSONAS_FILE)
            .with_copy_to(
                CopyTargetOptions::new(PERSONAS_FILE).with_mode(0o644),
                BILLING_PERSONAS.as_bytes().to_vec(),
            ),
        _ => request,
    };
    Ok(hardened(request))
}

/// A service that notices within a second what happens to its issuer.
fn service(
    kind: ServiceKind,
    name: &str,
    config: &IssuerConfig,
) -> Result<ContainerRequest<GenericImage>> {
    let request = GenericImage::new(service_image(kind).as_str(), "latest")
        .with_exposed_port(port(kind).tcp())
        .with_network(name)
        .with_container_name(format!("{name}-service"))
        .with_mount(Mount::volume_mount(name, "/data"))
        .with_env_var("ALLOW_HTTP_ISSUER", format!("{name}-issuer"))
        .with_env_var("KEYS__TTL_SECONDS", "1")
        .with_env_var("KEYS__MAX_RETRY_SECONDS", "1")
        .with_env_var("FETCH__TIMEOUT_SECONDS", "1")
        // So that what looks at /health/ready sees it end.
        .with_env_var("SHUTDOWN__DELAY_SECONDS", "1");
    let trust = kind.trust(config)?.into_iter();
    let request = trust.fold(request, |request, (setting, value)| {
        request.with_env_var(setting, value)
    });
    Ok(hardened(request).with_readonly_rootfs(true))
}

fn hardened(request: ContainerRequest<GenericImage>) -> ContainerRequest<GenericImage> {
    request
        .with_label("identity-services", "test")
        .with_cap_drop("ALL")
        .with_security_opt("no-new-privileges:true")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the control plane is asked by nothing else here"
)]
fn client() -> Result<Client> {
    let builder = Client::builder().timeout(Duration::from_secs(30));
    let builder = builder.no_proxy().tls_certs_only([]);
    Ok(builder.build()?)
}
