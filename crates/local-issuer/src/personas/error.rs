//! Every fault of a personas file, collected.

use std::fmt;

/// What is wrong with a personas file, all of it.
#[derive(Debug, Default, thiserror::Error)]
pub struct PersonasError {
    problems: Vec<String>,
}

impl PersonasError {
    /// One sentence per fault, each with the name of its persona or client.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    pub(super) fn one(problem: String) -> Self {
        Self {
            problems: vec![problem],
        }
    }

    pub(super) fn add(&mut self, persona: &str, problem: impl fmt::Display) {
        self.problems.push(format!("persona {persona}: {problem}"));
    }

    pub(super) fn add_client(&mut self, client: &str, problem: impl fmt::Display) {
        self.problems.push(format!("client {client}: {problem}"));
    }

    /// The value if nothing was wrong.
    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for PersonasError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("; "))
    }
}
