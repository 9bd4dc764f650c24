//! What a client does. Each flow fails by an error.

use anyhow::{Context, Result, bail, ensure};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreDeviceAuthorizationResponse, CoreIdToken, CoreRevocableToken,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, CsrfToken, DeviceAuthorizationUrl,
    EndSessionUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, RevocationUrl, Scope, TokenResponse,
};

use crate::browser::Browser;
use crate::issuer::{Issuer, Oidc, REDIRECT_URI};

/// A person who has come back with a code.
struct Arrived {
    client: Oidc,
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    nonce: Nonce,
    browser: Browser,
}

/// A person who is signed in.
struct SignedIn {
    client: Oidc,
    tokens: CoreTokenResponse,
    nonce: Nonce,
    browser: Browser,
}

impl Arrived {
    async fn at(issuer: &Issuer) -> Result<Self> {
        let client = issuer.client()?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(scopes(issuer))
            .set_pkce_challenge(challenge);
        if let Some(audience) = issuer.audience {
            request = request.add_extra_param("audience", audience);
        }
        let (url, state, nonce) = request.url();
        let mut browser = issuer.browser();
        browser.open(url).await?;
        browser.press(&issuer.person).await?;
        let back = browser.location()?;
        let parameter = |name: &str| {
            let mut pairs = back.query_pairs().into_owned();
            let found = pairs.find(|(found, _)| found == name);
            found
                .map(|(_, value)| value)
                .with_context(|| format!("no {name} in {back}"))
        };
        ensure!(back.as_str().starts_with(REDIRECT_URI), "{back}");
        ensure!(parameter("state")? == *state.secret(), "state in {back}");
        ensure!(
            parameter("iss")? == **issuer.metadata.issuer(),
            "iss in {back}"
        );
        Ok(Self {
            code: AuthorizationCode::new(parameter("code")?),
            client,
            verifier,
            nonce,
            browser,
        })
    }
}

impl SignedIn {
    async fn at(issuer: &Issuer) -> Result<Self> {
        let Arrived {
            client,
            code,
            verifier,
            nonce,
            browser,
        } = Arrived::at(issuer).await?;
        let request = client.exchange_code(code)?.set_pkce_verifier(verifier);
        let tokens = request.request_async(&issuer.http).await?;
        Ok(Self {
            client,
            tokens,
            nonce,
            browser,
        })
    }

    fn id_token(&self) -> Result<&CoreIdToken> {
        self.tokens.id_token().context("no ID token")
    }
}

/// Returns an access token of the person.
pub async fn access_token(issuer: &Issuer) -> Result<String> {
    let signed_in = SignedIn::at(issuer).await?;
    Ok(signed_in.tokens.access_token().secret().clone())
}

pub async fn refused(issuer: &Issuer) -> Result<()> {
    let Arrived { client, code, .. } = Arrived::at(issuer).await?;
    let (_, other) = PkceCodeChallenge::new_random_sha256();
    let request = client.exchange_code(code)?.set_pkce_verifier(other);
    if request.request_async(&issuer.http).await.is_ok() {
        bail!("a wrong verifier is accepted");
    }
    let signed_in = SignedIn::at(issuer).await?;
    let verifier = signed_in.client.id_token_verifier();
    let claims = signed_in.id_token()?;
    match claims.claims(&verifier, &Nonce::new_random()) {
        Err(ClaimsVerificationError::InvalidNonce(_)) => Ok(()),
        other => bail!("a wrong nonce: {other:?}"),
    }
}

pub async fn sign_in(issuer: &Issuer) -> Result<()> {
    let signed_in = SignedIn::at(issuer).await?;
    let (client, tokens) = (&signed_in.client, &signed_in.tokens);
    let (id_token, verifier) = (signed_in.id_token()?, client.id_token_verifier());
    let claims = id_token.claims(&verifier, &signed_in.nonce)?;
    let (algorithm, key) = (id_token.signing_alg()?, id_token.signing_key(&verifier)?);
    let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)?;
    ensure!(
        claims.access_token_hash() == Some(&hash),
        "at_hash: {claims:?}"
    );
    let subject = claims.subject().clone();
    let request = client.user_info(tokens.access_token().clone(), Some(subject))?;
    let info: CoreUserInfoClaims = request.request_async(&issuer.http).await?;
    ensure!(info.email().is_some(), "no email: {info:?}");
    Ok(())
}

