//! The keys of both providers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::ring_keys::RingKeys;
use super::style::KeyStyle;
use crate::kind::ProviderKind;

/// The style of each provider's keys.
pub(crate) type KeyStyles = [(ProviderKind, KeyStyle); 2];

/// The signing keys of both providers, to start another issuer with.
#[derive(Clone)]
pub struct IssuerKeys(pub(crate) BTreeMap<ProviderKind, RingKeys>);

impl IssuerKeys {
    /// Returns fresh keys for each provider; they are made at the same time, because each takes a while.
    pub(crate) fn generate(styles: &KeyStyles) -> Result<Self, KeyError> {
        std::thread::scope(|scope| {
            let spawn = |style: KeyStyle| scope.spawn(move || style.new_key(Algorithm::Rs256));
            let making = styles.map(|(kind, style)| {
                let next = style.publishes_ahead.then(|| spawn(style));
                (kind, spawn(style), next)
            });
            let mut rings = BTreeMap::new();
            for (kind, current, next) in making {
                let made = |key: std::thread::ScopedJoinHandle<'_, _>| {
                    key.join().unwrap_or(Err(KeyError::Generate))
                };
                let keys = RingKeys::new(made(current)?, next.map(made).transpose()?);
                rings.insert(kind, keys);
            }
            Ok(Self(rings))
        })
    }

    /// Returns the keys of this process, which are made when they are first asked for.
    pub(crate) fn shared(styles: &KeyStyles) -> Result<Self, KeyError> {
        static SHARED: Mutex<Option<IssuerKeys>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        match &*shared {
            Some(keys) => Ok(keys.clone()),
            None => Ok(shared.insert(Self::generate(styles)?).clone()),
        }
    }
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let current = self.0.iter().map(|(kind, keys)| (kind, keys.current.kid()));
        formatter.debug_map().entries(current).finish()
    }
}
