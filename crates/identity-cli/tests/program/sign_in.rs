//! People who sign in: at the local issuers, and at auth-server.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::{JoinHandle, spawn};

use local_issuer::ProviderHandle;
use serde_json::{Value, json};
use url::Url;

use crate::auth_server::AuthServer;
use crate::browser::{Browser, location};
use crate::{Variables, fault, identity, issuer, outcome, parsed};

const SCOPE: &str = "openid profile email read:messages offline_access";

/// The program while it waits for a person.
pub struct Waiting {
    child: Child,
    /// Where to sign in.
    pub address: String,
    messages: JoinHandle<String>,
}

/// Starts `identity token` with these arguments, without a terminal.
pub async fn token(arguments: &[&str]) -> Waiting {
    let arguments = arguments.join("\n");
    let start = move || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_identity"))
            .env_clear()
            .current_dir(std::env::temp_dir())
            .args(["token", "--json"])
            .args(arguments.lines())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let messages = BufReader::new(child.stderr.take().unwrap());
        let mut lines = messages.lines().map(Result::unwrap);
        let address = lines.find(|line| line.starts_with("    http")).unwrap();
        Waiting {
            child,
            address: address.trim().to_owned(),
            messages: spawn(move || lines.collect::<Vec<_>>().join("\n")),
        }
    };
    tokio::task::spawn_blocking(start).await.unwrap()
}

impl Waiting {
    /// Returns the exit code, and the JSON or the messages after the address.
    pub async fn end(self) -> (i32, Value) {
        let end = move || {
            let output = self.child.wait_with_output().unwrap();
            let messages = self.messages.join().unwrap();
            let found = serde_json::from_slice(&output.stdout);
            (
                output.status.code().unwrap(),
                found.unwrap_or_else(|_| messages.into()),
            )
        };
        tokio::task::spawn_blocking(end).await.unwrap()
    }
}

/// Returns the arguments for a person's sign-in at one side of the local issuer.
fn at<'a>(side: &'a ProviderHandle, url: &'a str, flow: &'a str) -> Vec<&'a str> {
    let mut arguments = vec![
        url,
        "--flow",
        flow,
        "--client-id",
        "local-app",
        "--scope",
        SCOPE,
    ];
    if side.issuer().ends_with('/') {
        arguments.extend(["--audience", side.audience()]);
    }
    arguments
}

