//! The root `.env.example` and `docs/settings.md` say what the services read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use integration_tests::{ServiceKind, SuiteSettings};
use service_kit::settings::{Field, faults_of_example};

/// A service and what it reads.
type Service = (&'static str, fn() -> Vec<Field>);

const SERVICES: [Service; 4] = [
    ("descope-api", descope_api::Settings::fields),
    ("auth0-api", auth0_api::Settings::fields),
    ("auth-server", auth_server::Settings::fields),
    ("billing-api", billing_api::Settings::fields),
];
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
const HEAD: &str = "# Settings

A service reads, in this order: its defaults, the TOML file that `CONFIG_FILE` names, `.env` in the folder that it is started in, and the environment; the last one that has a value wins, and an empty value counts as unset.
In the environment the service's name and two underscores can be before each name, such as `DESCOPE_API__PORT` or `AUTH_SERVER__TOKENS__ACCESS_SECONDS`, which wins over the plain one.
In a list in the environment there are commas between the entries.
Everything that is missing, bad or unknown is reported at once, with its source, and the service does not start.

The column `change` says what a running service does with a changed value: `reload` takes it at the next reload, `restart` at the next start ([reload.md](reload.md)).

This page is generated from the code: `cargo test --test workspace -- --ignored` writes it.

| environment | TOML | value | default | change | services | what it does |
|---|---|---|---|---|---|---|
";

/// The sections of the root example, by their titles.
fn sections() -> BTreeMap<&'static str, String> {
    let text = include_str!("../../../../.env.example");
    let sections = text.split("\n# === ").skip(1);
    let titled = sections.filter_map(|section| {
        let (title, rest) = section.split_once(" ===\n")?;
        Some((title, rest.to_owned()))
    });
    titled.collect()
}

/// The settings that an example has.
fn names(example: &str) -> BTreeSet<String> {
    let lines = example.lines().filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| line.split_once('='));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// How a setting is written there: a name that says whose it is as it is, the others with the service before them.
fn with_service(service: &str, field: &Field) -> String {
    let name = field.name();
    let is_of_provider = ["DESCOPE_", "AUTH0_"]
        .iter()
        .any(|provider| name.starts_with(provider));
    match is_of_provider {
        true => name,
        false => format!("{}__{name}", service.replace('-', "_").to_uppercase()),
    }
}

#[test]
fn each_section_of_the_root_example_is_on_a_screen_and_true() {
    let sections = sections();
    for (service, fields) in SERVICES {
        let text = sections.get(service).expect("a section for each service");
        let fields = fields();
        let faults = faults_of_example(text, &fields, |field| with_service(service, field));
        assert!(faults.is_empty(), "{service}: {faults:#?}");
        // What belongs on the first screen is decided once, in the service's own example.
        let folders = ["..", "../../examples"].map(|folder| format!("{folder}/{service}"));
        let mut own = folders.iter().filter_map(|folder| {
            let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
            fs::read_to_string(format!("{folder}/.env.example")).ok()
        });
        let own = names(&own.next().expect("an example of the service's own"));
        let own = fields.iter().filter(|field| own.contains(&field.name()));
        let own: BTreeSet<_> = own.map(|field| with_service(service, field)).collect();
        assert_eq!(names(text), own, "{service}");
    }
    let suite = sections
        .get("integration-tests")
        .expect("a section for the suites");
    let mut fields = Vec::new();
    for kind in ServiceKind::ALL {
        let prefix = SuiteSettings::prefix(kind).to_lowercase();
        for mut field in SuiteSettings::fields(kind) {
            if field.path != "live" {
                field.path = format!("{prefix}.{}", field.path);
            }
            fields.push(field);
        }
    }
    let faults = faults_of_example(suite, &fields, Field::name);
    assert!(faults.is_empty(), "{faults:#?}");
    let issuer = sections
        .get("local-issuer")
        .expect("a section for the issuer");
    for line in issuer
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let name = line.split('=').next();
        let mut known = local_issuer::settings::VARIABLES.iter();
        assert!(known.any(|variable| Some(variable.name) == name), "{line}");
    }
    assert_eq!(sections.len(), SERVICES.len() + 2);
}

/// All settings, those that several services have in one row.
fn document() -> String {
    /// Whether it is in a table, and its path: plain names come first.
    type Place = (bool, String);
    /// A setting and the services that have it.
    type Shared = (Field, Vec<&'static str>);

    let mut rows: BTreeMap<Place, Vec<Shared>> = BTreeMap::new();
    for (service, fields) in SERVICES {
        for field in fields() {
            let same_name = rows
                .entry((field.path.contains('.'), field.path.clone()))
                .or_default();
            match same_name.iter_mut().find(|(other, _)| *other == field) {
                Some((_, services)) => services.push(service),
                None => same_name.push((field, vec![service])),
            }
        }
    }
    let rows = rows.into_values().flatten().map(|(field, services)| {
        let all = services.len() == SERVICES.len();
        field.row(&if all {
            "all".to_owned()
        } else {
            services.join(", ")
        })
    });
    format!("{HEAD}{}\n", rows.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_document_lists_every_setting() {
    let written = std::fs::read_to_string(DOCUMENT).expect("docs/settings.md");
    assert!(
        written == document(),
        "docs/settings.md is not what the code says: `cargo test --test workspace -- --ignored` writes it"
    );
}

#[test]
#[ignore = "writes docs/settings.md"]
fn write_the_document() {
    std::fs::write(DOCUMENT, document()).expect("docs/settings.md");
}
