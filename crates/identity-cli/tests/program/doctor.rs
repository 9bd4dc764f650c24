//! The doctor, at issuers that are well and at those that are not.

use local_issuer::TlsFiles;
use pem::Pem;
use rcgen::{CertificateParams, KeyPair};

use super::*;

#[tokio::test]
async fn the_doctor_names_the_setting() {
    let issuer = issuer().await;
    let (base, project) = (
        issuer.descope().issuer_base(),
        issuer.descope().project_id(),
    );
    let good = token(&issuer, "viewer").await;
    let descope_api = [("DESCOPE_PROJECT_ID", project), ("DESCOPE_BASE_URL", base)];
    let doctor = async |service: &str, variables: &[(&str, &str)]| {
        let arguments = ["doctor", "--service", service, "--json"];
        parsed(identity(&arguments, variables, "").await)
    };
    let with = |name, value| [descope_api[0], descope_api[1], (name, value)];
    for (service, variables, code, words) in [
        ("descope-api", &[][..], "settings", "DESCOPE_PROJECT_ID"),
        ("auth0-api", &[], "settings", "AUTH0_DOMAIN"),
        ("billing-api", &[], "settings", "ISSUER"),
        (
            "descope-api",
            &[
                ("DESCOPE_PROJECT_ID", project),
                ("DESCOPE_BASE_URL", "http://127.0.0.1:9"),
            ],
            "unreachable",
            "HTTPS_PROXY",
        ),
        (
            "descope-api",
            &[
                ("DESCOPE_PROJECT_ID", "P2OtherProject00000000000000"),
                ("DESCOPE_BASE_URL", base),
            ],
            "status",
            "spelled right",
        ),
        (
            "billing-api",
            &[("ISSUER", base)],
            "status",
            "spelled right",
        ),
        (
            "descope-api",
            &with("TOKEN", "opaque"),
            "malformed_token",
            "JWT",
        ),
        (
            "descope-api",
            &[
                descope_api[0],
                descope_api[1],
                ("TOKEN", &good),
                ("AUDIENCE", "other"),
            ],
            "invalid_claims",
            "AUDIENCE",
        ),
        (
            "descope-api",
            &[
                descope_api[0],
                descope_api[1],
                ("CLIENT_ID", "local-admin"),
                ("CLIENT_SECRET", "wrong"),
            ],
            "token_refused",
            "Access Keys",
        ),
    ] {
        let (status, found) = doctor(service, variables).await;
        assert_eq!((status, fault(&found)), (1, code), "{variables:?} {found}");
        assert!(
            found["faults"].to_string().contains(words),
            "{words}: {found}"
        );
    }
}

#[tokio::test]
async fn the_doctor_says_which_routes_a_token_opens() {
    let issuer = issuer().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    for (persona, verdict) in [
        (
            "viewer",
            "/admin/users: 403 missing_role: Missing required role: admin",
        ),
        ("viewer", "/me: allowed"),
        (
            "viewer",
            "/tenants/{tenant_id}/roles: 404 not_found: Not a member of the tenant",
        ),
        (
            "consultant",
            "/tenants/{tenant_id}/users: 403 missing_role: ",
        ),
        ("consultant", "allowed in T2LocalGlobex000000000000000"),
    ] {
        let token = token(&issuer, persona).await;
        let variables = [
            ("DESCOPE_PROJECT_ID", descope.project_id()),
            ("DESCOPE_BASE_URL", descope.issuer_base()),
            ("TOKEN", &token),
        ];
        let (status, found) = parsed(identity(&["doctor", "--json"], &variables, "").await);
        assert_eq!((status, fault(&found)), (0, ""), "{found}");
        let routes = found["routes"].to_string();
        assert!(routes.contains(verdict), "{persona}, {verdict}: {routes}");
    }
    let client = [
        ("AUTH0_DOMAIN", "dev-example.us.auth0.com"),
        ("AUTH0_API_AUDIENCE", auth0.audience()),
        ("AUTH0_ISSUER", &auth0.issuer()),
        ("CLIENT_ID", "local-admin"),
        ("CLIENT_SECRET", "local-admin-secret"),
    ];
    let arguments = ["doctor", "--service", "auth0-api", "--json"];
    let (status, found) = parsed(identity(&arguments, &client, "").await);
    assert_eq!((status, fault(&found)), (0, ""), "{found}");
    let routes = found["routes"].to_string();
    assert!(routes.contains("GET /api/admin: allowed"), "{routes}");
}

#[tokio::test]
async fn the_doctor_names_the_setting_for_a_certificate_of_an_unknown_authority() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, label: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem::encode(&Pem::new(label, content))).unwrap();
        path
    };
    let key = KeyPair::generate().unwrap();
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let own = CertificateParams::new(names).unwrap();
    let own = own.self_signed(&key).unwrap();
    let files = TlsFiles {
        certificate: write("certificate.pem", "CERTIFICATE", own.der()),
        key: write("key.pem", "PRIVATE KEY", key.serialized_der()),
    };
    let tls = IssuerConfig {
        tls: Some(files),
        ..config()
    };
    let issuer = LocalIssuer::start(tls).await.unwrap();
    let variables = [
        ("DESCOPE_PROJECT_ID", issuer.descope().project_id()),
        ("DESCOPE_BASE_URL", issuer.descope().issuer_base()),
    ];
    let (status, found) = parsed(identity(&["doctor", "--json"], &variables, "").await);
    assert_eq!((status, fault(&found)), (1, "certificate"), "{found}");
    let faults = found["faults"].to_string();
    assert!(faults.contains("EXTRA_CA_FILE"), "{faults}");
}
