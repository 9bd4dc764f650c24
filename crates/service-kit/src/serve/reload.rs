//! Taking changed settings without a stop.
//!
//! The settings are read again at SIGHUP, and when a file of theirs has changed, if `SETTINGS_POLL_SECONDS` is set. What a
//! running service can take, it takes in one step: each worker makes its app again, from a [`Service`] with the new
//! settings, and its next request is handled by that one. The rest is named in the log, and needs a restart.
//!
//! The environment of a process cannot be changed from outside: what can change are `CONFIG_FILE`, `.env`, the files of
//! secrets, and `EXTRA_CA_FILE`.

use std::sync::Arc;
use std::time::Duration;

use identity_core::keys::KeyStatus;
use identity_core::{Authenticator, AuthenticatorBuilder};
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::files::Files;
use super::live::Live;
use super::program::Configuration;
use super::signal::Hangups;
use crate::observe::{ReloadOutcome, Reloads, audit, awaiting_restart, telemetry};
use crate::service::Service;
use crate::settings::{Changes, Effect, Record, ServiceSettings};

/// How long the keys of a changed issuer may take to arrive, with the attempts that `KEYS__RETRY_SECONDS` paces.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often keys that could not be fetched are looked for.
const LOOK: Duration = Duration::from_millis(50);

type Configure<S> = fn(Service, &S) -> Service;

type BuildAuthenticator<S> = fn(&S) -> anyhow::Result<AuthenticatorBuilder>;

/// How a running service takes changed settings `S`.
#[derive(Debug, Clone)]
#[must_use]
pub struct Reload<S> {
    configure: Configure<S>,
    authenticator: Option<BuildAuthenticator<S>>,
}

impl<S> Reload<S> {
    /// `configure` returns the service with all settings that its app is made of: [`Service::with_settings`], and those app
    /// data that settings are in. App data that it does not set stay as they are.
    pub fn new(configure: Configure<S>) -> Self {
        Self {
            configure,
            authenticator: None,
        }
    }

    /// Replaces the authenticator when the settings of tokens or issuers have changed. Without this, it never changes.
    ///
    /// Keys that are fetched as before are kept; others are fetched before the old authenticator is replaced. The new one
    /// has an empty cache.
    pub fn authenticated_by(self, authenticator: BuildAuthenticator<S>) -> Self {
        Self {
            authenticator: Some(authenticator),
            ..self
        }
    }
}

/// Reads the settings again, and has the running service take them.
pub(crate) struct Reloader<S> {
    configuration: Configuration<S>,
    live: Live,
    reloads: Reloads,
    hangups: Hangups,
    files: Files,
    in_effect: Record,
}

impl<S> Reloader<S> {
    /// `listen` are the settings of the running service.
    pub(crate) fn new(
        configuration: Configuration<S>,
        live: Live,
        hangups: Hangups,
        listen: &ServiceSettings,
    ) -> Self {
        let in_effect = listen.record.read();
        Reloads::started();
        Self {
            configuration,
            reloads: live.service().health.reloads(),
            live,
            hangups,
            files: Files::new(in_effect.files(), every(listen)),
            in_effect,
        }
    }

    /// Never ends.
    pub(crate) async fn run(mut self) {
        loop {
            tokio::select! {
                () = self.hangups.next() => audit::reopen(),
                () = self.files.changed() => {}
            }
            self.reload().await;
        }
    }

    /// The metrics and the readiness are those of the outcome before the log names it.
    async fn reload(&mut self) {
        match self.attempt().await {
            Ok(changes) => self.succeeded(&changes),
            Err(Refused { reason, short }) => {
                let told = format!("changed settings were refused: {short}");
                self.reloads.ended(ReloadOutcome::Refused, Some(told));
                warn!(%reason, "changed settings refused, those before are in use: {reason}");
            }
        }
    }

