//! `docs/operations.md` lists the metrics and the log events that the code has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What a service is made of. The local issuer and the programs for development are not operated.
const SOURCES: [&str; 7] = [
    "crates/identity-core",
    "crates/identity-actix",
    "crates/service-kit",
    "crates/descope-api",
    "crates/auth0-api",
    "examples/auth-server",
    "examples/billing-api",
];

/// An event that is logged as a warning or an error: its level, the crate, which `RUST_LOG` selects, and its message.
type Event = (&'static str, String, String);

fn document() -> String {
    fs::read_to_string(Path::new(ROOT).join("docs/operations.md")).expect("docs/operations.md")
}

/// The part of the document between the two comments, and where it is.
fn part<'d>(document: &'d str, name: &str) -> (usize, &'d str) {
    let begin = document.find(&format!("<!-- {name}: ")).expect(name);
    let begin = begin + document[begin..].find("-->\n").expect("a comment ends") + 4;
    let end = document.find(&format!("<!-- end of {name} -->"));
    let end = end.expect("the part ends");
    (begin, &document[begin..end])
}

/// The table of service-kit's own documentation, without links to its items.
fn metrics() -> String {
    let source =
        fs::read_to_string(Path::new(ROOT).join("crates/service-kit/src/observe/metrics.rs"));
    let source = source.expect("the table of the metrics");
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! "));
    let rows = rows.filter(|row| row.starts_with('|')).map(without_links);
    rows.fold("\n".to_owned(), |table, row| table + &row + "\n") + "\n"
}

fn without_links(text: &str) -> String {
    let Some((before, rest)) = text.split_once('[') else {
        return text.to_owned();
    };
    let (label, rest) = rest.split_once("](").expect("a link");
    let (_, rest) = rest.split_once(')').expect("a link ends");
    format!("{before}{label}{}", without_links(rest))
}

fn events() -> BTreeSet<Event> {
    let mut events = BTreeSet::new();
    for folder in SOURCES {
        let target = folder
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .replace('-', "_");
        let mut files = Vec::new();
        sources(&Path::new(ROOT).join(folder).join("src"), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).expect("a source");
            let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            let lines = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let code = lines.collect::<Vec<_>>().join("\n");
            for (level, call) in [("error", "error!("), ("warn", "warn!(")] {
                for (at, _) in code.match_indices(call) {
                    if code[..at]
                        .ends_with(|before: char| before.is_alphanumeric() || before == '_')
                    {
                        continue;
                    }
                    let message = message(&code[at + call.len()..]);
                    let message =
                        message.unwrap_or_else(|| panic!("{}: no message", file.display()));
                    events.insert((level, target.clone(), message));
                }
            }
        }
    }
    events
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with("tests") || name == "testing" {
            continue;
        } else if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first argument that is a literal, with `..` for each value. `None` if there is none before the call ends.
fn message(arguments: &str) -> Option<String> {
    let (mut depth, mut before) = (0, ',');
    let mut rest = arguments.chars();
    while let Some(one) = rest.next() {
        match one {
            '"' => {
                let mut literal = String::new();
                let mut escaped = false;
                for inner in rest.by_ref() {
                    match inner {
                        '"' if !escaped => break,
                        '\\' if !escaped => escaped = true,
                        _ => {
                            literal.push(inner);
                            escaped = false;
                        }
                    }
                }
                if depth == 0 && before == ',' {
                    // A cell of the table is code, which has no backticks.
                    return Some(with_gaps(&literal).replace('`', "'"));
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return None,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if !one.is_whitespace() {
            before = one;
        }
    }
    None
}

fn with_gaps(literal: &str) -> String {
    let Some((before, rest)) = literal.split_once('{') else {
        return literal.to_owned();
    };
    let (_, rest) = rest.split_once('}').expect("a value ends");
    format!("{before}..{}", with_gaps(rest))
}

/// What the document says of each event.
fn remedies(document: &str) -> BTreeMap<[String; 3], String> {
    let rows = part(document, "log events").1.lines();
    let rows = rows.filter(|row| row.starts_with("| `"));
    let row = |row: &str| {
        let cells: Vec<_> = row
            .split(" | ")
            .map(|cell| cell.trim_matches(['|', ' ']))
            .collect();
        let [level, target, message, remedy] = cells[..] else {
            panic!("a row has four cells: {row}");
        };
        let event = [level, target, message].map(|cell| cell.trim_matches('`').to_owned());
        (event, remedy.to_owned())
    };
    rows.map(row).collect()
}

#[test]
fn the_page_for_operators_has_every_metric() {
    let document = document();
    let (_, written) = part(&document, "metrics");
    assert!(
        written == metrics(),
        "docs/operations.md has other metrics than the code: `cargo test --test workspace -- --ignored` writes them"
    );
}

#[test]
fn the_page_for_operators_has_every_warning_and_error_with_what_to_do() {
    let remedies = remedies(&document());
    let events: BTreeSet<_> = events()
        .into_iter()
        .map(|(level, target, message)| [level.to_owned(), target, message])
        .collect();
    assert!(events.len() > 20, "{events:?}");
    let written: BTreeSet<_> = remedies.keys().cloned().collect();
    let missing: Vec<_> = events.difference(&written).collect();
    let gone: Vec<_> = written.difference(&events).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "docs/operations.md, log events: `cargo test --test workspace -- --ignored` writes them; missing: {missing:#?}, not in the code: {gone:#?}"
    );
    let empty: Vec<_> = remedies
        .iter()
        .filter(|(_, remedy)| remedy.is_empty())
        .collect();
    assert!(
        empty.is_empty(),
        "docs/operations.md does not say what to do: {empty:#?}"
    );
}

#[test]
#[ignore = "writes docs/operations.md"]
fn write_the_page_for_operators() {
    let document = document();
    let remedies = remedies(&document);
    let head = "\n| level | target | message | what to do |\n|---|---|---|---|\n";
    let table = events()
        .into_iter()
        .fold(head.to_owned(), |table, (level, target, message)| {
            let event = [level.to_owned(), target.clone(), message.clone()];
            let remedy = remedies.get(&event).map_or("", String::as_str);
            format!("{table}| `{level}` | `{target}` | `{message}` | {remedy} |\n")
        });
    let (begin, old) = part(&document, "log events");
    let mut document = document.clone();
    document.replace_range(begin..begin + old.len(), &(table + "\n"));
    let (begin, old) = part(&document, "metrics");
    let end = begin + old.len();
    document.replace_range(begin..end, &metrics());
    fs::write(Path::new(ROOT).join("docs/operations.md"), document).expect("docs/operations.md");
}
