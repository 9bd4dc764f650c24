use actix_web::http::Method;
use identity_core::{Policy, Rule};

use super::{AccessTable, AnyCaller};

struct Admins;

impl Policy for Admins {
    const RULE: Rule = Rule::role("admin");
}

fn table() -> AccessTable {
    AccessTable::new()
        .public(Method::GET, "/")
        .protected::<AnyCaller>(Method::GET, "/users")
        .protected::<Admins>(Method::POST, "/users")
        .protected::<Admins>(Method::DELETE, "/users/{id}")
        .public(Method::GET, "/words/all")
        .public(Method::GET, "/words/{word}")
        .public(Method::DELETE, "/words/{word}")
}

#[test]
fn rows_read_as_sentences() {
    let rows: Vec<_> = table().routes().iter().map(ToString::to_string).collect();
    assert_eq!(
        rows,
        [
            "GET /",
            "GET /users",
            "POST /users (requires role admin)",
            "DELETE /users/{id} (requires role admin)",
            "GET /words/all",
            "GET /words/{word}",
            "DELETE /words/{word}"
        ]
    );
}

#[test]
fn refusals_are_those_of_the_rule() {
    let table = table();
    let of = |index: usize| {
        let refusals = table.routes()[index].refusals();
        refusals.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(of(0).is_empty(), "a public route");
    let without_a_good_token = [
        "missing_token: Not authenticated",
        "token_expired: Token has expired",
    ];
    assert_eq!(of(1), without_a_good_token, "any caller");
    assert_eq!(of(2)[..2], without_a_good_token);
    assert_eq!(of(2)[2..], ["missing_role: Missing required role: admin"]);
}

#[test]
fn paths_stand_once() {
    assert_eq!(table().public_paths(), ["/", "/words/all", "/words/{word}"]);
    assert_eq!(table().protected_paths(), ["/users", "/users/{id}"]);
}

#[test]
fn a_row_has_the_name_of_its_policy() {
    let policy = |method, path| table().row(&method, path).and_then(|row| row.policy);
    assert_eq!(policy(Method::POST, "/users"), Some("Admins"));
    assert_eq!(policy(Method::GET, "/users"), Some("AnyCaller"));
    assert_eq!(policy(Method::DELETE, "/users/7"), Some("Admins"));
    assert_eq!(policy(Method::DELETE, "/users/{id}"), Some("Admins"));
    assert_eq!(policy(Method::GET, "/"), None, "a public route");
    assert!(table().row(&Method::DELETE, "/words/all").is_none());
    assert!(table().row(&Method::POST, "/users/7").is_none());
}

#[test]
fn methods_are_those_of_the_path() {
    assert_eq!(table().methods("/users"), [Method::GET, Method::POST]);
    assert_eq!(table().methods("/users/7"), [Method::DELETE]);
    assert_eq!(table().methods("/words/all"), [Method::GET], "its own");
    assert_eq!(table().methods("/words/one"), [Method::GET, Method::DELETE]);
    assert!(table().methods("/users/7/x").is_empty());
}
