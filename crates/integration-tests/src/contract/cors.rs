//! Requests from pages of other origins (Fetch standard, section 3.2).

use anyhow::{Result, ensure};
use local_issuer::{LocalIssuer, Signer, TokenKind};

use crate::case::{Case, Needs};
use crate::http::{Call, Response};
use crate::kind::ServiceKind;
use crate::launch::{Environment, ReservedPorts, RunningService, World};
use crate::target::Target;

const ORIGIN: &str = "https://app.example.com";
const OTHER: &str = "https://evil.example";
const SETTING: &str = "CORS_ALLOWED_ORIGINS";

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "cors::allowed_origin_reads_answers_and_errors",
            "A page must see a 401 as what it is: the headers are on every response, error or not.",
            Needs::OwnServers,
            async move |_| {
                allowing(kind, ORIGIN)
                    .await?
                    .check(answers_and_errors)
                    .await
            },
        ),
        Case::new(
            "cors::allowed_origin_reads_503",
            "A page must see an outage as what it is.",
            Needs::OwnServers,
            async move |_| unavailable(kind).await,
        ),
        Case::new(
            "cors::preflight_needs_no_token",
            "Browsers send no credentials with a preflight.",
            Needs::OwnServers,
            async move |_| allowing(kind, ORIGIN).await?.check(preflight).await,
        ),
        Case::new(
            "cors::star_allows_every_origin_and_no_credentials",
            "With * the header is *, which browsers never combine with credentials.",
            Needs::OwnServers,
            async move |_| {
                let world = allowing(kind, "*").await?;
                let check = world.check(async |target| {
                    allows(&target.send(&from(OTHER, target.any_caller())).await?, "*")
                });
                check.await
            },
        ),
    ];
    cases.push(Case::new(
        "cors::without_the_setting_no_origin_is_allowed",
        "Pages of other origins are allowed by setting only.",
        Needs::Personas,
        async |target| {
            let token = target.token("admin").await?;
            let calls = [
                target.any_caller().bearer(&token),
                target.any_caller(),
                Call::get("/nope"),
                preflight_call(target.kind()),
            ];
            for call in calls {
                forbids(&target.send(&from(ORIGIN, call)).await?)?;
            }
            Ok(())
        },
    ));
    cases
}

async fn answers_and_errors(target: &Target) -> Result<()> {
    let nobody = target.token("nobody").await?;
    let unsigned = target.good()?.signed_by(Signer::Unsigned).token()?;
    let (routes, private) = (target.kind().routes(), || target.any_caller());
    let unknown = format!("{}/nope", routes.scope);
    let twice = private()
        .authorization("Bearer a")
        .authorization("Bearer b");
    for (status, call) in [
        (200, private().bearer(&nobody)),
        (200, Call::get("/health")),
        (401, private()),
        (401, private().bearer(&unsigned)),
        (400, twice),
        (403, Call::get(routes.restricted).bearer(&nobody)),
        (404, Call::get("/nope")),
        (404, Call::get(unknown).bearer(&nobody)),
        (405, Call::post("/health")),
    ] {
        let response = target.status(&from(ORIGIN, call.clone()), status).await?;
        allows(&response, ORIGIN)?;
        forbids(&target.send(&from(OTHER, call)).await?)?;
    }
    Ok(())
}

async fn unavailable(kind: ServiceKind) -> Result<()> {
    let ports = ReservedPorts::take()?;
    let issuer = LocalIssuer::start(ports.config(kind)?).await?;
    let environment = Environment::new(kind)?.with(SETTING, ORIGIN);
    let config = issuer.config();
    let provider = issuer.provider(kind.provider());
    let token = provider.mint("admin", TokenKind::Access)?.token()?;
    issuer.stop().await;
    let service = RunningService::start(&environment, &config).await?;
    let call = from(ORIGIN, kind.any_caller().bearer(&token));
    allows(&service.target.status(&call, 503).await?, ORIGIN)?;
    service.stop().await
}

async fn preflight(target: &Target) -> Result<()> {
    let call = preflight_call(target.kind());
    let response = target.send(&from(ORIGIN, call.clone())).await?;
    ensure!([200, 204].contains(&response.status), "{response:?}");
    let allowed = response.header("access-control-allow-origin");
    ensure!(allowed == Some(ORIGIN), "{response:?}");
    lists(
        &response,
        "access-control-allow-methods",
        &["get", "post", "delete"],
    )?;
    lists(
        &response,
        "access-control-allow-headers",
        &["authorization", "content-type"],
    )?;
    forbids(&target.send(&from(OTHER, call)).await?)
}

async fn allowing(kind: ServiceKind, origins: &str) -> Result<World> {
    World::start(&Environment::new(kind)?.with(SETTING, origins)).await
}

fn from(origin: &str, call: Call) -> Call {
    call.header("Origin", origin)
}

fn preflight_call(kind: ServiceKind) -> Call {
    Call::new("OPTIONS", kind.routes().private)
        .header("Access-Control-Request-Method", "GET")
        .header(
            "Access-Control-Request-Headers",
            "authorization, content-type",
        )
}

fn allows(response: &Response, origin: &str) -> Result<()> {
    let allowed = response.header("access-control-allow-origin");
    ensure!(allowed == Some(origin), "{response:?}");
    let credentials = response.header("access-control-allow-credentials");
    ensure!(credentials.is_none(), "{response:?}");
    let exposed = ["www-authenticate", "retry-after", "link", "x-request-id"];
    lists(response, "access-control-expose-headers", &exposed)
}

/// The header is a list with all of these in it.
fn lists(response: &Response, header: &str, wanted: &[&str]) -> Result<()> {
    let list = response.header(header).unwrap_or_default().to_lowercase();
    let list: Vec<_> = list.split(',').map(str::trim).collect();
    let all = wanted.iter().all(|wanted| list.contains(wanted));
    ensure!(all, "{header} without one of {wanted:?}: {response:?}");
    Ok(())
}

fn forbids(response: &Response) -> Result<()> {
    let allowed = response.all("access-control-allow-origin").next();
    ensure!(allowed.is_none(), "{response:?}");
    Ok(())
}
