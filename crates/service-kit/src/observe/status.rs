//! The metrics about the service itself: which one it is, since when it listens, and whether it is ready.

use std::time::Duration;

use ::metrics::gauge;
use actix_web::rt;
use identity_core::clock::{Clock, SystemClock};
use tokio::time::{MissedTickBehavior, interval};

use crate::metrics::{self, PROCESS_START, SERVICE_INFO};
use crate::serve::live::Live;
use crate::service::Service;

/// How often readiness is checked, so that its metrics are right where no probe asks for `/health/ready`.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// Reports which service this is, and its readiness from now on. Does nothing if there is no reader of metrics.
///
/// Must be called inside an actix runtime, on which it goes on until that ends.
pub(crate) fn report(live: &Live) {
    if !metrics::are_wanted() {
        return;
    }
    introduce(&live.service());
    let live = live.clone();
    drop(rt::spawn(async move {
        let mut again = interval(CHECK_EVERY);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            again.tick().await;
            let service = live.service();
            service.health.check().await;
        }
    }));
}

/// Reports which service this is, and that it starts now.
pub(crate) fn introduce(service: &Service) {
    let info = service.info;
    gauge!(SERVICE_INFO, "service" => info.name, "version" => info.version).set(1.0);
    gauge!(PROCESS_START).set(SystemClock.now().seconds());
}
