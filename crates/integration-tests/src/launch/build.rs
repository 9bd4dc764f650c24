//! Puts a service together from its settings.

use anyhow::Result;
use service_kit::BoundServer;
use service_kit::settings::{ServiceSettings, SettingsReader, Signals};

use crate::kind::ServiceKind;

/// Builds a server on a free port of this machine, with this database. Must be called inside an actix runtime.
pub(super) async fn build(
    kind: ServiceKind,
    reader: SettingsReader,
    database_url: String,
) -> Result<BoundServer> {
    match kind {
        ServiceKind::DescopeApi => {
            let mut settings = descope_api::Settings::read(reader)?;
            here(&mut settings.service);
            settings.database.url = database_url;
            descope_api::server::build(settings).await
        }
        ServiceKind::Auth0Api => {
            let mut settings = auth0_api::Settings::read(reader)?;
            here(&mut settings.service);
            auth0_api::server::build(settings).await
        }
        ServiceKind::BillingApi => {
            let mut settings = billing_api::Settings::read(reader)?;
            here(&mut settings.service);
            settings.database.url = database_url;
            billing_api::server::build(settings).await
        }
    }
}

/// For this process alone.
fn here(service: &mut ServiceSettings) {
    let defaults = ServiceSettings::on_port(0);
    service.host = defaults.host;
    service.port = defaults.port;
    service.signals = Signals::Ignored;
}
