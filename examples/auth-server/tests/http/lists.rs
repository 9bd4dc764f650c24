//! Tests of lists: their pages, and what a page takes of the database and of the network.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::clients::client;
use crate::crash::{listening, program};
use crate::support::{Api, Person, TestDatabase, TestServer, on_both_databases};

on_both_databases! {
    a_list_comes_in_pages_without_gap_or_repetition
    a_page_with_much_in_it_ends_earlier
    another_organization_s_id_reveals_nothing
    a_page_takes_the_same_number_of_statements_whatever_is_in_it
}

/// Every list, and the member with the id of an entry.
const LISTS: [(&str, &str); 5] = [
    ("/user/", "user_id"),
    ("/role/", "id"),
    ("/permission/", "id"),
    ("/client/", "client_id"),
    ("/audit/", "id"),
];

/// Returns the entries of a page, and the path of the next one, as `Link` says.
async fn page(api: &Api, owner: &Person, path: &str) -> (Vec<Value>, Option<String>) {
    let page = api.get(path, &owner.token).await.expect(200);
    let link = page.header("link");
    let next = link.strip_prefix('<').map(|link| {
        let query = link.strip_suffix(r#">; rel="next""#).unwrap();
        format!("{}{query}", path.split('?').next().unwrap())
    });
    (page.body.as_array().unwrap().clone(), next)
}

/// Returns the entries from this page on, and the number of pages.
async fn from(api: &Api, owner: &Person, path: &str) -> (Vec<Value>, usize) {
    let (mut entries, mut next) = page(api, owner, path).await;
    let mut pages = 1;
    while let Some(path) = next {
        let (more, then) = page(api, owner, &path).await;
        entries.extend(more);
        (next, pages) = (then, pages + 1);
    }
    (entries, pages)
}

/// Adds one entry to each list, and returns the paths of those that can be deleted.
async fn add_one_of_each(api: &Api, owner: &Person) -> Vec<String> {
    let slug = format!("a_service.thing.read_{}", crate::support::number());
    let permission = owner.new_permission(api, &slug).await;
    let role = owner.new_role(api, &[&slug]).await;
    let member = owner.member(api, &[role]).await;
    let (client, _) = client(api, owner, &[&slug]).await;
    vec![
        format!("/user/{}", member.id),
        format!("/role/{role}"),
        format!("/permission/{permission}"),
        format!("/client/{client}"),
    ]
}

async fn a_list_comes_in_pages_without_gap_or_repetition(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let mut added = Vec::new();
    for _ in 0..4 {
        added.push(add_one_of_each(api, &owner).await);
    }
    let mut second_pages = Vec::new();
    for (path, id) in LISTS {
        let (whole, pages) = from(api, &owner, path).await;
        assert_eq!(pages, 1, "{path}");
        let is_in_order = |pair: &[Value]| match (&pair[0][id], &pair[1][id]) {
            (Value::Number(one), Value::Number(two)) => one.as_i64() < two.as_i64(),
            (one, two) if path == "/audit/" => one.as_str() > two.as_str(),
            (one, two) => one.as_str() < two.as_str(),
        };
        assert!(whole.windows(2).all(is_in_order), "{path}: {whole:?}");
        for limit in [1, 2, whole.len() - 1, whole.len()] {
            let (entries, pages) = from(api, &owner, &format!("{path}?limit={limit}")).await;
            assert_eq!(entries, whole, "{path} {limit}");
            assert_eq!(pages, whole.len().div_ceil(limit), "{path} {limit}");
        }
        let (first, next) = page(api, &owner, &format!("{path}?limit=2")).await;
        assert_eq!(first.len(), 2);
        second_pages.push((path, id, whole, next.unwrap()));
    }

    // Between the first page and the second, one is added to each list and two are deleted, one of them the client after
    // which the second page starts.
    let newest = add_one_of_each(api, &owner).await;
    let deleted = added[1..3].concat();
    for path in &deleted {
        api.deleted(path, &owner.token).await;
    }
    for (path, id, whole, next) in second_pages {
        let is_in = |paths: &[String], entry: &Value| {
            let id = entry[id].to_string();
            paths.contains(&format!("{path}{}", id.trim_matches('"')))
        };
        let (mut rest, _) = from(api, &owner, &next).await;
        if path != "/audit/" {
            let last = rest.pop().unwrap();
            assert!(is_in(&newest, &last), "{path}: {last}");
        }
        let mut expected = whole[2..].to_vec();
        expected.retain(|entry| !is_in(&deleted, entry));
        let ids = |entries: Vec<Value>| -> Vec<_> {
            entries.into_iter().map(|entry| entry[id].clone()).collect()
        };
        assert_eq!(ids(rest), ids(expected), "{path}");
    }
}

/// Fills an organization: 980 more permissions and roles, 12 each of clients, roles and users that have all of them, and
/// three large events.
async fn fill(database: &TestDatabase, org: &str) {
    const MANY: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 980)";
    const FEW: &str =
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 21)";
    let id = "'ffffffff-0000-7000-8000-0000000000' || i";
    let large = "x".repeat(600_000);
    for statement in [
        format!("{MANY} INSERT INTO permissions (org_id, service, resource, action, slug, description, created_at) SELECT '{org}', 's', 'r' || i, 'a', 's.r' || i || '.a', '', 0 FROM n"),
        format!("{MANY} INSERT INTO roles (org_id, name, description, created_at) SELECT '{org}', 'r' || i, '', 0 FROM n"),
        format!("{FEW} INSERT INTO clients (id, org_id, name, secret_hash, created_at) SELECT {id}, '{org}', 'c' || i, '', 0 FROM n"),
        format!("{FEW} INSERT INTO users (id, org_id, username, email, password_hash, created_at) SELECT {id}, '{org}', 'u' || i, 'u' || i, '', 0 FROM n"),
        format!("{FEW} INSERT INTO audit (id, org_id, at, actor, action, target, address, details) SELECT {id}, '{org}', 4000000000, '', '', '', '', '{{\"text\": \"{large}\"}}' FROM n WHERE i < 13"),
        "INSERT INTO client_permissions SELECT c.org_id, c.id, p.id FROM clients c JOIN permissions p ON p.org_id = c.org_id WHERE c.id LIKE 'f%' AND p.service = 's'".to_owned(),
        "INSERT INTO user_roles SELECT u.org_id, u.id, r.id FROM users u JOIN roles r ON r.org_id = u.org_id WHERE u.id LIKE 'f%' AND r.name LIKE 'r%'".to_owned(),
        "INSERT INTO role_permissions SELECT r.org_id, r.id, p.id FROM roles r JOIN permissions p ON p.org_id = r.org_id WHERE r.name IN ('r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12') AND p.service = 's'".to_owned(),
    ] {
        database.run(&statement).await;
    }
}

