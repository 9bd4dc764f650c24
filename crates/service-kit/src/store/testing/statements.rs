//! The statements in the sources of a service.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The statements in the sources of a service.
#[derive(Debug, Default)]
pub(super) struct Statements {
    /// The statements.
    pub(super) found: BTreeSet<String>,
    /// Where a statement is that is not a literal.
    pub(super) faults: Vec<String>,
}

/// What sqlx makes a statement with, from a text that is its first argument.
const CALLS: [&str; 4] = ["query", "query_as", "query_scalar", "raw_sql"];

impl Statements {
    /// Reads a folder of sources. Files of tests (`*tests.rs`) and modules of tests are left out.
    pub(super) fn of(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut statements = Self::default();
        statements.read_folder(folder)?;
        if statements.found.is_empty() {
            statements.faults.push("there are no statements".to_owned());
        }
        Ok(statements)
    }

    fn read_folder(&mut self, folder: &Path) -> Result<(), Box<dyn Error>> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.to_string_lossy();
            if path.is_dir() {
                self.read_folder(&path)?;
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path)?;
                self.read(
                    text.parse().map_err(|error| format!("{name}: {error}"))?,
                    &name,
                );
            }
        }
        Ok(())
    }

    pub(super) fn read(&mut self, source: TokenStream, file: &str) {
        let tokens: Vec<_> = source.into_iter().collect();
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            let before = index.checked_sub(1).and_then(|index| tokens.get(index));
            match token {
                // An attribute; documentation is one.
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    let attribute = tokens.get(index + 1).map(ToString::to_string);
                    index += 1;
                    if attribute.is_some_and(|text| text.replace(' ', "") == "[cfg(test)]") {
                        index += item(tokens.get(index..).unwrap_or_default());
                    }
                }
                TokenTree::Literal(literal) => {
                    let text = value(&literal.to_string());
                    self.found.extend(text.filter(|text| is_sql(text)));
                }
                TokenTree::Ident(name) if name == "AssertSqlSafe" => {
                    self.faults
                        .push(format!("{file}: a statement is made at run time"));
                }
                TokenTree::Ident(name)
                    if CALLS.iter().any(|call| name == call) && is_call(before) =>
                {
                    let arguments = tokens.get(index + 1..).unwrap_or_default();
                    if !starts_with_sql(arguments) {
                        self.faults
                            .push(format!("{file}: {name} of what is no literal"));
                    }
                }
                TokenTree::Group(group) => self.read(group.stream(), file),
                _ => {}
            }
            index += 1;
        }
    }
}

/// Returns whether this is before a call of a function, and not of a method or in a definition.
fn is_call(before: Option<&TokenTree>) -> bool {
    !before.is_some_and(|before| matches!(before.to_string().as_str(), "." | "fn" | "mod"))
}

/// Returns the number of tokens of the item that starts here.
fn item(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => other.to_string() == ";",
    };
    tokens
        .iter()
        .position(ends)
        .map_or(tokens.len(), |end| end + 1)
}

/// Returns whether the first argument of the call is a statement, or this is no call.
fn starts_with_sql(tokens: &[TokenTree]) -> bool {
    let mut texts = tokens.iter().map(ToString::to_string);
    let mut arguments = 0;
    if texts.by_ref().take(3).eq([":", ":", "<"]) {
        // After the type parameters.
        let mut depth = 1;
        arguments = 3
            + texts
                .take_while(|text| {
                    match text.as_str() {
                        "<" => depth += 1,
                        ">" => depth -= 1,
                        _ => {}
                    }
                    depth > 0
                })
                .count()
            + 1;
    }
    let Some(TokenTree::Group(arguments)) = tokens.get(arguments) else {
        return true;
    };
    let first = arguments.stream().into_iter().next();
    let text = first.and_then(|first| value(&first.to_string()));
    text.is_some_and(|text| is_sql(&text))
}

fn is_sql(text: &str) -> bool {
    let verb = text.split_whitespace().next().unwrap_or_default();
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&verb)
}

/// Returns the value of a string literal, without other escapes than those that a statement has.
fn value(literal: &str) -> Option<String> {
    let literal = literal.trim_start_matches('r').trim_matches('#');
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    let lines = text.split("\\\n");
    let joined: String = lines
        .enumerate()
        .map(|(number, line)| match number {
            0 => line,
            _ => line.trim_start(),
        })
        .collect();
    Some(joined.replace("\\\"", "\""))
}
