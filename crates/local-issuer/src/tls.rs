//! The certificate and the key of listeners that speak TLS.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) const CERTIFICATE_FILE: &str = "LOCAL_ISSUER_TLS_CERTIFICATE_FILE";
pub(crate) const KEY_FILE: &str = "LOCAL_ISSUER_TLS_KEY_FILE";

/// Where the certificate of both listeners is, and its key; both are PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those of its intermediate authorities.
    pub certificate: PathBuf,
    /// The private key of the certificate, without a password.
    pub key: PathBuf,
}

/// Why a certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {path}: {reason}", path = path.display())]
pub struct TlsError {
    variable: &'static str,
    path: PathBuf,
    reason: String,
}

impl TlsFiles {
    /// Reads both files.
    pub(crate) fn open(&self) -> Result<ServerConfig, TlsError> {
        let bad_certificate = |reason| bad(CERTIFICATE_FILE, &self.certificate, reason);
        let bad_key = |reason| bad(KEY_FILE, &self.key, reason);
        let certificates = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| bad_certificate(words(error, "a certificate")))?;
        if certificates.is_empty() {
            let reason = words(pem::Error::NoItemsFound, "a certificate");
            return Err(bad_certificate(reason));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| bad_key(words(error, "a private key")))?;
        // Named here, so that it does not depend on the features of other crates which one is used.
        let provider = Arc::new(aws_lc_rs::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                let builder = builder.with_no_client_auth();
                builder.with_single_cert(certificates, key)
            })
            .map_err(|error| {
                let certificate = self.certificate.display();
                bad_key(format!("cannot be used with {certificate}: {error}"))
            })
    }
}

fn bad(variable: &'static str, path: &Path, reason: String) -> TlsError {
    TlsError {
        variable,
        path: path.to_owned(),
        reason,
    }
}

fn words(error: pem::Error, expected: &str) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        _ => format!("expected {expected} in PEM"),
    }
}
