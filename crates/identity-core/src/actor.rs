//! Who acts on behalf of the subject of a token.

use std::fmt;

use serde_json::Value;

use crate::token_error::Excerpt;

/// The party that acts on behalf of the token's subject: the claim `act` of a delegated token (RFC 8693, section 4.1),
/// such as an agent's.
///
/// It has no rights of its own: those of the token are the [`Principal`](crate::Principal)'s. `Debug` shows no personal
/// data.
#[derive(Clone, PartialEq, Eq)]
pub struct Actor {
    /// The actor's `sub`. Not empty.
    pub subject: String,
    /// The actor's `iss`, if it is another issuer's subject.
    pub issuer: Option<String>,
    /// The actor before this one, if the subject's rights were passed on more than once. Only for information: RFC 8693
    /// bars prior actors from access decisions.
    pub previous: Option<Box<Actor>>,
}

impl Actor {
    /// The maximum number of actors that are read from a token; prior ones are left out.
    const MAX_CHAIN: usize = 8;

    /// Reads the claim `act`. Returns `None` if it is not an object with a text `sub`; prior actors end at the first that
    /// is not one.
    #[must_use]
    pub(crate) fn read(act: Option<&Value>) -> Option<Self> {
        Self::read_chain(act?, Self::MAX_CHAIN)
    }

    /// Returns the subject for a log: its first 80 characters, escaped. One with an `@` may be a person's address and is
    /// withheld, unless it is that of a client of Auth0 (`..@clients`).
    #[must_use]
    pub fn for_log(&self) -> Excerpt {
        let subject = Some(&*self.subject);
        match self.subject.strip_suffix("@clients") {
            Some(client) if !client.contains('@') => Excerpt::new(subject),
            _ => Excerpt::of_name(subject),
        }
    }

    fn read_chain(act: &Value, left: usize) -> Option<Self> {
        let left = left.checked_sub(1)?;
        let text = |name| {
            let text = act.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Some(Self {
            subject: text("sub")?,
            issuer: text("iss"),
            previous: act
                .get("act")
                .and_then(|act| Self::read_chain(act, left))
                .map(Box::new),
        })
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Actor").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Actor;

    /// Returns the subjects of the chain, the current actor first.
    fn chain(act: &Value) -> Vec<String> {
        let mut subjects = Vec::new();
        let mut actor = Actor::read(Some(act)).map(Box::new);
        while let Some(one) = actor {
            subjects.push(one.subject);
            actor = one.previous;
        }
        subjects
    }

    #[test]
    fn a_claim_of_another_form_names_no_actor() {
        assert_eq!(Actor::read(None), None);
        for act in [
            json!(null),
            json!("agent"),
            json!(["agent"]),
            json!({}),
            json!({"sub": 5}),
            json!({"sub": ""}),
            json!({"act": {"sub": "agent"}}),
        ] {
            assert_eq!(Actor::read(Some(&act)), None, "{act}");
        }
    }

    #[test]
    fn the_chain_begins_with_the_current_actor_and_is_bounded() {
        let act = json!({"sub": "agent", "iss": "https://other.example", "act": {"sub": "app"}});
        assert_eq!(chain(&act), ["agent", "app"]);
        let actor = Actor::read(Some(&act)).unwrap();
        assert_eq!(actor.issuer.as_deref(), Some("https://other.example"));
        assert_eq!(format!("{actor:?}"), "Actor { .. }");
        assert_eq!(
            chain(&json!({"sub": "agent", "act": {"sub": ["app"]}})),
            ["agent"]
        );
        let mut long = json!({"sub": "first"});
        for _ in 0..100 {
            long = json!({"sub": "later", "act": long});
        }
        assert_eq!(chain(&long).len(), Actor::MAX_CHAIN);
    }
}