    fn succeeded(&self, changes: &Changes) {
        let changed = changes.reloaded().join(", ");
        let waiting = changes.need_restart();
        awaiting_restart(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
        if changed.is_empty() {
            self.reloads.ended(ReloadOutcome::Unchanged, None);
            info!("settings read again: none has changed that a running service can take");
        } else {
            self.reloads.ended(ReloadOutcome::Applied, None);
            info!(settings.changed = %changed, "changed settings in use: {changed}");
        }
        if !waiting.is_empty() {
            let waiting = waiting.join(", ");
            warn!(settings.waiting = %waiting, "changed settings that need a restart: {waiting}");
        }
    }

    /// Returns what has changed. Errors: nothing has, because the settings cannot be used.
    async fn attempt(&mut self) -> Result<Changes, Refused> {
        self.files.use_now();
        let settings = (self.configuration.read)();
        let settings = settings.map_err(|error| {
            self.files.look_at(error.files(), self.files.every());
            Refused::faults(error.problems())
        })?;
        let listen = (self.configuration.service)(&settings);
        let read = listen.record.read();
        self.files.look_at(read.files(), every(listen));
        let changes = self.in_effect.changes(&read);
        if changes.reloaded().is_empty() {
            return Ok(changes);
        }
        let service = self.live.service();
        let in_use = service.authenticator();
        let authenticator = self.authenticator(&settings, &changes, in_use).await?;
        let service = service.with_authenticator(authenticator);
        let service = (self.configuration.reload.configure)(service, &settings);
        if !Live::can_run(&service).await {
            return Err(Refused::whole("no app can be made of them"));
        }
        if changes.have(Effect::Log) {
            telemetry::set_filter(&listen.log.filter).map_err(Refused::whole)?;
        }
        self.live.replace(service);
        self.in_effect.take(&read);
        Ok(changes)
    }

    /// Returns the authenticator of these settings, with its keys: the one in use if nothing of it has changed.
    async fn authenticator(
        &self,
        settings: &S,
        changes: &Changes,
        in_use: &Arc<Authenticator>,
    ) -> Result<Arc<Authenticator>, Refused> {
        let is_other = changes.have(Effect::Tokens) || changes.have(Effect::Issuer);
        let build = self.configuration.reload.authenticator;
        let Some(build) = build.filter(|_| is_other) else {
            return Ok(Arc::clone(in_use));
        };
        let builder = build(settings).map_err(Refused::whole)?;
        // Keys that were fetched through another proxy, or from a host that another authority vouched for, are not kept.
        let builder = match changes.have(Effect::Issuer) {
            true => builder,
            false => builder.keys_of(in_use),
        };
        let authenticator = builder.build().map_err(Refused::whole)?;
        has_keys(&authenticator).await?;
        Ok(Arc::new(authenticator))
    }
}

/// Waits for the keys of an authenticator, while the one in use goes on.
async fn has_keys(authenticator: &Authenticator) -> Result<(), Refused> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let Ok(fetched) = tokio::time::timeout_at(deadline, authenticator.first_keys()).await
        else {
            return Err(Refused::whole("the keys of an issuer did not come in time"));
        };
        let Err(status) = fetched else { return Ok(()) };
        if Instant::now() + LOOK > deadline {
            let KeyStatus::Starting { reason } = status.keys else {
                return Ok(());
            };
            let (issuer, reason) = (status.issuer, reason.unwrap_or_default());
            return Err(Refused::whole(format!("keys of {issuer}: {reason}")));
        }
        sleep(LOOK).await;
    }
}

fn every(listen: &ServiceSettings) -> Option<Duration> {
    listen.settings_poll_seconds.map(Duration::from_secs)
}

/// Why settings were refused.
struct Refused {
    /// For the log.
    reason: String,
    /// For `/health/ready`, which everyone may read: without values and where they come from.
    short: String,
}

impl Refused {
    /// Each fault begins with what it is about.
    fn faults(problems: &[String]) -> Self {
        let subjects = problems.iter().map(|problem| {
            let ends = [": ", " (it comes from "].map(|end| problem.find(end));
            let end = ends.into_iter().flatten().min().unwrap_or(problem.len());
            problem.get(..end).unwrap_or_default()
        });
        Self {
            short: subjects.collect::<Vec<_>>().join("; "),
            reason: problems.join("; "),
        }
    }

    fn whole(reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self {
            short: reason.clone(),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refused;

    #[test]
    fn readiness_names_the_settings_without_values_and_files() {
        let problems = [
            "CORS_ALLOWED_ORIGINS cannot be used: \"secret\" is not an origin (it comes from /etc/secret.toml)",
            "secret_word is not a setting of this service (it comes from /etc/secret.toml)",
            "AUTH0_API_AUDIENCE is not set: the identifier of your API",
        ];
        let refused = Refused::faults(&problems.map(str::to_owned));
        assert_eq!(
            refused.short,
            "CORS_ALLOWED_ORIGINS cannot be used; secret_word is not a setting of this service; AUTH0_API_AUDIENCE is not set"
        );
        assert_eq!(refused.reason, problems.join("; "));
    }
}
