//! Tests of introspection: who may ask, which tokens are active, and what ends them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::clients::client;
use crate::growth::events;
use crate::support::{
    Answer, Api, Browser, ISSUER, PASSWORD, Person, TestDatabase, TestServer, on_both_databases,
    redeem, send, settings, with_clients,
};
use crate::throttling::with_clock;
use crate::walk_through::claims;

on_both_databases! {
    only_a_client_with_the_permission_may_ask
    nothing_but_an_active_token_of_the_organization_is_active
    an_active_token_says_what_it_grants
    whatever_ends_a_token_ends_it_here
}

const INTROSPECT: &str = "auth_server.token.introspect";
const READ: &str = "a_service.thing.read";

/// A machine client that may introspect.
pub struct Introspector {
    pub id: String,
    pub secret: String,
}

impl Introspector {
    pub async fn of(api: &Api, owner: &Person) -> Self {
        let (id, secret) = client(api, owner, &[INTROSPECT]).await;
        Self { id, secret }
    }

    pub async fn ask(&self, api: &Api, form: &[(&str, &str)]) -> Answer {
        let request = api.request(Method::POST, "/oauth/introspect");
        let request = request.basic_auth(&self.id, Some(&self.secret));
        let answer = send(request.form(form)).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        answer
    }

    /// Returns what the server says about a token.
    pub async fn says(&self, api: &Api, token: &str) -> Value {
        self.ask(api, &[("token", token)]).await.expect(200).body
    }
}

async fn machine_token(api: &Api, client: &(String, String)) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &client.0),
        ("client_secret", &client.1),
    ];
    let tokens = api.form("/oauth/token", &form).await;
    tokens.expect(200).text("access_token")
}

