//! The services, as the page lists them: their health, and the requests that can be tried.

use futures_util::future::{join, join_all};
use url::Url;

use crate::http_client;
use crate::kind::ProviderKind;
use crate::provider::Call;
use crate::services::{
    Health, Operation, Received, Service, ServiceLimits, health, operations, receive,
};

/// One service.
pub(super) struct ServiceRow {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) health: Health,
    pub(super) has_docs: bool,
    pub(super) tokens: Tokens,
    /// What can be tried on this page: nothing of a service that takes no tokens of this side.
    pub(super) operations: Vec<Operation>,
}

/// Whose tokens a service accepts.
pub(super) enum Tokens {
    /// This side's.
    Own,
    /// The other side's, whose page is there.
    OfSide(&'static str, String),
    /// Those of an issuer of its own.
    OfAnother,
}

/// Asks every listed service at once.
pub(super) async fn rows(call: &Call<'_>) -> Vec<ServiceRow> {
    let services = &call.provider.services;
    let rows = services.listed().into_iter().map(|service| async move {
        let (health, operations) = look(&service, &services.limits).await;
        row(call, service, health, operations)
    });
    join_all(rows).await
}

/// The address of the page of a side, under the name that the browser uses.
pub(super) fn page_of(call: &Call<'_>, side: ProviderKind) -> Option<String> {
    let (_, port) = call
        .provider
        .services
        .ports
        .iter()
        .find(|(kind, _)| *kind == side)?;
    let mut url = Url::parse(&call.base_url()).ok()?;
    url.set_port(Some(*port)).ok()?;
    Some(url.into())
}

/// The operations of a service, from its own document. Errors: why there is no document.
pub(super) async fn operations_of(
    service: &Service,
    limits: &ServiceLimits,
) -> Result<Vec<Operation>, String> {
    let document = get(service, "/openapi.json", limits).await?;
    Ok(operations(&document.body))
}

async fn look(service: &Service, limits: &ServiceLimits) -> (Health, Vec<Operation>) {
    let ready = get(service, "/health/ready", limits);
    let (ready, operations) = join(ready, operations_of(service, limits)).await;
    (health(&ready), operations.unwrap_or_default())
}

async fn get(service: &Service, path: &str, limits: &ServiceLimits) -> Result<Received, String> {
    let url = format!("{}{path}", service.internal_url);
    let client = http_client::build(&url).map_err(|error| error.to_string())?;
    let request = client.get(&url);
    receive(request.timeout(limits.look), limits.document_bytes).await
}

fn row(
    call: &Call<'_>,
    service: Service,
    health: Health,
    operations: Vec<Operation>,
) -> ServiceRow {
    let own = call.provider.dialect.kind();
    let tokens = match service.tokens {
        Some(side) if side == own => Tokens::Own,
        Some(side) => Tokens::OfSide(side.title(), page_of(call, side).unwrap_or_default()),
        None => Tokens::OfAnother,
    };
    ServiceRow {
        has_docs: !operations.is_empty(),
        operations: match tokens {
            Tokens::Own => operations,
            _ => Vec::new(),
        },
        name: service.name,
        url: service.url,
        health,
        tokens,
    }
}
