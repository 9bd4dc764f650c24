//! The routes, with one file per resource.

mod admin;
mod messages;
mod organizations;
mod public;
mod token;

// example: left out by copy-crate
mod caller;
mod guide;
mod rights;
// end of example

use service_kit::Routes;

/// Registers the routes that need no token.
pub fn public(routes: &mut Routes) {
    routes.service(public::index).service(public::hello);
    // example: left out by copy-crate
    routes.service(guide::info).service(guide::token_structure);
    // end of example
}

/// Registers the routes under `/api`, which need a token.
pub fn api(routes: &mut Routes) {
    routes.service(token::private);
    routes.service(messages::readonly);
    // example: left out by copy-crate
    routes.service(caller::profile).service(caller::claims);
    routes.service(caller::token_info);
    routes.service(messages::write).service(messages::delete);
    routes.service(rights::roles).service(rights::permissions);
    // end of example
    routes.service(admin::admin).service(admin::stats);
    routes
        .service(organizations::list)
        .service(organizations::roles)
        .service(organizations::permissions)
        .service(organizations::admin);
}