pub async fn refresh(issuer: &Issuer) -> Result<()> {
    let SignedIn { client, tokens, .. } = SignedIn::at(issuer).await?;
    let token = tokens.refresh_token().context("no refresh token")?;
    let request = client.exchange_refresh_token(token)?;
    let newer = request.request_async(&issuer.http).await?;
    let request = client.user_info(newer.access_token().clone(), None)?;
    let _: CoreUserInfoClaims = request.request_async(&issuer.http).await?;
    if let Some(id_token) = newer.id_token() {
        // It need not have the nonce.
        id_token.claims(&client.id_token_verifier(), |_: Option<&Nonce>| Ok(()))?;
    }
    Ok(())
}

pub async fn revocation(issuer: &Issuer, url: RevocationUrl) -> Result<()> {
    let SignedIn { client, tokens, .. } = SignedIn::at(issuer).await?;
    let token = tokens.refresh_token().context("no refresh token")?.clone();
    let revoked = CoreRevocableToken::RefreshToken(token.clone());
    let revoking = client.clone().set_revocation_url(url);
    revoking
        .revoke_token(revoked)?
        .request_async(&issuer.http)
        .await?;
    let request = client.exchange_refresh_token(&token)?;
    match request.request_async(&issuer.http).await {
        Ok(_) => bail!("a revoked token is accepted"),
        Err(_) => Ok(()),
    }
}

pub async fn sign_out(issuer: &Issuer, url: EndSessionUrl) -> Result<()> {
    let mut signed_in = SignedIn::at(issuer).await?;
    let state = CsrfToken::new_random();
    let address = LogoutRequest::from(url)
        .set_id_token_hint(signed_in.id_token()?)
        .set_client_id(signed_in.client.client_id().clone())
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(REDIRECT_URI.to_owned())?)
        .set_state(state.clone())
        .http_get_url();
    let browser = &mut signed_in.browser;
    browser.open(address).await?;
    if browser.location().is_err() {
        // The issuer asks the person.
        browser.press(&[]).await?;
    }
    let back = browser.location()?;
    let expected = format!("{REDIRECT_URI}?state={}", state.secret());
    ensure!(back.as_str() == expected, "{back}");
    Ok(())
}

pub async fn device(issuer: &Issuer, url: DeviceAuthorizationUrl) -> Result<()> {
    let client = issuer.client()?.set_device_authorization_url(url);
    let mut request = client.exchange_device_code().add_scopes(scopes(issuer));
    if let Some(audience) = issuer.audience {
        request = request.add_extra_param("audience", audience);
    }
    let details: CoreDeviceAuthorizationResponse = request.request_async(&issuer.http).await?;
    let address = details
        .verification_uri_complete()
        .context("no complete address")?;
    let mut browser = issuer.browser();
    browser.open(address.secret().parse()?).await?;
    let code = details.user_code().secret().clone();
    browser.press(&[("user_code", code)]).await?;
    browser.press(&issuer.person).await?;
    browser.press(&[("decision", "allow".to_owned())]).await?;
    let request = client.exchange_device_access_token(&details)?;
    let tokens = request
        .request_async(&issuer.http, tokio::time::sleep, None)
        .await?;
    ensure!(tokens.id_token().is_some(), "no ID token");
    Ok(())
}

pub async fn client_credentials(issuer: &Issuer) -> Result<()> {
    let client = issuer.machine_client();
    let mut request = client.exchange_client_credentials()?;
    if let Some(audience) = issuer.audience {
        request = request.add_extra_param("audience", audience);
    }
    let tokens = request.request_async(&issuer.http).await?;
    ensure!(tokens.expires_in().is_some(), "no expires_in");
    Ok(())
}

fn scopes(issuer: &Issuer) -> impl Iterator<Item = Scope> {
    let scopes = issuer.scopes.iter();
    scopes.map(|scope| Scope::new((*scope).to_owned()))
}
