//! The routes, with one file per resource.

mod admin;
mod data;
mod members;
mod messages;
mod public;
mod rights;
mod tenants;
mod token;
mod users;

use service_kit::Routes;

/// Registers the routes that need no token.
pub fn public(routes: &mut Routes) {
    routes.service(public::index).service(public::hello);
}

/// Registers the routes under `/api`, which need a token.
pub fn api(routes: &mut Routes) {
    routes
        .service(token::private)
        .service(token::me)
        .service(token::claims);
    routes.service(token::token_info).service(token::profile);
    routes
        .service(messages::readonly)
        .service(messages::write)
        .service(messages::delete);
    routes.service(data::data);
    routes.service(rights::roles).service(rights::permissions);
    routes.service(admin::list).service(admin::stats);
    routes.service(users::create).service(users::delete);
    routes
        .service(tenants::list)
        .service(tenants::roles)
        .service(tenants::permissions);
    routes
        .service(members::list)
        .service(members::create)
        .service(members::delete);
}
