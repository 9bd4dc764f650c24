use local_issuer::{Signer, TokenKind};

use super::both;
use crate::support::{start, start_with_own_keys, verified};

#[tokio::test]
async fn a_minted_token_is_in_a_text_area_and_verifies() {
    let issuer = start().await;
    for (mut browser, provider) in both(&issuer)
        .await
        .into_iter()
        .zip([&**issuer.descope(), &**issuer.auth0()])
    {
        assert_eq!(browser.submit("mint", &[("persona", "no-such")]).await, 422);
        assert!(!browser.html.contains("eyJ"));
        assert_eq!(browser.submit("mint", &[("persona", "admin")]).await, 200);
        let (_, token) = browser.html.split_once("autofocus>").unwrap();
        let token = token.split('<').next().unwrap().to_owned();
        verified(&token, &provider.jwks_url()).await;

        let pasted = format!("  Bearer {token}\n");
        assert_eq!(browser.submit("inspect", &[("token", &pasted)]).await, 200);
        assert!(
            browser.html.contains("Verified: the signature is right"),
            "{}",
            browser.html
        );
        assert!(browser.html.contains("&#34;sub&#34;") && browser.html.contains("RS256"));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_said() {
    let (issuer, other) = (start_with_own_keys().await, start_with_own_keys().await);
    let provider = issuer.auth0();
    let mint = || provider.mint("viewer", TokenKind::Access).unwrap();
    let withheld = provider.publish(local_issuer::Algorithm::Es256).unwrap();
    provider.withhold(&withheld);
    let foreign = other.auth0().mint("viewer", TokenKind::Access).unwrap();
    // The token, and what the page says.
    let rows = [
        ("x".to_owned(), "three parts"),
        ("a.b.c".to_owned(), "the header cannot be read"),
        (foreign.token().unwrap(), "none of this provider"),
        (mint().without_header("kid").token().unwrap(), "has no kid"),
        (
            mint().header("alg", "none").token().unwrap(),
            "its key is for RS256",
        ),
        (
            mint().corrupted_signature().token().unwrap(),
            "the signature is wrong",
        ),
        (
            mint()
                .signed_by(Signer::Published(withheld))
                .token()
                .unwrap(),
            "withheld",
        ),
        (mint().expires_in(-1).token().unwrap(), "it has expired"),
        (
            mint().without_claim("exp").token().unwrap(),
            "it has no exp",
        ),
        (
            mint().claim("nbf", provider.now() + 60).token().unwrap(),
            "Not valid yet",
        ),
        (
            mint().claim("name", "<script>").token().unwrap(),
            "Verified: the signature is right",
        ),
    ];
    let [_, mut browser] = both(&issuer).await;
    for (token, said) in rows {
        assert_eq!(browser.submit("inspect", &[("token", &token)]).await, 200);
        let (_, verdict) = browser.html.split_once("id=\"inspected\">").unwrap();
        let verdict = verdict.split("</h2>").next().unwrap();
        assert!(verdict.contains(said), "{said}: {verdict}");
        assert!(!browser.html.contains("<script"), "a claim is text");
    }
}
