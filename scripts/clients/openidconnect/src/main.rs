//! The crate openidconnect as a client of the local issuers and of auth-server: discovery, sign-in with its ID token,
//! refresh, revocation, and what else the metadata names. Prints a line for each flow, and exits with 1 if one fails.

mod browser;
mod flows;
mod issuer;

use std::process::ExitCode;

use anyhow::Result;

use crate::issuer::Issuer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("openidconnect: {error:?}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all flows work.
async fn run() -> Result<bool> {
    let mut failed = 0;
    for issuer in Issuer::all().await? {
        let more = issuer.metadata.additional_metadata().clone();
        let mut told = |title: &str, result: Result<()>| {
            let client = format!("openidconnect {}", version());
            match result {
                Ok(()) => println!("ok      {client}: {}: {title}", issuer.name),
                Err(error) => {
                    failed += 1;
                    println!("FAILED  {client}: {}: {title}", issuer.name);
                    eprintln!("{error:?}");
                }
            }
        };
        told(
            "a wrong verifier and a wrong nonce are refused",
            flows::refused(&issuer).await,
        );
        told(
            "sign-in with PKCE, ID token with nonce and at_hash, userinfo",
            flows::sign_in(&issuer).await,
        );
        told("refresh", flows::refresh(&issuer).await);
        told(
            "client credentials",
            flows::client_credentials(&issuer).await,
        );
        if let Some(url) = more.revocation_endpoint {
            told("revocation", flows::revocation(&issuer, url).await);
        }
        if let Some(url) = more.end_session_endpoint {
            told("sign-out", flows::sign_out(&issuer, url).await);
        }
        if let Some(url) = more.device_authorization_endpoint {
            told("device code", flows::device(&issuer, url).await);
        }
    }
    Ok(failed == 0)
}

/// Returns the version of the crate that is run.
fn version() -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let entry = lock.split_once("name = \"openidconnect\"\nversion = \"");
    let (_, rest) = entry.unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}
