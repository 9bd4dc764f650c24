//! Acknowledged writes survive a killed process.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use local_issuer::LocalIssuer;

use crate::world::{ALL, Environment, Service, good, new_invoice, quick};

#[actix_web::test]
async fn sqlite_keeps_every_acknowledged_invoice_through_a_kill() {
    survives_a_kill(|environment| environment).await;
}

#[actix_web::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn postgres_keeps_every_acknowledged_invoice_through_a_kill() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that is run with a server says where it is"
    )]
    let url = std::env::var("TEST_POSTGRES_URL").unwrap();
    survives_a_kill(|environment| environment.with("DATABASE_URL", &url)).await;
}

async fn survives_a_kill(with_database: impl FnOnce(Environment) -> Environment) {
    let issuer = LocalIssuer::start(quick()).await.unwrap();
    let environment = with_database(Environment::of(issuer.auth0()));
    // A persistent database may have invoices of an earlier run.
    let organization = environment.folder().path().display().to_string();
    let token = good(issuer.auth0(), ALL).claim("org_id", organization);
    let token = token.token().unwrap();

    let (program, output, service) = start(&environment).await;
    let (program, acknowledged) = (RefCell::new(program), RefCell::new(BTreeSet::new()));
    let write = async |writer: &str| {
        for number in 0.. {
            let number = format!("{writer}-{number}");
            let request = service.request("POST", "/billing/invoices");
            let answer = request
                .bearer_auth(&token)
                .json(&new_invoice(&number))
                .send()
                .await;
            let Ok(answer) = answer else { break };
            assert_eq!(answer.status(), 201, "{number}");
            acknowledged.borrow_mut().insert(number);
            if acknowledged.borrow().len() == 60 {
                program.borrow_mut().kill().unwrap();
            }
        }
    };
    tokio::join!(write("a"), write("b"), write("c"), write("d"));
    program.borrow_mut().wait().unwrap();
    drop(output);
    let acknowledged = acknowledged.into_inner();
    assert!(acknowledged.len() >= 60, "{}", acknowledged.len());

    let service = environment.start().await;
    service.until_ready().await;
    let mut kept = BTreeSet::new();
    let mut path = "/billing/invoices?limit=100".to_owned();
    loop {
        let page = service.call("GET", &path, Some(&token), None).await;
        for invoice in page.body["invoices"].as_array().unwrap() {
            kept.insert(invoice["number"].as_str().unwrap().to_owned());
        }
        let Some(next) = page.body["next"].as_str() else {
            break;
        };
        path = format!("/billing/invoices?limit=100&after={next}");
    }
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// Starts the program and waits until it is ready. The output is returned too: writing to a pipe without a reader would
/// fail.
async fn start(environment: &Environment) -> (Child, BufReader<ChildStdout>, Service) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_billing-api"));
    let pairs = environment.pairs().iter().cloned();
    command.env_clear().envs(pairs).env("RUST_LOG", "error");
    command.current_dir(environment.folder().path());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let address = output
        .by_ref()
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let docs = line.trim().strip_prefix("Docs:")?;
            Some(docs.trim().strip_suffix("/docs")?.to_owned())
        });
    let service = Service::at(&address.unwrap());
    service.until_ready().await;
    (child, output, service)
}
