//! `docs/requests.http`: a request for every route, and the status that each persona gets from a playground.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use local_issuer::{Persona, Personas};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Map, Value};

use super::{Playground, shell};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/requests.http");
const HEAD: &str = "# A request for every route of the services, for the playground (`cargo run`) and an editor that sends requests, such as
# VS Code with the extension REST Client: send the token requests below first, then any other; again once a token has ended.
# Above each request are the statuses that the personas get, in a new playground and from top to bottom.
# Pages and forms for a browser are left out; http://localhost:8000/docs has them.
#
# This file is generated from the OpenAPI documents and the responses: `cargo test --test page -- --ignored` writes it.

# The persona whose token the requests to descope-api and auth0-api carry.
@persona = admin

### A token of the persona, of the local Descope project
# @name descope
GET http://localhost:9000/_token/{{persona}}

### A token of the persona, of the local Auth0 tenant
# @name auth0
GET http://localhost:9001/_token/{{persona}}

### A token of the user demo, of the auth-server
# @name demo
POST http://localhost:8002/user/login
Content-Type: application/x-www-form-urlencoded

grant_type=password&username=demo&password=demo-password
";

/// A service of the playground, and who calls it.
struct Service {
    name: &'static str,
    /// Its usual address.
    shown: &'static str,
    address: String,
    /// The token of a request, as the file has it.
    variable: &'static str,
    /// Names and tokens.
    callers: Vec<(String, String)>,
    /// Prints a token for each request instead, because a request may end its session.
    login: Option<String>,
}

fn services(playground: &Playground) -> [Service; 4] {
    let address = |start: &str| {
        let lines = playground.page.iter();
        let mut words = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
        let line = words.find(|words| words.join(" ").starts_with(start));
        let url = line.and_then(|words| words.into_iter().find(|word| word.starts_with("http")));
        url.unwrap().trim_end_matches("/docs").to_owned()
    };
    let callers = |issuer: &str, personas: &[Persona]| {
        let names = personas.iter().map(|persona| persona.name.clone());
        let token = |name: &String| shell(&format!("curl -s {issuer}/_token/{name}"));
        let callers = names.map(|name| (name.clone(), token(&name).trim().to_owned()));
        callers.collect::<Vec<_>>()
    };
    let personas = Personas::built_in();
    let auth_server = address("auth-server");
    let login = format!(
        "curl -s {auth_server}/user/login -d grant_type=password -d username=demo -d password=demo-password \
         | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/'"
    );
    let demo = vec![("demo".to_owned(), String::new())];
    let service = |name, shown, variable, callers: &[_]| Service {
        name,
        shown,
        address: address(name),
        variable,
        callers: callers.to_vec(),
        login: Some(login.clone()).filter(|_| callers == demo),
    };
    let [descope, auth0] = [
        callers(&address("open this"), &personas.descope),
        callers(&address("http"), &personas.auth0),
    ];
    [
        service(
            "descope-api",
            "http://localhost:8000",
            "descope.response.body.*",
            &descope,
        ),
        service(
            "auth0-api",
            "http://localhost:8001",
            "auth0.response.body.*",
            &auth0,
        ),
        service(
            "billing-api",
            "http://localhost:8003",
            "demo.response.body.$.access_token",
            &demo,
        ),
        service(
            "auth-server",
            "http://localhost:8002",
            "demo.response.body.$.access_token",
            &demo,
        ),
    ]
}

/// The whole file, from a playground of its own.
async fn generated() -> String {
    let playground = Playground::start(&["--free-ports"]);
    let client = client();
    let mut file = HEAD.to_owned();
    for service in services(&playground) {
        let document = format!("{}/openapi.json", service.address);
        let document = client.get(document).send().await.unwrap();
        let document: Value = document.json().await.unwrap();
        let paths = document.get("paths").and_then(Value::as_object);
        for (path, operations) in paths.unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                if is_for_browsers(operation) {
                    continue;
                }
                let request = Request::new(&document, method, path, operation);
                let statuses = request.statuses(&client, &service).await;
                request.write(&mut file, &service, &statuses);
            }
        }
    }
    file
}

/// Whether it takes a form or a required query, or responds with nothing but a page.
fn is_for_browsers(operation: &Value) -> bool {
    let form = "/requestBody/content/application~1x-www-form-urlencoded";
    let content = operation.pointer("/responses/200/content");
    let content = content.and_then(Value::as_object);
    let is_text = |kind: &String| kind.starts_with("text/");
    let parameters = operation["parameters"].as_array();
    let mut parameters = parameters.into_iter().flatten();
    operation.pointer(form).is_some()
        || content.is_some_and(|content| content.keys().all(is_text))
        || parameters.any(|one| one["in"] == "query" && one["required"] == true)
}

