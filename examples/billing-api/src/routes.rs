//! The routes, one file a resource.

mod billing;
mod body;
mod invoices;
mod me;
mod public;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes that anybody may call.
pub fn public(app: &mut ServiceConfig) {
    app.service(public::index);
    app.service(service_kit::health::health)
        .service(service_kit::health::ready);
}

/// Routes under `/billing`, all of which need a token.
pub fn billing(scope: &mut ServiceConfig) {
    scope
        .service(billing::read)
        .service(billing::write)
        .service(billing::delete);
    scope.service(me::me);
    scope
        .service(invoices::list)
        .service(invoices::create)
        .service(invoices::get)
        .service(invoices::change)
        .service(invoices::delete);
}