#[tokio::test]
async fn what_cannot_start_is_one_sentence_that_says_what_to_do() {
    let issuer = issuer().await;
    let url = issuer.auth0().discovery_url();
    let apps = format!(
        "{}/v1/apps/{}",
        issuer.descope().base_url(),
        issuer.descope().project_id()
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("http://{}/callback", taken.local_addr().unwrap());
    let project = issuer.descope().discovery_url();
    let (url, apps, project, taken) = (&*url, &*apps, &*project, &*taken);
    for (code, words, arguments) in [
        (
            1,
            "cannot be reached",
            vec!["http://127.0.0.1:9/", "--flow", "code"],
        ),
        (1, "--flow code", vec![apps, "--flow", "device"]),
        (
            1,
            "--redirect-uri",
            vec![url, "--flow", "code", "--redirect-uri", taken],
        ),
        (1, "--flow device", vec![url]),
        (
            1,
            "openid",
            vec![project, "--flow", "device", "--scope", "profile"],
        ),
        (
            2,
            "an address of this machine",
            vec![url, "--redirect-uri", "https://127.0.0.1/"],
        ),
        (
            2,
            "an address of this machine",
            vec![url, "--redirect-uri", "http://a.example/"],
        ),
        (
            2,
            "an address of this machine",
            vec![url, "--redirect-uri", "http://a@localhost/"],
        ),
        (2, "set by the program", vec![url, "--parameter", "state=s"]),
        (2, "NAME=VALUE", vec![url, "--parameter", "state"]),
    ] {
        let arguments = [&["token", "--client-id", "local-app"], &*arguments].concat();
        let (status, message) = outcome(&arguments, "").await;
        let message = message.as_str().unwrap();
        assert_eq!(status, code, "{arguments:?} {message}");
        assert!(message.contains(words), "{arguments:?} {message}");
        assert!(code == 2 || message.lines().count() == 1, "{message}");
    }
}

#[tokio::test]
async fn a_browser_that_brings_no_code_of_this_sign_in_gives_no_token() {
    let issuer = issuer().await;
    for side in [&**issuer.descope(), &**issuer.auth0()] {
        let url = side.discovery_url();
        let browser = Browser::new();
        let changed = async |change: &dyn Fn(&str) -> String| {
            let program = token(&at(side, &url, "code")).await;
            let hinted = format!("{}&prompt=none&login_hint=viewer", program.address);
            let back = location(&browser.get(&hinted).await);
            let page = browser.get(&change(&back)).await;
            assert_eq!(page.status, 400, "{}", page.html);
            program.end().await
        };
        let (status, message) = changed(&|back| back.replace("state=", "state=x")).await;
        assert_eq!(status, 1, "{message}");
        assert!(
            message
                .as_str()
                .unwrap()
                .contains("another sign-in (state)"),
            "{message}"
        );
        let (status, message) = changed(&|back| back.replace("iss=http", "iss=https")).await;
        assert_eq!(status, 1, "{message}");
        assert!(
            message.as_str().unwrap().contains("another issuer (iss)"),
            "{message}"
        );

        let program = token(&at(side, &url, "code")).await;
        // This one has no session.
        let browser = Browser::new();
        let page = browser.get(&program.address).await;
        let back = location(&browser.press(&page, &[("cancel", "1")]).await);
        assert_eq!(browser.get(&back).await.status, 400);
        let (status, message) = program.end().await;
        assert_eq!(status, 1, "{message}");
        assert!(
            message.as_str().unwrap().contains("access_denied"),
            "{message}"
        );
    }
    let url = issuer.auth0().discovery_url();
    let arguments = [
        at(issuer.auth0(), &url, "code"),
        vec!["--wait-seconds", "1"],
    ]
    .concat();
    let (status, message) = token(&arguments).await.end().await;
    assert_eq!(status, 1, "{message}");
    assert!(
        message.as_str().unwrap().contains("--wait-seconds"),
        "{message}"
    );
}

#[tokio::test]
async fn a_person_signs_in_with_a_browser_and_the_doctor_explains_the_token() {
    let issuer = issuer().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    let auth0_issuer = auth0.issuer();
    let rows: [(&ProviderHandle, &str, Variables<'_>, &str); 2] = [
        (
            descope,
            "descope-api",
            &[
                ("DESCOPE_PROJECT_ID", descope.project_id()),
                ("DESCOPE_BASE_URL", descope.issuer_base()),
            ],
            "GET /api/admin/users: 403 missing_role: Missing required role: admin",
        ),
        (
            auth0,
            "auth0-api",
            &[
                ("AUTH0_DOMAIN", "dev-example.us.auth0.com"),
                ("AUTH0_API_AUDIENCE", auth0.audience()),
                ("AUTH0_ISSUER", &auth0_issuer),
            ],
            "GET /api/admin: 403 missing_permission",
        ),
    ];
    for (side, service, variables, refused) in rows {
        let url = side.discovery_url();
        let program = token(&at(side, &url, "code")).await;
        let address: Url = program.address.parse().unwrap();
        let asked = |name: &str| {
            address
                .query_pairs()
                .find(|(found, _)| found == name)
                .unwrap()
                .1
        };
        assert_eq!(asked("code_challenge_method"), "S256");
        assert!(asked("redirect_uri").starts_with("http://127.0.0.1:"));
        let browser = Browser::new();
        let icon = Url::parse(&asked("redirect_uri"))
            .unwrap()
            .join("/favicon.ico");
        assert_eq!(browser.get(icon.unwrap().as_str()).await.status, 404);
        let page = browser.get(address.as_str()).await;
        let back = location(&browser.press(&page, &[("persona", "viewer")]).await);
        let page = browser.get(&back).await;
        assert!(page.html.contains("close this page"), "{}", page.html);
        let (status, found) = program.end().await;
        assert_eq!(status, 0, "{found}");
        assert!(
            found["refresh_token"].is_string() && found["id_token"].is_string(),
            "{found}"
        );

        let token = found["access_token"].as_str().unwrap();
        let arguments = ["doctor", "--service", service, "--json"];
        let (status, found) = parsed(identity(&arguments, variables, token).await);
        assert_eq!((status, fault(&found)), (0, ""), "{found}");
        let routes = found["routes"].to_string();
        assert!(routes.contains(refused), "{routes}");
        assert!(routes.contains("GET /api/private: allowed"), "{routes}");
    }
}

#[tokio::test]
async fn a_device_gets_its_token_when_a_person_agrees() {
    let issuer = issuer().await;
    let decided = async |side: &ProviderHandle, decision: &str| {
        let url = side.discovery_url();
        let program = token(&at(side, &url, "device")).await;
        let browser = Browser::new();
        let mut page = browser.get(&program.address).await;
        let (_, code) = program.address.split_once("user_code=").unwrap();
        for button in [
            ("user_code", code),
            ("persona", "viewer"),
            ("decision", decision),
        ] {
            page = browser.press(&page, &[button]).await;
            assert_eq!(page.status, 200, "{}", page.html);
        }
        program.end().await
    };
    // Each waits for the issuer's interval, 5 s.
    let (descope, auth0) = (&**issuer.descope(), &**issuer.auth0());
    let ((denied, message), (one, descope), (other, auth0)) = tokio::join!(
        decided(auth0, "deny"),
        decided(descope, "allow"),
        decided(auth0, "allow")
    );
    assert_eq!(denied, 1, "{message}");
    assert!(
        message.as_str().unwrap().contains("access_denied"),
        "{message}"
    );
    for (status, found) in [(one, descope), (other, auth0)] {
        assert_eq!(status, 0, "{found}");
        assert!(
            found["access_token"].is_string() && found["refresh_token"].is_string(),
            "{found}"
        );
    }
}

#[tokio::test]
async fn a_person_signs_in_at_auth_server() {
    let server = AuthServer::start();
    let owner = json!({
        "user": {"username": "owner", "password": "a long password", "primary_email": "owner@example.com"},
        "org": {"name": "o", "domain": "o.example.com", "type": "teams", "mfa_enabled": false},
    });
    let browser = Browser::new();
    let signed_up = browser
        .post_json(&format!("{}/user/signup", server.issuer), &owner)
        .await;
    assert_eq!(signed_up.status, 200, "{}", signed_up.html);
    let arguments = [
        &*server.issuer,
        "--flow",
        "code",
        "--client-id",
        "identity",
        "--scope",
        "openid",
    ];
    let program = token(&arguments).await;
    let page = browser.get(&program.address).await;
    let fields = [("username", "owner"), ("password", "a long password")];
    let back = location(&browser.press(&page, &fields).await);
    assert_eq!(browser.get(&back).await.status, 200);
    let (status, found) = program.end().await;
    assert_eq!(status, 0, "{found}");
    let token = found["access_token"].as_str().unwrap();
    let arguments = ["doctor", "--service", "billing-api", "--json"];
    let (status, found) = parsed(identity(&arguments, &[("ISSUER", &server.issuer)], token).await);
    assert_eq!((status, fault(&found)), (0, ""), "{found}");
    assert!(found["routes"].to_string().contains("403"), "{found}");
}
