//! The routes, with one file per resource.

mod billing;
mod body;
mod invoices;
mod me;
mod public;

use service_kit::Routes;

pub(crate) use public::AcceptedIssuers;

/// Registers the routes that need no token.
pub fn public(routes: &mut Routes) {
    routes.service(public::index);
}

/// Registers the routes under `/billing`, which all need a token.
pub fn billing(routes: &mut Routes) {
    routes.service(billing::read);
    // example: left out by copy-crate
    routes.service(billing::write).service(billing::delete);
    // end of example
    routes.service(me::me);
    routes
        .service(invoices::list)
        .service(invoices::create)
        .service(invoices::get)
        .service(invoices::change)
        .service(invoices::delete);
}
