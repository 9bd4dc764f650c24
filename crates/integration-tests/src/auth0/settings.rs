//! Settings that are missing or wrong.

use auth0_api::Settings;
use service_kit::settings::SettingsReader;

use crate::case::Case;
use crate::contract::settings::{Faults, Read, all_at_once};

const DOMAIN: (&str, &str) = ("AUTH0_DOMAIN", "dev-example.us.auth0.com");
const AUDIENCE: (&str, &str) = ("AUTH0_API_AUDIENCE", "https://api.example.com");

pub(super) fn cases() -> Vec<Case> {
    let read: Read = |pairs| {
        let reader = SettingsReader::from_values("AUTH0_API", pairs.iter().copied());
        match Settings::read(reader) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.problems().to_vec()),
        }
    };
    let rows = [
        Faults {
            name: "domain_and_audience_are_enough",
            pairs: &[DOMAIN, AUDIENCE],
            named: &[],
        },
        Faults {
            name: "nothing_set",
            pairs: &[],
            named: &["AUTH0_DOMAIN", "AUTH0_API_AUDIENCE"],
        },
        Faults {
            name: "empty_counts_as_unset",
            pairs: &[("AUTH0_DOMAIN", ""), AUDIENCE, ("PORT", "")],
            named: &["AUTH0_DOMAIN"],
        },
        Faults {
            name: "domain_that_is_an_address",
            pairs: &[
                ("AUTH0_DOMAIN", "https://dev-example.us.auth0.com/"),
                AUDIENCE,
            ],
            named: &["AUTH0_DOMAIN"],
        },
        Faults {
            name: "all_faults_at_once",
            pairs: &[
                ("AUTH0_DOMAIN", "a/b"),
                ("HOST", "nowhere"),
                ("PORT", "70000"),
                ("WORKERS", "0"),
                ("MAX_BODY_BYTES", "big"),
                ("CORS_ALLOWED_ORIGINS", "app.example.com"),
                ("LOG_FORMAT", "yaml"),
                ("LEEWAY_SECONDS", "-1"),
                ("KEYS_TTL_SECONDS", "0"),
                ("AUTH0_ISSUER", "not a url"),
            ],
            named: &[
                "AUTH0_DOMAIN",
                "AUTH0_API_AUDIENCE",
                "HOST",
                "PORT",
                "WORKERS",
                "MAX_BODY_BYTES",
                "CORS_ALLOWED_ORIGINS",
                "LOG_FORMAT",
                "LEEWAY_SECONDS",
                "KEYS_TTL_SECONDS",
                "AUTH0_ISSUER",
            ],
        },
        Faults {
            name: "issuer_without_its_slash",
            pairs: &[
                DOMAIN,
                AUDIENCE,
                ("AUTH0_ISSUER", "https://login.example.com/tenant"),
            ],
            named: &["AUTH0_ISSUER"],
        },
        Faults {
            name: "symmetric_algorithm",
            pairs: &[DOMAIN, AUDIENCE, ("AUTH0_ALGORITHMS", "RS256,HS256")],
            named: &["AUTH0_ALGORITHMS"],
        },
        Faults {
            name: "algorithm_none",
            pairs: &[DOMAIN, AUDIENCE, ("AUTH0_ALGORITHMS", "none")],
            named: &["AUTH0_ALGORITHMS"],
        },
        Faults {
            name: "prefixed_name_is_the_one_told",
            pairs: &[DOMAIN, AUDIENCE, ("PORT", "8001"), ("AUTH0_API_PORT", "x")],
            named: &["AUTH0_API_PORT"],
        },
    ];
    rows.map(|faults| all_at_once(read, faults)).into()
}
