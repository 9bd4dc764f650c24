//! Requests from pages of other origins (Fetch standard, section 3.2).

use anyhow::{Result, ensure};
use local_issuer::{LocalIssuer, Signer};

use super::forgery::good;
use crate::answer::Answer;
use crate::call::Call;
use crate::case::{Case, Needs};
use crate::launch::{Environment, ReservedPorts, RunningService, ServiceKind, World};

const ORIGIN: &str = "https://app.example.com";
const OTHER: &str = "https://evil.example";
const SETTING: &str = "CORS_ALLOWED_ORIGINS";

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "cors::allowed_origin_reads_answers_and_errors",
            "A page must see a 401 as what it is: the headers are on every answer, error or not.",
            Needs::OwnServers,
            async move |_| answers_and_errors(kind).await,
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
            async move |_| preflight(kind).await,
        ),
        Case::new(
            "cors::star_allows_every_origin_and_no_credentials",
            "With * the header is *, which browsers never combine with credentials.",
            Needs::OwnServers,
            async move |_| {
                let world = allowing(kind, "*").await?;
                let answer = world.target().send(&from(OTHER, kind.any_caller())).await?;
                allows(&answer, "*")?;
                world.stop().await
            },
        ),
    ];
    cases.push(Case::new(
        "cors::without_the_setting_no_origin_is_allowed",
        "Nobody who has not said so lets pages of other origins in.",
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

async fn answers_and_errors(kind: ServiceKind) -> Result<()> {
    let world = allowing(kind, ORIGIN).await?;
    let target = world.target();
    let nobody = target.token("nobody").await?;
    let unsigned = good(target.provider()?)?
        .signed_by(Signer::Unsigned)
        .token()?;
    let unknown = format!("{}/nope", kind.routes().scope);
    let rows = [
        (200, target.any_caller().bearer(&nobody)),
        (200, Call::get("/health")),
        (401, target.any_caller()),
        (401, target.any_caller().bearer(&unsigned)),
        (
            400,
            target
                .any_caller()
                .authorization("Bearer a")
                .authorization("Bearer b"),
        ),
        (403, Call::get(kind.routes().restricted).bearer(&nobody)),
        (404, Call::get("/nope")),
        (404, Call::get(unknown).bearer(&nobody)),
        (405, Call::post("/health")),
    ];
    for (status, call) in rows {
        let answer = target.send(&from(ORIGIN, call.clone())).await?;
        ensure!(
            answer.status == status,
            "{call:?} is not {status}: {answer:?}"
        );
        allows(&answer, ORIGIN)?;
        forbids(&target.send(&from(OTHER, call)).await?)?;
    }
    world.stop().await
}

async fn unavailable(kind: ServiceKind) -> Result<()> {
    let ports = ReservedPorts::take()?;
    let issuer = LocalIssuer::start(ports.config(kind)?).await?;
    let environment = Environment::new(kind)?.with(SETTING, ORIGIN);
    let config = issuer.config();
    let token = good(issuer.provider(kind.provider()))?.token()?;
    issuer.stop().await;
    let service = RunningService::start(&environment, &config).await?;
    let call = from(ORIGIN, service.any_caller().bearer(&token));
    let answer = service.send(&call).await?;
    ensure!(answer.status == 503, "{answer:?}");
    allows(&answer, ORIGIN)?;
    service.stop().await
}

async fn preflight(kind: ServiceKind) -> Result<()> {
    let world = allowing(kind, ORIGIN).await?;
    let target = world.target();
    let answer = target.send(&from(ORIGIN, preflight_call(kind))).await?;
    ensure!([200, 204].contains(&answer.status), "{answer:?}");
    ensure!(
        answer.header("access-control-allow-origin") == Some(ORIGIN),
        "{answer:?}"
    );
    let listed = |name: &str, value: &str| {
        let list = answer.header(name).unwrap_or_default().to_lowercase();
        list.split(',').any(|one| one.trim() == value)
    };
    for method in ["get", "post", "delete"] {
        ensure!(
            listed("access-control-allow-methods", method),
            "{method}: {answer:?}"
        );
    }
    for header in ["authorization", "content-type"] {
        ensure!(
            listed("access-control-allow-headers", header),
            "{header}: {answer:?}"
        );
    }
    forbids(&target.send(&from(OTHER, preflight_call(kind))).await?)?;
    world.stop().await
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

fn allows(answer: &Answer, origin: &str) -> Result<()> {
    let allowed = answer.header("access-control-allow-origin");
    ensure!(allowed == Some(origin), "{answer:?}");
    let credentials = answer.header("access-control-allow-credentials");
    ensure!(credentials.is_none(), "{answer:?}");
    let exposed = answer
        .header("access-control-expose-headers")
        .unwrap_or_default();
    let exposed: Vec<_> = exposed
        .split(',')
        .map(|name| name.trim().to_lowercase())
        .collect();
    for name in ["www-authenticate", "retry-after", "x-request-id"] {
        ensure!(exposed.iter().any(|one| one == name), "{name}: {answer:?}");
    }
    Ok(())
}

fn forbids(answer: &Answer) -> Result<()> {
    let allowed = answer.all("access-control-allow-origin").next();
    ensure!(allowed.is_none(), "{answer:?}");
    Ok(())
}
