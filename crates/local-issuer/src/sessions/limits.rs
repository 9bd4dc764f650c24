//! How many sessions there may be.

/// How many sessions are kept in memory; the oldest is dropped for a new one.
#[derive(Clone, Debug)]
pub struct SessionLimits {
    /// How many sessions of one provider there may be; 10,000.
    pub sessions: usize,
    /// How much memory the sessions of one provider may take, roughly; 32 MiB.
    pub bytes: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            sessions: 10_000,
            bytes: 32 * 1024 * 1024,
        }
    }
}
