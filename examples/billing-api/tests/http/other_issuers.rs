//! Several issuers, each with keys of its own.

use local_issuer::{IssuerConfig, LocalIssuer};
use serde_json::json;

use crate::world::{ALL, Environment, good, new_invoice, quick};

#[actix_web::test]
async fn each_issuer_signs_for_itself_and_has_organizations_of_its_own() {
    let first = LocalIssuer::start(quick()).await.unwrap();
    // With keys of its own.
    let second = LocalIssuer::start(IssuerConfig::default()).await.unwrap();
    let stranger = LocalIssuer::start(quick()).await.unwrap();
    let (a, b) = (first.auth0(), second.auth0());
    assert_eq!(a.audience(), b.audience());
    let environment = Environment::of(a).with("OTHER_ISSUERS", &b.issuer());
    let service = environment.start().await;
    service.until_ready().await;
    let ask = async |token: &str| {
        let path = "/billing/invoices";
        service.call("GET", path, Some(token), None).await
    };

    for (mint, iss) in [(b, a.issuer()), (a, b.issuer())] {
        let forged = good(mint, ALL).claim("org_id", "O1").claim("iss", iss);
        let refused = ask(&forged.token().unwrap()).await;
        refused.has_code(401, "key_not_found", "signed by the other issuer");
    }
    let before = stranger.auth0().requests();
    let unknown = good(stranger.auth0(), ALL).claim("org_id", "O1").token();
    ask(&unknown.unwrap())
        .await
        .has_code(401, "invalid_claims", "an unknown issuer");
    assert_eq!(
        stranger.auth0().requests(),
        before,
        "it is asked for nothing"
    );

    let token = |issuer| good(issuer, ALL).claim("org_id", "O1").token().unwrap();
    let body = new_invoice("1");
    for issuer in [a, b] {
        let token = token(issuer);
        let made = service.call("POST", "/billing/invoices", Some(&token), Some(&body));
        let made = made.await;
        assert_eq!(made.status, 201, "the number is free there: {made:?}");
        assert_eq!(ask(&token).await.body["invoices"], json!([made.body]));
    }
    // An id that looks like one of the other issuer's organizations is no such organization.
    let posing = format!("{}\u{1f}O1", b.issuer());
    let posing = good(a, ALL).claim("org_id", posing).token().unwrap();
    ask(&posing)
        .await
        .has_code(403, "access_denied", "a control character");

    let index = service.call("GET", "/", None, None).await.body;
    assert_eq!(index["issuer"], format!("{} or {}", a.issuer(), b.issuer()));
    let ready = service.call("GET", "/health/ready", None, None).await.body;
    assert_eq!(ready["issuers"].as_array().unwrap().len(), 2);
}
