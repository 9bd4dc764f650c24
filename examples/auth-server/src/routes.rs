//! The routes, one file a resource.

mod account;
mod assignments;
mod audit;
mod clients;
mod oauth;
mod permissions;
mod public;
mod roles;
mod sign_in;
mod signup;
mod users;
mod well_known;

use actix_web::web;
use identity_actix::no_such_route;
use utoipa_actix_web::service_config::ServiceConfig;

/// Routes that anybody may call.
pub fn public(app: &mut ServiceConfig) {
    app.service(public::index);
    app.service(well_known::openid_configuration)
        .service(well_known::jwks);
    app.service(signup::signup).service(sign_in::sign_in);
    app.service(oauth::issue).service(oauth::revoke);
    // Before the protected scope of the same prefix, which would ask for a token first.
    for path in ["/user/signup", "/user/login"] {
        app.route(path, web::route().to(no_such_route));
    }
    app.service(service_kit::health::health)
        .service(service_kit::health::ready);
}

/// Routes under `/user` that need a token.
pub fn user(scope: &mut ServiceConfig) {
    scope
        .service(account::me)
        .service(account::logout)
        .service(account::change_password);
    scope.service(users::list).service(users::create);
    scope.service(users::get).service(users::delete);
}

/// Routes under `/role`.
pub fn role(scope: &mut ServiceConfig) {
    scope
        .service(assignments::attach)
        .service(assignments::detach);
    scope
        .service(assignments::assign)
        .service(assignments::unassign);
    scope
        .service(roles::list)
        .service(roles::create)
        .service(roles::delete);
}

/// Routes under `/permission`.
pub fn permission(scope: &mut ServiceConfig) {
    scope
        .service(permissions::list)
        .service(permissions::create)
        .service(permissions::delete);
}

/// Routes under `/client`.
pub fn client(scope: &mut ServiceConfig) {
    scope
        .service(clients::list)
        .service(clients::create)
        .service(clients::delete);
}

/// Routes under `/audit`.
pub fn audit(scope: &mut ServiceConfig) {
    scope.service(audit::list);
}
