//! The root `.env.example` names every setting of every service, and nothing else.

use std::collections::BTreeSet;

use integration_tests::{ServiceKind, SuiteSettings};
use service_kit::settings::SettingName;

/// The names on the lines `NAME=value` of the file.
fn listed() -> BTreeSet<String> {
    let file = include_str!("../../../.env.example");
    let names: Vec<_> = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('=').next().unwrap_or(line).to_owned())
        .collect();
    let set: BTreeSet<_> = names.iter().cloned().collect();
    assert_eq!(set.len(), names.len(), "a name stands twice");
    set
}

/// The names that one service alone reads: the shared ones with its name before them.
fn of(service: &str, names: Vec<SettingName>) -> impl Iterator<Item = String> {
    names.into_iter().map(move |setting| match setting.shared {
        true => format!("{service}_{}", setting.name),
        false => setting.name.to_owned(),
    })
}

#[test]
fn the_root_example_lists_every_setting_and_nothing_else() {
    let mut expected: BTreeSet<String> =
        of("DESCOPE_API", descope_api::Settings::names()).collect();
    expected.extend(of("AUTH0_API", auth0_api::Settings::names()));
    expected.extend(of("AUTH_SERVER", auth_server::Settings::names()));
    expected.extend(of("BILLING_API", billing_api::Settings::names()));
    for kind in ServiceKind::ALL {
        expected.extend(of(kind.prefix(), SuiteSettings::names(kind)));
    }
    let issuer = local_issuer::settings::VARIABLES.iter();
    // RUST_LOG and LOG_FORMAT would be everybody's.
    expected.extend(
        issuer
            .map(|variable| variable.name.to_owned())
            .filter(|name| name.starts_with("LOCAL_ISSUER_")),
    );
    assert_eq!(listed(), expected);
}

#[test]
fn every_setting_of_the_root_example_has_its_line_of_explanation() {
    let lines: Vec<_> = include_str!("../../../.env.example").lines().collect();
    for pair in lines.windows(2) {
        let [before, line] = pair else { continue };
        if !line.is_empty() && !line.starts_with('#') {
            assert!(before.starts_with("# "), "{line}");
        }
    }
}
