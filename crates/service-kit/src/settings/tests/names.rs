//! Precedence of names, and unknown names.

use super::{folder, layered, problem, read};

#[test]
fn the_name_with_the_service_and_two_underscores_before_it_wins() {
    let sample = read(&[
        ("PORT", "1"),
        ("AN_API__PORT", "2"),
        ("AN_API__KEYS__TTL_SECONDS", "3"),
        ("KEYS__TTL_SECONDS", "4"),
        ("AN_API__ACME_PROJECT", "P2"),
    ]);
    let sample = sample.unwrap();
    assert_eq!((sample.port, sample.keys.ttl_seconds), (2, 3));
    assert_eq!(sample.acme_project.as_deref(), Some("P2"));
    let sample = layered(&[("PORT", "1")], "ACME_PROJECT=P1\nAN_API__PORT=2").unwrap();
    assert_eq!(sample.port, 2, "in .env too");
}

#[test]
fn what_kubernetes_and_shells_set_neither_stops_nor_moves_a_service() {
    let sample = read(&[
        ("AN_API_PORT", "tcp://10.0.0.1:80"),
        ("AN_API_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("AN_API_SERVICE_HOST", "10.0.0.1"),
        ("AN_API_SERVICE_PORT", "80"),
        ("ACME_PORT", "udp://10.0.0.1:80"),
        ("ACME_CLI_TOKEN", "x"),
        ("HOST", "x86_64-conda-linux-gnu"),
        ("PORTS", "1,2"),
        ("host.name", "x"),
        ("PORT[0]", "1"),
        ("KEYS", "x"),
    ]);
    assert_eq!(sample.unwrap().port, 8000);
}

#[test]
fn a_name_that_nobody_knows_is_an_error_with_the_nearest_one() {
    for (name, near) in [
        ("ACME_REQUIR", "ACME_REQUIRE"),
        ("ACME_PROJETC", "ACME_PROJECT"),
        ("AN_API__PROT", "AN_API__PORT"),
        ("AN_API_PORT", "AN_API__PORT"),
        ("AN_API__KEYS_TTL_SECONDS", "AN_API__KEYS__TTL_SECONDS"),
    ] {
        let expected = format!(
            "{name} is not a setting of this service (it comes from the environment); did you mean {near}?"
        );
        assert_eq!(problem(&[(name, "true")]), expected);
    }
    assert_eq!(
        problem(&[("AN_API__COLOUR", "red")]),
        "AN_API__COLOUR is not a setting of this service (it comes from the environment)"
    );
    let (_folder, path) = folder("prot = 1\n[keys]\nttl = 5\n[address]\nname = \"x\"");
    let place = format!("is not a setting of this service (it comes from {path})");
    assert_eq!(
        read(&[("CONFIG_FILE", &path)]).unwrap_err(),
        [
            format!("address.name {place}"),
            format!("keys.ttl {place}"),
            format!("prot {place}; did you mean port?"),
        ]
    );
}
