//! Rotating signing keys: what to do, and what is published afterwards.

/// How to rotate; the default is what the provider does by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    pub(crate) step: Step,
    pub(crate) revoke: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Step {
    /// The key published ahead, if there is one, else a new key, becomes current; Auth0 publishes a new next one.
    #[default]
    AsTheProvider,
    /// A next key is published; the current one goes on signing.
    PublishAhead,
    /// A key that was never published signs at once, even if another was published ahead.
    Unannounced,
}

impl Rotation {
    /// Publishes the next key without using it yet; the next rotation makes it current.
    pub fn publish_ahead() -> Self {
        Self {
            step: Step::PublishAhead,
            revoke: false,
        }
    }

    /// Signs with a key that was never published before, at once.
    pub fn unannounced() -> Self {
        Self {
            step: Step::Unannounced,
            revoke: false,
        }
    }

    /// Also takes every previous key out of the key set.
    #[must_use]
    pub fn and_revoke(self) -> Self {
        Self {
            revoke: true,
            ..self
        }
    }
}

/// The key ids of one provider.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct KeyIds {
    /// The key that signs.
    pub current: String,
    /// The key that will sign after the next rotation, if it is published already.
    pub next: Option<String>,
    /// Keys that signed before, latest first.
    pub previous: Vec<String>,
    /// Keys that were published besides, see [`ProviderHandle::publish`](crate::ProviderHandle::publish).
    pub published: Vec<String>,
    /// Which of these are in use and not in the key set, see [`ProviderHandle::withhold`](crate::ProviderHandle::withhold).
    pub withheld: Vec<String>,
    /// Keys that left the key set, latest first, at most 100.
    pub withdrawn: Vec<String>,
}
