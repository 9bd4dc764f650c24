//! The signals that stop a service.

use std::io;

/// A signal that was received by this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGTERM: sent by the supervisor of the service.
    Terminate,
    /// SIGINT: sent from the keyboard.
    Interrupt,
    /// SIGQUIT: stop at once.
    Quit,
}

/// A stream of the signals from now on, which may be disabled.
pub(crate) struct Signals(Option<system::Signals>);

impl Signals {
    /// Handles the signals from now on. Errors: the system does not allow it.
    pub(crate) fn handled() -> io::Result<Self> {
        Ok(Self(Some(system::Signals::new()?)))
    }

    /// Does not handle signals; another part of the program does.
    pub(crate) fn ignored() -> Self {
        Self(None)
    }

    pub(crate) async fn next(&mut self) -> Signal {
        match &mut self.0 {
            Some(signals) => signals.next().await,
            None => std::future::pending().await,
        }
    }
}

/// A stream of SIGHUP from now on. Without it, the signal ends the process. There is none outside Unix.
pub(crate) struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

impl Hangups {
    /// Handles the signal from now on. Errors: the system does not allow it.
    pub(crate) fn handled() -> io::Result<Self> {
        #[cfg(unix)]
        return Ok(Self(tokio::signal::unix::signal(
            tokio::signal::unix::SignalKind::hangup(),
        )?));
        #[cfg(not(unix))]
        return Ok(Self());
    }

    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if self.0.recv().await.is_some() {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use tokio::signal::unix::{self, SignalKind};

    use super::Signal;

    pub(super) struct Signals {
        terminate: unix::Signal,
        interrupt: unix::Signal,
        quit: unix::Signal,
    }

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                terminate: unix::signal(SignalKind::terminate())?,
                interrupt: unix::signal(SignalKind::interrupt())?,
                quit: unix::signal(SignalKind::quit())?,
            })
        }

        pub(super) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.terminate.recv() => Signal::Terminate,
                _ = self.interrupt.recv() => Signal::Interrupt,
                _ = self.quit.recv() => Signal::Quit,
            }
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use super::Signal;

    pub(super) struct Signals;

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn next(&mut self) -> Signal {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::Interrupt,
                Err(_) => std::future::pending().await,
            }
        }
    }
}
