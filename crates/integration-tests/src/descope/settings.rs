//! Settings that are missing or wrong.

use descope_api::Settings;
use service_kit::settings::SettingsReader;

use crate::case::Case;
use crate::contract::settings::{Faults, Read, all_at_once};

const PROJECT: (&str, &str) = ("DESCOPE_PROJECT_ID", "P2LocalIssuerDevelopment0000");

pub(super) fn cases() -> Vec<Case> {
    let read: Read = |pairs| {
        let reader = SettingsReader::from_values("DESCOPE_API", pairs.iter().copied());
        match Settings::read(reader) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.problems().to_vec()),
        }
    };
    let rows = [
        Faults {
            name: "project_id_alone_is_enough",
            pairs: &[PROJECT],
            named: &[],
        },
        Faults {
            name: "nothing_set",
            pairs: &[],
            named: &["DESCOPE_PROJECT_ID"],
        },
        Faults {
            name: "empty_counts_as_unset",
            pairs: &[("DESCOPE_PROJECT_ID", ""), ("PORT", "")],
            named: &["DESCOPE_PROJECT_ID"],
        },
        Faults {
            name: "project_id_that_is_a_path",
            pairs: &[("DESCOPE_PROJECT_ID", "P2/../../x")],
            named: &["DESCOPE_PROJECT_ID"],
        },
        Faults {
            name: "all_faults_at_once",
            pairs: &[
                ("DESCOPE_PROJECT_ID", "no-project"),
                ("HOST", "nowhere"),
                ("PORT", "70000"),
                ("WORKERS", "0"),
                ("MAX_BODY_BYTES", "big"),
                ("CORS_ALLOWED_ORIGINS", "app.example.com"),
                ("LOG_FORMAT", "yaml"),
                ("LEEWAY_SECONDS", "-1"),
                ("KEYS_TTL_SECONDS", "0"),
                ("DESCOPE_REQUIRE_AUDIENCE", "perhaps"),
                ("DESCOPE_BASE_URL", "not a url"),
            ],
            named: &[
                "DESCOPE_PROJECT_ID",
                "HOST",
                "PORT",
                "WORKERS",
                "MAX_BODY_BYTES",
                "CORS_ALLOWED_ORIGINS",
                "LOG_FORMAT",
                "LEEWAY_SECONDS",
                "KEYS_TTL_SECONDS",
                "DESCOPE_REQUIRE_AUDIENCE",
                "DESCOPE_BASE_URL",
            ],
        },
        Faults {
            name: "symmetric_algorithm",
            pairs: &[PROJECT, ("DESCOPE_ALGORITHMS", "RS256,HS256")],
            named: &["DESCOPE_ALGORITHMS"],
        },
        Faults {
            name: "algorithm_none",
            pairs: &[PROJECT, ("DESCOPE_ALGORITHMS", "none")],
            named: &["DESCOPE_ALGORITHMS"],
        },
        Faults {
            name: "addresses_that_do_not_agree",
            pairs: &[
                PROJECT,
                ("DESCOPE_BASE_URL", "https://one.example"),
                (
                    "DISCOVERY_URL",
                    "https://two.example/P2LocalIssuerDevelopment0000/.well-known/openid-configuration",
                ),
            ],
            named: &["DISCOVERY_URL"],
        },
        Faults {
            name: "prefixed_name_is_the_one_told",
            pairs: &[PROJECT, ("PORT", "8000"), ("DESCOPE_API_PORT", "x")],
            named: &["DESCOPE_API_PORT"],
        },
    ];
    rows.map(|faults| all_at_once(read, faults)).into()
}
