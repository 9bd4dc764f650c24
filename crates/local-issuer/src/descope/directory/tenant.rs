//! A tenant.

use serde_json::{Map, Value};

/// A tenant of the project.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) domains: Vec<String>,
    pub(crate) custom_attributes: Map<String, Value>,
    pub(crate) created_at: i64,
}

impl Tenant {
    pub(crate) fn new(id: &str, name: &str, now: i64) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            domains: Vec::new(),
            custom_attributes: Map::new(),
            created_at: now,
        }
    }
}
