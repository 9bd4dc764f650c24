//! Getting a token.

mod callback;
mod code;
mod device;

use std::io::{self, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use identity_core::client::{ClientAuthentication, OAuthClient, TokenResponse};
use identity_core::discovery::Discovery;
use identity_core::http::HttpClient;
use serde_json::{Value, json};
use url::Url;

use crate::discover::Metadata;
use crate::report::{Report, plain};
use crate::resource;

/// What to ask for, and how. The secret is read from CLIENT_SECRET; with the client credentials grant also from the
/// standard input.
#[derive(Debug, Args)]
pub struct TokenArguments {
    /// The issuer, or the address of its metadata.
    #[arg(env = "DISCOVERY_URL", required_unless_present = "api")]
    url: Option<Url>,
    /// Asks the API at this address for its issuer (RFC 9728), instead of being given the issuer.
    #[arg(long = "for", value_name = "API")]
    api: Option<Url>,
    /// How to get the token: `client-credentials` if CLIENT_SECRET or the standard input has a secret, otherwise `code`.
    #[arg(long)]
    flow: Option<Flow>,
    /// The client's id.
    #[arg(long, env = "CLIENT_ID")]
    client_id: String,
    /// The scopes to ask for, separated by spaces.
    #[arg(long, env = "SCOPE")]
    scope: Option<String>,
    /// The API that the token is for. Auth0 needs it.
    #[arg(long, env = "AUDIENCE")]
    audience: Option<String>,
    /// One more parameter of the first request, such as organization=acme. May be repeated.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// Sends the secret in the Authorization header instead of the body.
    #[arg(long)]
    basic: bool,
    /// Where the browser brings the code: an address of this machine that is registered for the client. Without a port, a
    /// free one is taken.
    #[arg(long, default_value = "http://127.0.0.1/callback", value_parser = callback::address)]
    redirect_uri: Url,
    /// Opens the address to sign in at in a browser, besides printing it.
    #[arg(long)]
    browser: bool,
    /// How long a person has to sign in.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    wait_seconds: u64,
    #[arg(env = "CLIENT_SECRET", hide = true, hide_env_values = true, long)]
    client_secret: Option<String>,
}

/// How a token is got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Flow {
    /// As the client itself, with its secret (RFC 6749, section 4.4).
    ClientCredentials,
    /// A person signs in on this or another device, with a code that is printed (RFC 8628).
    Device,
    /// A person signs in with a browser on this machine: authorization code with PKCE (RFC 8252).
    Code,
}

/// The issuer and the client of a request.
struct Exchange<'r> {
    http: HttpClient,
    discovery: Discovery,
    /// Whether each response of the authorization endpoint names the issuer (RFC 9207).
    names_issuer: bool,
    client: OAuthClient,
    request: &'r TokenArguments,
}

/// Gets a token. The text of the report is the access token alone.
pub async fn report(http: HttpClient, request: &TokenArguments) -> Result<Report> {
    let url = request.issuer(&http).await?;
    let metadata = Metadata::fetch(&http, &url).await?;
    let names_issuer = "authorization_response_iss_parameter_supported";
    let names_issuer = metadata.members.get(names_issuer) == Some(&Value::Bool(true));
    let flow = request.flow();
    let exchange = Exchange {
        http,
        discovery: metadata.checked?,
        names_issuer,
        client: OAuthClient {
            id: request.client_id.clone(),
            secret: request.secret(flow)?.map(Into::into),
            authentication: match request.basic {
                true => ClientAuthentication::Basic,
                false => ClientAuthentication::Post,
            },
        },
        request,
    };
    let tokens = match flow {
        Flow::ClientCredentials => exchange.client_credentials().await?,
        Flow::Device => device::sign_in(&exchange).await?,
        Flow::Code => code::sign_in(&exchange).await?,
    };
    Ok(shown(&tokens))
}

fn shown(tokens: &TokenResponse) -> Report {
    let access = tokens.access_token();
    let mut report = Report::default();
    report.add("access_token", access);
    report.add("scope", tokens.scope().map_or(json!(null), Into::into));
    let lifetime = tokens.lifetime().map(|lifetime| lifetime.as_secs());
    report.add("expires_in", lifetime.map_or(json!(null), Into::into));
    for (name, token) in [
        ("refresh_token", tokens.refresh_token()),
        ("id_token", tokens.id_token()),
    ] {
        if let Some(token) = token {
            report.add(name, token);
        }
    }
    report.with_text(format!("{}\n", plain(access)))
}