/// A request with examples for what varies.
struct Request<'d> {
    method: String,
    path: String,
    summary: &'d str,
    is_public: bool,
    body: Option<Value>,
}

impl<'d> Request<'d> {
    fn new(document: &Value, method: &str, path: &str, operation: &'d Value) -> Self {
        let mut path = path.to_owned();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let value = match parameter.pointer("/schema/type") {
                Some(kind) if kind == "integer" => "1",
                // Those of the personas.
                _ if name == "tenant_id" => "T2LocalAcme00000000000000000",
                _ if name == "org_id" => "org_2LocalAcme000000",
                _ if name.ends_with("_id") => "019a2f6e-0000-7000-8000-000000000000",
                _ => name,
            };
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let schema = operation.pointer("/requestBody/content/application~1json/schema");
        Self {
            method: method.to_uppercase(),
            path,
            summary: operation["summary"].as_str().unwrap_or_default(),
            is_public: operation["security"] == Value::Array(Vec::new()),
            body: schema.map(|schema| sample(document, schema)),
        }
    }

    /// Who gets which status.
    async fn statuses<'s>(
        &self,
        client: &Client,
        service: &'s Service,
    ) -> BTreeMap<u16, Vec<&'s str>> {
        let mut callers = vec![("no token", None)];
        if !self.is_public {
            let with_token = service.callers.iter();
            callers.extend(with_token.map(|(name, token)| {
                let new = service.login.as_deref().map(shell);
                let token = new.unwrap_or_else(|| token.clone());
                (name.as_str(), Some(token.trim().to_owned()))
            }));
        }
        let mut statuses: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, token) in callers {
            let url = format!("{}{}", service.address, self.path);
            let mut request =
                client.request(Method::from_bytes(self.method.as_bytes()).unwrap(), url);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            if let Some(body) = &self.body {
                request = request.json(body);
            }
            let status = request.send().await.unwrap().status().as_u16();
            statuses.entry(status).or_default().push(name);
        }
        statuses
    }

    fn write(&self, file: &mut String, service: &Service, statuses: &BTreeMap<u16, Vec<&str>>) {
        let (method, path) = (&self.method, &self.path);
        write!(file, "\n### {}: {}\n", service.name, self.summary).unwrap();
        for (status, callers) in statuses {
            let callers = match self.is_public {
                true => "any caller".to_owned(),
                false => callers.join(", "),
            };
            writeln!(file, "# {status}: {callers}").unwrap();
        }
        writeln!(file, "{method} {}{path}", service.shown).unwrap();
        if !self.is_public {
            writeln!(file, "Authorization: Bearer {{{{{}}}}}", service.variable).unwrap();
        }
        if let Some(body) = &self.body {
            writeln!(file, "Content-Type: application/json\n\n{body:#}").unwrap();
        }
    }
}

/// A value of the schema: its examples, or the simplest value.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return sample(document, target.unwrap());
    }
    if let Some(example) = schema
        .get("example")
        .or_else(|| schema.pointer("/examples/0"))
    {
        return example.clone();
    }
    if let Some(value) = schema.pointer("/enum/0") {
        return value.clone();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        let mut schemas = schema[several].as_array().into_iter().flatten();
        if let Some(first) = schemas.find(|schema| schema["type"] != "null") {
            return sample(document, first);
        }
    }
    let kinds = schema["type"].as_array().and_then(|kinds| kinds.first());
    let kind = kinds.unwrap_or(&schema["type"]).as_str();
    match kind {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let members = properties.map(|(name, schema)| (name.clone(), sample(document, schema)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Some("array") => vec![sample(document, &schema["items"])].into(),
        Some("integer" | "number") => 1.into(),
        Some("boolean") => false.into(),
        _ => "text".into(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test needs a client without redirects, and no certificates"
)]
fn client() -> Client {
    let client = Client::builder().timeout(Duration::from_secs(30));
    let client = client.redirect(Policy::none()).no_proxy();
    client.tls_certs_only([]).build().unwrap()
}

#[tokio::test]
async fn the_file_of_requests_is_what_the_playground_responds() {
    let written = std::fs::read_to_string(FILE).unwrap();
    let generated = generated().await;
    let different = written.lines().zip(generated.lines()).find(|(a, b)| a != b);
    assert!(
        written == generated,
        "docs/requests.http is not what a playground says, first at {different:?}: \
         `cargo test --test page -- --ignored` writes it"
    );
}

#[tokio::test]
#[ignore = "writes docs/requests.http"]
async fn write_the_file_of_requests() {
    std::fs::write(FILE, generated().await).unwrap();
}
