//! The routes, one file a resource.

mod admin;
mod messages;
mod public;
mod rights;
mod token;

use actix_web::web;
use identity_actix::no_such_route;
use utoipa_actix_web::service_config::ServiceConfig;

/// Routes that anybody may call.
pub fn public(app: &mut ServiceConfig) {
    app.service(public::index)
        .service(public::info)
        .service(public::token_structure)
        .service(public::hello);
    // Before the protected scope of the same prefix, which would ask for a token first.
    app.route("/api/public", web::route().to(no_such_route));
    app.service(service_kit::health::health)
        .service(service_kit::health::ready);
}

/// Routes under `/api` that need a token.
pub fn api(scope: &mut ServiceConfig) {
    scope
        .service(token::private)
        .service(token::profile)
        .service(token::claims)
        .service(token::token_info);
    scope.service(rights::roles).service(rights::permissions);
    scope
        .service(messages::readonly)
        .service(messages::write)
        .service(messages::delete);
    scope.service(admin::admin).service(admin::stats);
}
