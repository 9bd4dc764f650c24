//! The routes, with one file per resource.

mod admin;
mod members;
mod messages;
mod public;
mod tenants;
mod token;
mod users;

// example: left out by copy-crate
mod caller;
mod data;
mod rights;
// end of example

use service_kit::Routes;

/// Registers the routes that need no token.
pub fn public(routes: &mut Routes) {
    routes.service(public::index).service(public::hello);
}

/// Registers the routes under `/api`, which need a token.
pub fn api(routes: &mut Routes) {
    routes.service(token::private);
    routes.service(messages::readonly);
    // example: left out by copy-crate
    routes.service(caller::me).service(caller::claims);
    routes.service(caller::token_info).service(caller::profile);
    routes.service(messages::write).service(messages::delete);
    routes.service(data::data);
    routes.service(rights::roles).service(rights::permissions);
    // end of example
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
