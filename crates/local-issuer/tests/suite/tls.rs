//! Listeners with a certificate.

use local_issuer::{Endpoint, Fault, IssuerConfig, LocalIssuer, TlsFiles, healthcheck};
use pem::Pem;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::run;
use crate::support::{client, client_that_trusts, form, quick};

/// The certificate of an authority of our own, and files with a certificate for this machine that it issued.
struct Authority {
    root: Vec<u8>,
    files: TlsFiles,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().unwrap();
        let root = params.self_signed(&root_key).unwrap();
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(names).unwrap();
        let own = own.signed_by(&key, &Issuer::new(params, root_key)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, label: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, pem::encode(&Pem::new(label, content))).unwrap();
            path
        };
        let files = TlsFiles {
            certificate: write("certificate.pem", "CERTIFICATE", own.der()),
            key: write("key.pem", "PRIVATE KEY", key.serialized_der()),
        };
        Self {
            root: root.der().to_vec(),
            files,
            folder,
        }
    }

    async fn start(&self) -> LocalIssuer {
        let config = IssuerConfig {
            tls: Some(self.files.clone()),
            ..quick()
        };
        LocalIssuer::start(config).await.unwrap()
    }
}

async fn json(client: &Client, url: &str) -> Value {
    let response = client.get(url).send().await.unwrap();
    response.json().await.unwrap()
}

#[tokio::test]
async fn both_sides_speak_https_alone_and_name_https_addresses() {
    let authority = Authority::new();
    let issuer = authority.start().await;
    let trusting = client_that_trusts(&authority.root);
    for side in [&**issuer.descope(), &**issuer.auth0()] {
        let url = side.discovery_url();
        let plain = url.replacen("https:", "http:", 1);
        assert!(client().get(&plain).send().await.is_err(), "{plain}");
        let distrusting = client().get(&url).send().await.unwrap_err();
        let error = format!("{distrusting:?}");
        assert!(error.contains("UnknownIssuer"), "{error}");

        let document = json(&trusting, &url).await;
        let base = side.base_url();
        assert!(base.starts_with("https://127.0.0.1:"), "{base}");
        for member in ["issuer", "jwks_uri", "token_endpoint"] {
            let address = document[member].as_str().unwrap();
            assert!(address.starts_with(base), "{member}: {address}");
        }
        let by_name = url.replacen("127.0.0.1", "localhost", 1);
        let document = json(&trusting, &by_name).await;
        let keys = document["jwks_uri"].as_str().unwrap();
        assert!(keys.starts_with("https://localhost:"), "{keys}");

        let mut form = form("admin", &[]);
        form.push(("audience", side.audience().to_owned()));
        let request = trusting.post(side.token_url()).form(&form);
        assert_eq!(request.send().await.unwrap().status(), 200);
        // The program asks its own issuer, whose certificate may be for another name.
        healthcheck(&[base]).await.unwrap();

        side.fail_next(Endpoint::Jwks, Fault::Reset, 1).unwrap();
        let reset = trusting.get(keys).send().await.unwrap_err();
        let error = format!("{reset:?}");
        assert!(error.contains("ConnectionReset"), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_one_line_that_names_the_setting() {
    let (authority, other) = (Authority::new(), Authority::new());
    let empty = authority.folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let TlsFiles { certificate, key } = &authority.files;
    let (certificate, key, empty) = (text(certificate), text(key), text(&empty));
    for (given, setting, reason) in [
        ((&*certificate, ""), "KEY", "expected beside"),
        (("", &*key), "CERTIFICATE", "expected beside"),
        (("/no/such.pem", &key), "CERTIFICATE", "No such file"),
        ((&certificate, "/no/such.pem"), "KEY", "No such file"),
        ((&empty, &key), "CERTIFICATE", "expected a certificate"),
        ((&key, &key), "CERTIFICATE", "expected a certificate"),
        (
            (&certificate, &certificate),
            "KEY",
            "expected a private key",
        ),
        (
            (&certificate, &text(&other.files.key)),
            "KEY",
            "cannot be used with",
        ),
    ] {
        let environment = vec![
            ("LOCAL_ISSUER_TLS_CERTIFICATE_FILE", given.0.to_owned()),
            ("LOCAL_ISSUER_TLS_KEY_FILE", given.1.to_owned()),
            ("LOCAL_ISSUER_DESCOPE_PORT", "0".to_owned()),
            ("LOCAL_ISSUER_AUTH0_PORT", "0".to_owned()),
        ];
        let output = run(Vec::new(), environment).await;
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{given:?}");
        let line = errors.lines().last().unwrap();
        let named = format!("LOCAL_ISSUER_TLS_{setting}_FILE: ");
        assert!(line.contains(&named) && line.contains(reason), "{errors}");
    }
}