async fn a_page_with_much_in_it_ends_earlier(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    fill(&database, &owner.org).await;
    for (path, list, full) in [
        ("/user/?limit=1000", "roles", 12),
        ("/client/", "permissions", 12),
        ("/role/", "permissions", 12),
    ] {
        let (first, next) = page(api, &owner, path).await;
        assert!(next.is_some(), "{path}");
        let of = |entry: &Value| entry[list].as_array().unwrap().len();
        let held: usize = first.iter().map(of).sum();
        assert!((9_000..=10_000).contains(&held), "{path}: {held}");
        let (all, pages) = from(api, &owner, path).await;
        assert_eq!(pages, 2, "{path}");
        assert_eq!(all.iter().filter(|entry| of(entry) == 980).count(), full);
        let (by_one, _) = from(
            api,
            &owner,
            &format!("{}?limit=7", path.split('?').next().unwrap()),
        )
        .await;
        assert_eq!(by_one, all, "{path}");
    }
    let (first, next) = page(api, &owner, "/audit/").await;
    assert_eq!(
        (first.len(), next.is_some()),
        (1, true),
        "one event at least"
    );
    let (all, pages) = from(api, &owner, "/audit/").await;
    assert_eq!(pages, 3, "the last with the events of the sign-up too");
    assert_eq!(all.len(), 5);
}

async fn another_organization_s_id_reveals_nothing(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let (ours, theirs) = (Person::owner(api).await, Person::owner(api).await);
    let paths = add_one_of_each(api, &theirs).await;
    add_one_of_each(api, &ours).await;
    let mut before = Vec::new();
    for (list, id) in LISTS {
        let (own, _) = from(api, &ours, list).await;
        let (foreign, _) = from(api, &theirs, list).await;
        let cursor = if list == "/audit/" { "before" } else { "after" };
        let theirs = foreign.last().unwrap()[id].to_string();
        let path = format!("{list}?{cursor}={}", theirs.trim_matches('"'));
        let (page, _) = page(api, &ours, &path).await;
        assert!(page.iter().all(|entry| own.contains(entry)), "{path}");
        before.push((path, page));
    }
    // An id that there is no more gets the same response.
    for path in &paths {
        api.deleted(path, &theirs.token).await;
    }
    for (path, page_before) in before {
        assert_eq!(page(api, &ours, &path).await.0, page_before, "{path}");
    }
}

async fn a_page_takes_the_same_number_of_statements_whatever_is_in_it(database: TestDatabase) {
    let mut command = program(&database);
    let command = command
        .env("RUST_LOG", "info,sqlx::query=debug")
        .stderr(Stdio::piped());
    let (mut server, api) = listening(command).await;
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let (sender, mut log) = tokio::sync::mpsc::unbounded_channel();
    // Read all the time, or the server would wait for room in the pipe, and the test for its response.
    tokio::spawn(async move {
        while let Some(line) = lines.next_line().await.unwrap() {
            drop(sender.send(line));
        }
    });
    let owner = Person::owner(&api).await;
    // Each list is between two requests that are marked in the log.
    let mut counts = async || {
        let mut counts = Vec::new();
        for (path, _) in LISTS {
            let list = format!("{path}?limit=1000");
            api.get(&list, &owner.token).await.expect(200);
            let mark = format!("/mark/{}", crate::support::number());
            api.get(&mark, &owner.token).await.expect(404);
            let mut count = 0;
            while let Some(line) = log.recv().await {
                if line.contains(&mark) {
                    break;
                }
                count += usize::from(line.contains("db.statement") && line.contains("SELECT"));
            }
            counts.push((path, count));
        }
        counts
    };
    counts().await;
    let few = counts().await;
    assert!(few.iter().all(|(_, count)| *count > 0), "{few:?}");
    fill(&database, &owner.org).await;
    assert_eq!(counts().await, few);
    server.kill().await.unwrap();
}