impl TokenArguments {
    /// Returns the issuer. Errors: the API does not say which one it is.
    async fn issuer(&self, http: &HttpClient) -> Result<Url> {
        match &self.api {
            Some(api) => resource::issuer_of(http, api).await,
            None => self.url.clone().context("the issuer is missing"),
        }
    }

    fn flow(&self) -> Flow {
        let has_secret = self.client_secret.is_some() || !io::stdin().is_terminal();
        self.flow.unwrap_or(match has_secret {
            true => Flow::ClientCredentials,
            false => Flow::Code,
        })
    }

    fn secret(&self, flow: Flow) -> Result<Option<String>> {
        match (&self.client_secret, flow) {
            (None, Flow::ClientCredentials) => {
                let secret = read("the client's secret", "CLIENT_SECRET");
                secret.map(Some).map_err(|error| {
                    anyhow!("{error:#}; --flow code or --flow device signs a person in instead")
                })
            }
            (secret, _) => Ok(secret.clone()),
        }
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(self.wait_seconds)
    }

    /// Returns these fields of a request, and what is asked for.
    fn fields<'f>(&'f self, own: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
        let mut fields = own.to_vec();
        for (name, value) in [("scope", &self.scope), ("audience", &self.audience)] {
            fields.extend(value.as_deref().map(|value| (name, value)));
        }
        let more = self.parameters.iter();
        fields.extend(more.map(|(name, value)| (&**name, &**value)));
        fields
    }
}

impl Exchange<'_> {
    async fn client_credentials(&self) -> Result<TokenResponse> {
        let url = self.discovery.token_endpoint()?;
        let fields = self.request.fields(&[("grant_type", "client_credentials")]);
        Ok(self.client.tokens(&self.http, &url, &fields).await?)
    }

    /// Asks a person to sign in at this address; `how` says what else to do there.
    fn ask(&self, address: &str, how: &str) {
        let address = plain(address);
        let sentence = format!("sign in at\n\n    {address}\n\n{}", plain(how));
        drop(writeln!(io::stderr(), "{}", sentence.trim_end()));
        if self.request.browser && !open(&address) {
            drop(writeln!(io::stderr(), "no browser can be opened"));
        }
    }
}

/// Returns why the issuer gives no token after a sign-in, and what to do.
fn refusal(code: &str, description: &str) -> String {
    let text = match description {
        "" => code.to_owned(),
        description => format!("{code}: {description}"),
    };
    let remedy = match code {
        "access_denied" => "; sign in again and agree, or as a user who may use this client",
        _ => "",
    };
    plain(&format!("the sign-in was refused: {text}{remedy}"))
}

/// Opens the address in the browser of this desktop. Returns whether there is a program for it.
fn open(address: &str) -> bool {
    // No shell reads the address, which is the issuer's.
    let (program, arguments): (_, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("rundll32", &["url.dll,FileProtocolHandler"]),
        _ => ("xdg-open", &[]),
    };
    let is_address = ["https://", "http://"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    let mut command = Command::new(program);
    command.args(arguments).arg(address);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    is_address && command.stderr(Stdio::null()).spawn().is_ok()
}

/// Parameters that the program sets itself.
const OWN: [&str; 12] = [
    "audience",
    "client_id",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "redirect_uri",
    "request",
    "response_mode",
    "response_type",
    "scope",
    "state",
];

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, _)) if OWN.contains(&name) => Err(format!("{name} is set by the program")),
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// Returns a token without the scheme of an `Authorization` header.
pub fn bare(given: &str) -> &str {
    let given = given.trim();
    given.strip_prefix("Bearer ").unwrap_or(given).trim()
}

/// Reads a secret from the standard input, up to 64 KiB. Errors: nothing is there.
pub fn read(what: &str, variable: &str) -> Result<String> {
    let missing = || format!("{what} is missing: set {variable}, or give it on the standard input");
    read_if_there(what)?.with_context(missing)
}

/// As [`read`], but returns `None` if nothing is there.
pub fn read_if_there(what: &str) -> Result<Option<String>> {
    let mut text = String::new();
    let input = io::stdin().lock();
    let read = input.take(64 * 1024).read_to_string(&mut text);
    read.with_context(|| format!("{what} cannot be read from the standard input"))?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
