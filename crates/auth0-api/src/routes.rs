//! The routes, with one file per resource.

mod admin;
mod messages;
mod organizations;
mod public;
mod rights;
mod token;

use service_kit::Routes;

/// Registers the routes that need no token.
pub fn public(routes: &mut Routes) {
    routes
        .service(public::index)
        .service(public::info)
        .service(public::token_structure)
        .service(public::hello);
}

/// Registers the routes under `/api`, which need a token.
pub fn api(routes: &mut Routes) {
    routes
        .service(token::private)
        .service(token::profile)
        .service(token::claims)
        .service(token::token_info);
    routes.service(rights::roles).service(rights::permissions);
    routes
        .service(messages::readonly)
        .service(messages::write)
        .service(messages::delete);
    routes.service(admin::admin).service(admin::stats);
    routes
        .service(organizations::list)
        .service(organizations::roles)
        .service(organizations::permissions)
        .service(organizations::admin);
}