async fn only_a_client_with_the_permission_may_ask(database: TestDatabase) {
    let (mut settings, _) = with_clock(&database);
    settings.limits.failures_per_address = 3;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let asker = Introspector::of(api, &owner).await;
    let (other, other_secret) = client(api, &owner, &["auth_server.audit.read"]).await;
    let token = ("token", owner.token.as_str());
    for (id, secret) in [
        ("", ""),
        ("auth-server", ""),
        (&*asker.id, ""),
        (&*asker.id, "wrong"),
        (&*asker.id, &*other_secret),
        ("unknown", &*asker.secret),
    ] {
        let form = [token, ("client_id", id), ("client_secret", secret)];
        let refused = api.form("/oauth/introspect", &form).await;
        refused.oauth_error(401, "invalid_client");
        let challenge = refused.header("www-authenticate");
        assert_eq!(challenge, r#"Basic realm="auth-server""#);
    }
    let bearer = api.request(Method::POST, "/oauth/introspect");
    let refused = send(bearer.bearer_auth(&owner.token).form(&[token])).await;
    refused.oauth_error(401, "invalid_client");
    let form = [
        token,
        ("client_id", &other),
        ("client_secret", &other_secret),
    ];
    for _ in 0..3 {
        let refused = api.form("/oauth/introspect", &form).await;
        let told = refused.oauth_error(403, "unauthorized_client");
        assert!(told.contains(INTROSPECT), "{told}");
    }
    let refused = events(api, &owner, "client.introspect_refused").await;
    assert_eq!((refused.len(), &refused[0]["times"]), (1, &json!(3)));
    assert_eq!(refused[0]["actor"], other);

    for missing in [vec![], vec![("token", "")]] {
        let refused = asker.ask(api, &missing).await;
        refused.oauth_error(400, "invalid_request");
    }
    let named = [("client_id", &*asker.id), ("client_secret", "wrong")];
    let form = [&[token], &named[..]].concat();
    let refused = asker.ask(api, &form).await;
    refused.oauth_error(400, "invalid_request");
    let refused = api.form("/oauth/introspect", &form).await;
    refused.oauth_error(401, "invalid_client");
    let refused = api.form("/oauth/introspect", &form).await;
    refused.oauth_error(429, "too_many_requests");
    // A right secret is never refused, in the header, form-encoded (RFC 6749, section 2.3.1), or in the form.
    assert_eq!(asker.says(api, &owner.token).await["active"], true);
    let encoded = asker.id.replace('-', "%2D");
    let request = api.request(Method::POST, "/oauth/introspect");
    let request = request.basic_auth(encoded, Some(&asker.secret));
    let answer = send(request.form(&[token])).await.expect(200);
    assert_eq!(answer.body["active"], true);
    let form = [
        token,
        ("client_id", &asker.id),
        ("client_secret", &asker.secret),
    ];
    let answer = api.form("/oauth/introspect", &form).await.expect(200);
    assert_eq!(answer.body["active"], true);
}

async fn nothing_but_an_active_token_of_the_organization_is_active(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let (owner, foreign) = (Person::owner(api).await, Person::owner(api).await);
    let asker = Introspector::of(api, &owner).await;
    let foreign_client = client(api, &foreign, &[]).await;
    let foreign_machine = machine_token(api, &foreign_client).await;
    let browser = Browser::at(api);
    let code = browser.code(&[("scope", "openid")], &owner.username).await;
    let id_token = redeem(api, &code, &[]).await.text("id_token");
    let used = owner.refresh_token.clone();
    let latest = api.refresh(&used).await.expect(200).text("refresh_token");

    let parts: Vec<_> = owner.token.split('.').collect();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    for (token, what) in [
        ("unknown".to_owned(), "no token"),
        ("nul\0".to_owned(), "no text of a token"),
        ("a.b.c".to_owned(), "no JWT"),
        ("a.".repeat(20_000), "no JWT, and long"),
        (id_token, "an ID token"),
        (foreign.token.clone(), "of another organization"),
        (foreign.refresh_token.clone(), "of another organization"),
        (foreign_machine, "of another organization"),
        (used, "a used refresh token"),
        (latest[..43].to_owned(), "half of a refresh token"),
        (latest.to_lowercase(), "another case"),
        (format!("{}.{}.", parts[0], parts[1]), "without signature"),
        (format!("{none}.{}.", parts[1]), "without algorithm"),
        (
            format!("{}.{}.{}", parts[0], parts[1], "A".repeat(parts[2].len())),
            "with another signature",
        ),
        (format!("{} ", owner.token), "with a space"),
    ] {
        for hint in ["", "access_token", "refresh_token", "nonsense"] {
            let form = [("token", &*token), ("token_type_hint", hint)];
            let answer = asker.ask(api, &form).await.expect(200);
            assert_eq!(answer.body, json!({"active": false}), "{what}, {hint}");
        }
    }
    // Asking is not using.
    for (token, hint) in [
        (&owner.token, "refresh_token"),
        (&latest, "access_token"),
        (&latest, ""),
    ] {
        let form = [("token", token.as_str()), ("token_type_hint", hint)];
        let answer = asker.ask(api, &form).await.expect(200);
        assert_eq!(answer.body["active"], true, "{hint}");
    }
    api.refresh(&latest).await.expect(200);
}

async fn an_active_token_says_what_it_grants(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let owner = Person::owner(api).await;
    let asker = Introspector::of(api, &owner).await;
    owner.new_permission(api, READ).await;
    let role = owner.new_role(api, &[READ]).await;
    let member = owner.member(api, &[role]).await;
    let scope = format!("openid {READ}");
    let browser = Browser::at(api);
    let code = browser.code(&[("scope", &*scope)], &member.username).await;
    let tokens = redeem(api, &code, &[]).await.expect(200);
    let access = tokens.text("access_token");
    let own = claims(&access);
    let name = own["roles"][0].clone();
    let expected = |scope: &str, roles: Value| {
        json!({
            "active": true, "token_type": "Bearer", "scope": scope, "client_id": "shop", "username": member.username,
            "sub": member.id, "iss": ISSUER, "aud": ISSUER, "exp": own["exp"], "iat": own["iat"], "jti": own["jti"],
            "org_id": owner.org, "roles": roles, "sid": own["sid"],
        })
    };
    assert_eq!(
        asker.says(api, &access).await,
        expected(&scope, json!([name]))
    );

    // No scope and no audience, so that no service takes it for an access token.
    let refresh = asker.says(api, &tokens.text("refresh_token")).await;
    let month = own["iat"].as_i64().unwrap() + 30 * 86_400;
    assert_eq!(
        refresh,
        json!({
            "active": true, "token_type": "refresh_token", "client_id": "shop", "username": member.username,
            "sub": member.id, "iss": ISSUER, "exp": month, "org_id": owner.org, "sid": own["sid"],
        })
    );

    let machine = client(api, &owner, &[READ]).await;
    let token = machine_token(api, &machine).await;
    let own = claims(&token);
    assert_eq!(
        asker.says(api, &token).await,
        json!({
            "active": true, "token_type": "Bearer", "scope": READ, "client_id": machine.0, "sub": machine.0, "iss": ISSUER,
            "aud": ISSUER, "exp": own["exp"], "iat": own["iat"], "jti": own["jti"], "org_id": owner.org, "roles": [],
        })
    );

    // What was taken away since is not granted any more.
    let body = json!({"role_id": role, "user_id": member.id});
    api.posted("/role/unassign", &owner.token, &body).await;
    assert_eq!(
        asker.says(api, &access).await,
        expected("openid", json!([]))
    );
}

async fn whatever_ends_a_token_ends_it_here(database: TestDatabase) {
    let (clock, now) = crate::sessions::clock();
    let mut settings = settings(&database);
    settings.clock = clock.clone();
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let asker = Introspector::of(api, &owner).await;
    let states = async |token: &str| asker.says(api, token).await["active"].clone();

    let out = Person::signed_in(api, &owner.username, &owner.org).await;
    let changed = owner.member(api, &[]).await;
    let other_session = Person::signed_in(api, &changed.username, &owner.org).await;
    let deleted = owner.member(api, &[]).await;
    let reused = owner.member(api, &[]).await;
    let readers = owner.new_role(api, &["auth_server.user.read"]).await;
    let demoted = owner.member(api, &[readers]).await;
    let machine = client(api, &owner, &[]).await;
    let of_machine = machine_token(api, &machine).await;
    let people = [&out, &other_session, &deleted, &reused];
    let mut tokens: Vec<_> = people
        .iter()
        .flat_map(|person| [&person.token, &person.refresh_token])
        .collect();
    tokens.extend([&of_machine, &demoted.token]);
    for token in &tokens {
        assert_eq!(states(token).await, true);
    }
    api.post("/user/logout", &out.token, &json!({}))
        .await
        .expect(204);
    let body = json!({"old_password": PASSWORD, "new_password": "another password"});
    api.post("/user/password", &changed.token, &body)
        .await
        .expect(204);
    api.deleted(&format!("/user/{}", deleted.id), &owner.token)
        .await;
    api.deleted(&format!("/client/{}", machine.0), &owner.token)
        .await;
    api.refresh(&reused.refresh_token).await.expect(200);
    api.refresh(&reused.refresh_token)
        .await
        .oauth_error(400, "invalid_grant");
    let body = json!({"role_id": readers, "user_id": demoted.id});
    api.posted("/role/unassign", &owner.token, &body).await;
    for (index, token) in tokens.iter().enumerate() {
        assert_eq!(states(token).await, false, "{index}");
    }
    assert_eq!(states(&changed.token).await, true);

    // To the second, without a leeway.
    let exp = claims(&owner.token)["exp"].as_f64().unwrap();
    for (time, active) in [(exp - 1.0, true), (exp, false)] {
        clock.set(time);
        assert_eq!(states(&owner.token).await, active);
    }
    for (time, active) in [(29.0, true), (31.0, false)] {
        clock.set(now + time * 86_400.0);
        assert_eq!(states(&owner.refresh_token).await, active);
    }
}
