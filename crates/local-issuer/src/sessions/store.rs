//! The sessions by id and by token, and the limits.

use std::collections::{BTreeMap, HashMap, VecDeque};

use aws_lc_rs::digest::{SHA256, digest};

use super::limits::SessionLimits;
use super::session::Session;

/// The SHA-256 of a refresh token.
pub(super) type Hash = [u8; 32];

/// Used tokens that a session remembers. An older one is refused too, but it is unknown, and ends nothing.
const USED_TOKENS: usize = 32;
/// Roughly the memory that one remembered token takes, in bytes.
const TOKEN_WEIGHT: usize = 128;

/// Sessions in the order in which they were opened.
#[derive(Default)]
pub(super) struct Store {
    sessions: BTreeMap<u64, Kept>,
    ids: HashMap<String, u64>,
    tokens: HashMap<Hash, u64>,
    opened: u64,
    weight: usize,
}

struct Kept {
    session: Session,
    current: Option<Hash>,
    /// Latest last.
    used: VecDeque<Hash>,
    weight: usize,
}

pub(super) fn hash(token: &str) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

impl Store {
    pub(super) fn insert(
        &mut self,
        session: Session,
        current: Option<Hash>,
        limits: &SessionLimits,
    ) {
        let number = self.opened;
        self.opened += 1;
        // All the tokens that it can come to have are counted from the start.
        let tokens = if current.is_some() { USED_TOKENS } else { 0 };
        let weight = session.weight() + tokens * TOKEN_WEIGHT;
        self.weight += weight;
        self.ids.insert(session.id.clone(), number);
        self.tokens.extend(current.map(|token| (token, number)));
        let kept = Kept {
            session,
            current,
            used: VecDeque::new(),
            weight,
        };
        self.sessions.insert(number, kept);
        while self.sessions.len() > limits.sessions || self.weight > limits.bytes {
            let Some(oldest) = self.sessions.first_key_value().map(|(number, _)| *number) else {
                break;
            };
            self.remove(oldest);
        }
    }

    pub(super) fn of_id(&self, id: &str) -> Option<&Session> {
        let kept = self.sessions.get(self.ids.get(id)?)?;
        Some(&kept.session)
    }

    /// The session that had this token, and whether it is the one that continues it.
    pub(super) fn of_token(&self, token: &Hash) -> Option<(&Session, bool)> {
        let kept = self.sessions.get(self.tokens.get(token)?)?;
        Some((&kept.session, kept.current == Some(*token)))
    }

    /// Makes `next` the token that continues the session of `used`.
    pub(super) fn replace(&mut self, used: &Hash, next: Hash) {
        let Some(number) = self.tokens.get(used).copied() else {
            return;
        };
        let Some(kept) = self.sessions.get_mut(&number) else {
            return;
        };
        kept.current = Some(next);
        kept.used.push_back(*used);
        self.tokens.insert(next, number);
        if kept.used.len() > USED_TOKENS
            && let Some(oldest) = kept.used.pop_front()
        {
            self.tokens.remove(&oldest);
        }
    }

    pub(super) fn remove_id(&mut self, id: &str) -> bool {
        let number = self.ids.get(id).copied();
        number.is_some_and(|number| self.remove(number))
    }

    pub(super) fn remove_persona(&mut self, persona: &str) -> usize {
        let sessions = self.sessions.iter();
        let theirs: Vec<_> = sessions
            .filter(|(_, kept)| kept.session.persona == persona)
            .map(|(number, _)| *number)
            .collect();
        theirs.iter().for_each(|number| {
            self.remove(*number);
        });
        theirs.len()
    }

    pub(super) fn count(&self) -> usize {
        self.sessions.len()
    }

    fn remove(&mut self, number: u64) -> bool {
        let Some(kept) = self.sessions.remove(&number) else {
            return false;
        };
        self.weight -= kept.weight;
        self.ids.remove(&kept.session.id);
        for token in kept.used.iter().chain(&kept.current) {
            self.tokens.remove(token);
        }
        true
    }
}
