use crate::support::{client, start, verified};

#[tokio::test]
async fn a_token_in_plain_text_is_for_programs_on_this_machine_alone() {
    let issuer = start().await;
    for provider in [&**issuer.descope(), &**issuer.auth0()] {
        let port = provider.base_url().rsplit(':').next().unwrap();
        let ask = |persona: &str| client().get(format!("{}/_token/{persona}", provider.base_url()));
        let named = |host: &str| ask("admin").header("host", host.replace("PORT", port));
        let of_page = |name: &str, value: &str| ask("admin").header(name, value);
        // What is wrong, the request, the status, and what the response says.
        for (case, request, status, text) in [
            (
                "a rebound name",
                named("evil.example:PORT"),
                403,
                "Ask as localhost",
            ),
            (
                "a name that starts like it",
                named("localhost.evil.example:PORT"),
                403,
                "Ask as",
            ),
            (
                "another address",
                named("192.168.0.7"),
                403,
                "Ask as localhost",
            ),
            (
                "a page",
                of_page("origin", "http://localhost:8000"),
                403,
                "not for pages",
            ),
            (
                "a page without a name",
                of_page("origin", "null"),
                403,
                "not for pages",
            ),
            (
                "a link elsewhere",
                of_page("sec-fetch-site", "cross-site"),
                403,
                "not for pages",
            ),
            (
                "another port",
                of_page("sec-fetch-site", "same-site"),
                403,
                "not for pages",
            ),
            (
                "nobody of that name",
                ask("no-such"),
                404,
                "there are admin, ",
            ),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{case}");
            assert_eq!(response.headers().get("access-control-allow-origin"), None);
            let said = response.text().await.unwrap();
            assert!(
                said.contains(text) && !said.contains("eyJ"),
                "{case}: {said}"
            );
        }
        for host in [
            "localhost:PORT",
            "LOCALHOST",
            "127.0.0.1:PORT",
            "[::1]:PORT",
            "[::1]",
        ] {
            let response = named(host).send().await.unwrap();
            assert_eq!(response.status(), 200, "{host}");
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(
                response.headers()["content-type"],
                "text/plain; charset=utf-8"
            );
            let token = response.text().await.unwrap();
            verified(token.trim_end(), &provider.jwks_url()).await;
        }
    }
}

#[tokio::test]
async fn the_token_of_an_access_key_is_a_session_token() {
    let issuer = start().await;
    let descope = issuer.descope();
    let address = format!("{}/_token/session", descope.base_url());
    let token = client()
        .get(address)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let (_, claims) = verified(token.trim_end(), &descope.jwks_url()).await;
    assert_eq!(claims["drn"], "DS");
}
