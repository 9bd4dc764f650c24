//! The signature algorithms that a verifier accepts.

use std::fmt;
use std::str::FromStr;

pub use jsonwebtoken::Algorithm;
use jsonwebtoken::AlgorithmFamily;

/// A non-empty list of asymmetric signature algorithms (RFC 7518, section 3.1; RFC 8037 for EdDSA).
///
/// It cannot contain `none` or an HMAC algorithm: with a public key set, these would let anyone sign tokens (RFC 8725,
/// sections 2.1 and 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Algorithms(Vec<Algorithm>);

/// Why a list of algorithms is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlgorithmsError {
    /// The list is empty.
    #[error("no algorithm is named")]
    Empty,
    /// The name is not that of a supported algorithm.
    #[error(
        "unknown algorithm {0:?}: expected some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, Ed25519"
    )]
    Unknown(String),
    /// The algorithm is not asymmetric.
    #[error("{0} is symmetric: whoever can check such a token can also make one")]
    Symmetric(String),
}

impl Algorithms {
    /// Returns RS256 only: the default of Descope and Auth0.
    pub fn rs256() -> Self {
        Self(vec![Algorithm::RS256])
    }

    /// Creates a list of these algorithms. Errors: it is empty, or an algorithm is symmetric.
    pub fn new(algorithms: impl IntoIterator<Item = Algorithm>) -> Result<Self, AlgorithmsError> {
        let mut list = Vec::new();
        for algorithm in algorithms {
            if algorithm.family() == AlgorithmFamily::Hmac {
                return Err(AlgorithmsError::Symmetric(format!("{algorithm:?}")));
            }
            if !list.contains(&algorithm) {
                list.push(algorithm);
            }
        }
        if list.is_empty() {
            Err(AlgorithmsError::Empty)
        } else {
            Ok(Self(list))
        }
    }

    /// Returns the first one.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn first(&self) -> Algorithm {
        self.0.first().copied().unwrap_or(Algorithm::RS256)
    }

    /// Returns the algorithm with this name if it is in the list.
    pub(crate) fn named(&self, name: &str) -> Option<Algorithm> {
        let algorithm = named(name)?;
        self.0.contains(&algorithm).then_some(algorithm)
    }
}

/// Returns the algorithm with this name. `Ed25519` (RFC 9864, section 2.2) is EdDSA with that curve, the only one that is
/// supported.
pub(crate) fn named(name: &str) -> Option<Algorithm> {
    match name {
        "Ed25519" => Some(Algorithm::EdDSA),
        name => Algorithm::from_str(name).ok(),
    }
}

impl FromStr for Algorithms {
    type Err = AlgorithmsError;

    /// Parses names separated by commas or spaces, such as `RS256, ES256`.
    fn from_str(text: &str) -> Result<Self, AlgorithmsError> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        let algorithms =
            names.map(|name| named(name).ok_or_else(|| AlgorithmsError::Unknown(name.to_owned())));
        Self::new(algorithms.collect::<Result<Vec<_>, _>>()?)
    }
}

impl fmt::Display for Algorithms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|one| format!("{one:?}")).collect();
        formatter.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Algorithms, AlgorithmsError};

    #[test]
    fn a_symmetric_algorithm_is_refused() {
        for name in ["HS256", "HS384", "HS512", "RS256,HS256"] {
            assert!(
                matches!(
                    name.parse::<Algorithms>(),
                    Err(AlgorithmsError::Symmetric(_))
                ),
                "{name}"
            );
        }
    }

    #[test]
    fn none_and_unknown_names_are_refused() {
        for name in ["none", "None", "rs256", "ES512", "ES256K", "RS256;ES256"] {
            assert!(
                matches!(name.parse::<Algorithms>(), Err(AlgorithmsError::Unknown(_))),
                "{name}"
            );
        }
        assert_eq!(" , ".parse::<Algorithms>(), Err(AlgorithmsError::Empty));
    }

    #[test]
    fn only_listed_names_are_found() {
        let algorithms: Algorithms = "RS256, ES256 RS256".parse().unwrap();
        assert_eq!(algorithms.to_string(), "RS256, ES256");
        assert_eq!(algorithms.named("ES256"), Some(Algorithm::ES256));
        for name in ["PS256", "es256", "none", "HS256", "EdDSA", "Ed25519", ""] {
            assert_eq!(algorithms.named(name), None, "{name}");
        }
        for list in ["EdDSA", "Ed25519", "Ed25519,EdDSA"] {
            let edwards: Algorithms = list.parse().unwrap();
            assert_eq!(edwards.to_string(), "EdDSA");
            for name in ["EdDSA", "Ed25519"] {
                assert_eq!(edwards.named(name), Some(Algorithm::EdDSA), "{name}");
            }
            for name in ["Ed448", "ed25519", "ES256"] {
                assert_eq!(edwards.named(name), None, "{name}");
            }
        }
    }
}
