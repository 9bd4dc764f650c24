//! Tokens of the right provider that are for something else (RFC 8725, sections 2.8 and 3.12).

use local_issuer::TokenKind::{Access, Id, Refresh, Session, SessionRefresh};
use serde_json::json;

use crate::forge::{Row, written};
use crate::kind::ServiceKind;
use crate::refusal::{CLAIMS, ID_TOKEN, REFRESH_TOKEN, TYPE};

const OTHER: &str = "RFC 8725, 3.12: tokens of another kind, with the same key";
const LOGOUT: &str = "OpenID Connect Back-Channel Logout, 2.4: a logout token opens nothing";

/// The rows of the provider whose tokens this service accepts.
pub(super) const fn rows(kind: ServiceKind) -> &'static [Row] {
    match kind {
        ServiceKind::DescopeApi => DESCOPE,
        ServiceKind::Auth0Api | ServiceKind::BillingApi => AUTH0,
    }
}

#[rustfmt::skip]
const AUTH0: &[Row] = &[
    written("id_token_for_its_client_and_this_api", ID_TOKEN, OTHER, |f| { let mint = f.of_kind(Id)?; let client = mint.claims().get("aud").cloned(); Ok(mint.claim("aud", json!([client, f.ours.audience()])).claim("nonce", "x").token()?) }),
    written("id_token_whose_nonce_is_null", ID_TOKEN, OTHER, |f| Ok(f.of_kind(Id)?.claim("aud", f.ours.audience()).claim("nonce", json!(null)).token()?)),
    written("id_token_with_the_rights_of_an_access_token", ID_TOKEN, OTHER, |f| Ok(f.mint()?.claim("at_hash", "x").token()?)),
    written("id_token_with_a_hash_of_another_type", ID_TOKEN, OTHER, |f| Ok(f.mint()?.claim("c_hash", 7).token()?)),
    written("id_token_with_typ", CLAIMS, OTHER, |f| Ok(f.of_kind(Id)?.header("typ", "at+jwt").token()?)),
    written("logout_token", TYPE, LOGOUT, |f| Ok(f.of_kind(Id)?.header("typ", "logout+jwt").claim("aud", f.ours.audience()).claim("events", json!({"http://schemas.openid.net/event/backchannel-logout": {}})).token()?)),
    written("logout_token_without_its_typ", TYPE, LOGOUT, |f| Ok(f.of_kind(Id)?.claim("events", json!({"http://schemas.openid.net/event/backchannel-logout": {}})).token()?)),
    written("token_for_the_userinfo_endpoint", CLAIMS, OTHER, |f| Ok(f.of_kind(Access)?.claim("aud", format!("{}userinfo", f.ours.issuer())).claim("scope", "openid").token()?)),
    written("client_assertion", CLAIMS, "RFC 7523, 3: what a client says about itself", |f| Ok(f.of_kind(Access)?.claim("aud", f.ours.token_url()).token()?)),
];

#[rustfmt::skip]
const DESCOPE: &[Row] = &[
    written("refresh_token_without_its_drn", REFRESH_TOKEN, OTHER, |f| Ok(f.of_kind(Refresh)?.without_claim("drn").claim("token_type", "refresh_token").token()?)),
    written("refresh_token_of_a_session_for_this_project", REFRESH_TOKEN, OTHER, |f| Ok(f.of_kind(SessionRefresh)?.claim("aud", f.ours.audience()).token()?)),
    written("refresh_token_that_claims_to_be_a_key", REFRESH_TOKEN, OTHER, |f| Ok(f.of_kind(SessionRefresh)?.without_claim("aud").claim("sub", "K2Key").token()?)),
    written("id_token_with_the_rights_of_a_session", ID_TOKEN, OTHER, |f| Ok(f.of_kind(Id)?.claim("drn", "DS").claim("roles", json!(["admin"])).token()?)),
    written("id_token_without_audience", ID_TOKEN, OTHER, |f| Ok(f.of_kind(Id)?.without_claim("aud").claim("drn", "DS").token()?)),
    written("logout_token", TYPE, LOGOUT, |f| Ok(f.of_kind(Id)?.header("typ", "logout+jwt").claim("events", json!({"http://schemas.openid.net/event/backchannel-logout": {}})).token()?)),
    written("access_token_typ_of_another_provider", TYPE, "RFC 9068, 2.1: Descope never writes it", |f| Ok(f.of_kind(Session)?.header("typ", "application/at+jwt").token()?)),
    written("no_audience_and_a_drn_in_a_list", CLAIMS, "RFC 8725, 3.9: what is no text exempts nothing", |f| Ok(f.of_kind(Access)?.without_claim("aud").claim("drn", json!(["DS"])).token()?)),
    written("no_audience_and_a_drn_in_lower_case", CLAIMS, "RFC 8725, 3.9: what is no drn exempts nothing", |f| Ok(f.of_kind(Access)?.without_claim("aud").claim("drn", "ds").token()?)),
    written("no_audience_and_a_subject_in_lower_case", CLAIMS, "RFC 8725, 3.9: what is no access key exempts nothing", |f| Ok(f.of_kind(Access)?.without_claim("aud").without_claim("drn").claim("sub", "k2key").token()?)),
    written("session_for_nobody_in_particular", CLAIMS, "RFC 8725, 3.9: an audience that is there counts", |f| Ok(f.of_kind(Session)?.claim("aud", json!([])).token()?)),
];
