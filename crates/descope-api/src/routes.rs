//! The routes, one file a resource.

mod admin;
mod data;
mod messages;
mod public;
mod rights;
mod token;
mod users;

use actix_web::web;
use identity_actix::no_such_route;
use utoipa_actix_web::service_config::ServiceConfig;

/// Routes that anybody may call.
pub fn public(app: &mut ServiceConfig) {
    app.service(public::index).service(public::hello);
    // Before the protected scope of the same prefix, which would ask for a token first.
    app.route("/api/public", web::route().to(no_such_route));
    app.service(service_kit::health::health)
        .service(service_kit::health::ready);
}

/// Routes under `/api` that need a token.
pub fn api(scope: &mut ServiceConfig) {
    scope
        .service(token::private)
        .service(token::me)
        .service(token::claims);
    scope.service(token::token_info).service(token::profile);
    scope
        .service(messages::readonly)
        .service(messages::write)
        .service(messages::delete);
    scope.service(data::data);
    scope.service(rights::roles).service(rights::permissions);
    scope.service(admin::list).service(admin::stats);
    scope.service(users::create).service(users::delete);
}
