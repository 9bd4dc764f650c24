//! A person signs in with a browser on this machine: authorization code with PKCE (RFC 7636, RFC 8252).

use anyhow::{Context, Result, anyhow, bail};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::client::TokenResponse;
use tokio::time::timeout;
use url::form_urlencoded;

use super::Exchange;
use super::callback::Callback;

/// Prints where to sign in, waits for the browser, and redeems the code that it brings. Errors: the issuer refuses, there is no
/// sign-in in time, or the response is not the one to this request.
pub(super) async fn sign_in(exchange: &Exchange<'_>) -> Result<TokenResponse> {
    let Exchange {
        discovery, request, ..
    } = exchange;
    let token_endpoint = discovery.token_endpoint()?;
    let mut address = discovery.authorization_endpoint()?;
    let callback = Callback::bind(&request.redirect_uri).await?;
    let redirect_uri = callback.redirect_uri().to_string();
    let (state, verifier) = (random()?, random()?);
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let fields = request.fields(&[
        ("response_type", "code"),
        ("client_id", &request.client_id),
        ("redirect_uri", &redirect_uri),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    address.query_pairs_mut().extend_pairs(fields);
    exchange.ask(address.as_str(), "");
    let visit = timeout(request.time_limit(), callback.visit()).await;
    let visit = visit.map_err(|_| {
        let seconds = request.wait_seconds;
        anyhow!("no sign-in within {seconds} s: set --wait-seconds higher")
    })??;
    let expected = Expected {
        state: &state,
        issuer: discovery.issuer(),
        names_issuer: exchange.names_issuer,
    };
    let code = expected.code(&visit.query);
    visit.respond(code.is_ok()).await;
    let code = code?;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", &verifier),
    ];
    let (client, http) = (&exchange.client, &exchange.http);
    Ok(client.tokens(http, &token_endpoint, &fields).await?)
}

/// What the response to the request has to have.
struct Expected<'e> {
    state: &'e str,
    issuer: &'e str,
    /// Whether `iss` must be there.
    names_issuer: bool,
}

impl Expected<'_> {
    /// Returns the code of a response. Errors: it is not the response to this request, or a refusal.
    fn code(&self, query: &str) -> Result<String> {
        let parameter = |name: &str| {
            let pairs = form_urlencoded::parse(query.as_bytes());
            let mut values = pairs.filter(|(found, _)| found == name);
            match (values.next(), values.next()) {
                (value, None) => Ok(value.map(|(_, value)| value.into_owned())),
                _ => Err(anyhow!("the response of the browser has {name} twice")),
            }
        };
        if parameter("state")?.as_deref() != Some(self.state) {
            bail!(
                "the response of the browser belongs to another sign-in (state): close its other tabs and start again"
            );
        }
        match parameter("iss")? {
            Some(issuer) if issuer != self.issuer => bail!(
                "the response of the browser is of another issuer (iss): expected {}, got {issuer:?}",
                self.issuer
            ),
            None if self.names_issuer => bail!(
                "the response of the browser names no issuer (iss), and {} says that its responses do",
                self.issuer
            ),
            _ => {}
        }
        if let Some(error) = parameter("error")? {
            let description = parameter("error_description")?;
            bail!(super::refusal(&error, &description.unwrap_or_default()));
        }
        parameter("code")?.context("the response of the browser has no code")
    }
}

/// Returns 43 letters, digits, `-` and `_` that cannot be guessed.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow!("the random generator failed"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::Expected;

    #[test]
    fn only_the_response_to_this_request_gives_a_code() {
        for (names_issuer, query, words) in [
            (false, "", "another sign-in"),
            (false, "code=c", "another sign-in"),
            (false, "code=c&state=", "another sign-in"),
            (false, "code=c&state=S", "another sign-in"),
            (false, "error=access_denied", "another sign-in"),
            (false, "code=c&state=s&state=s", "state twice"),
            (false, "code=c&code=d&state=s", "code twice"),
            (
                false,
                "code=c&state=s&iss=https%3A%2F%2Fb.example",
                "another issuer",
            ),
            (
                true,
                "code=c&state=s&iss=https%3A%2F%2Fa.example%2F",
                "another issuer",
            ),
            (true, "code=c&state=s", "names no issuer"),
            (true, "error=access_denied&state=s", "names no issuer"),
            (false, "state=s", "no code"),
            (
                false,
                "code=c&state=s&error=access_denied&error_description=the+user+said+no",
                "access_denied: the user said no",
            ),
            (false, "error=invalid_scope&state=s", "invalid_scope"),
        ] {
            let expected = Expected {
                state: "s",
                issuer: "https://a.example",
                names_issuer,
            };
            let error = expected.code(query).unwrap_err().to_string();
            assert!(error.contains(words), "{query}: {error}");
        }
        for names_issuer in [true, false] {
            let expected = Expected {
                state: "s",
                issuer: "https://a.example",
                names_issuer,
            };
            let query = "state=s&code=a%2Bb&iss=https%3A%2F%2Fa.example&other=1";
            assert_eq!(expected.code(query).unwrap(), "a+b");
        }
    }
}
