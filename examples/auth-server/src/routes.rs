//! The routes, with one file per resource.

mod account;
mod assignments;
mod audit;
mod authorize;
mod browser_sign_in;
mod browser_sign_out;
mod client_authentication;
mod clients;
mod code_grant;
mod introspect;
mod issue;
mod oauth;
mod password_check;
mod permissions;
mod public;
mod revoke;
mod roles;
mod sign_in;
mod signup;
mod userinfo;
mod users;
mod well_known;

use service_kit::Routes;

/// Registers the routes that need no token.
pub fn public(routes: &mut Routes) {
    routes.service(public::index);
    routes
        .service(well_known::openid_configuration)
        .service(well_known::authorization_server)
        .service(well_known::authorization_server_at_path)
        .service(well_known::jwks);
    routes.service(signup::signup).service(sign_in::sign_in);
    routes
        .service(oauth::issue)
        .service(revoke::revoke)
        .service(introspect::introspect);
    routes
        .service(authorize::authorize)
        .service(authorize::authorize_by_form)
        .service(browser_sign_in::sign_in_by_form)
        .service(browser_sign_in::style)
        .service(browser_sign_out::logout)
        .service(browser_sign_out::logout_by_form);
}

/// Registers the routes under `/oauth` that need a token.
pub fn oauth(routes: &mut Routes) {
    routes
        .service(userinfo::userinfo)
        .service(userinfo::userinfo_by_post);
}

/// Registers the routes under `/user` that need a token.
pub fn user(routes: &mut Routes) {
    routes
        .service(account::me)
        .service(account::logout)
        .service(account::change_password);
    routes.service(users::list).service(users::create);
    routes.service(users::get).service(users::delete);
}

/// Registers the routes under `/role`.
pub fn role(routes: &mut Routes) {
    routes
        .service(assignments::attach)
        .service(assignments::detach);
    routes
        .service(assignments::assign)
        .service(assignments::unassign);
    routes
        .service(roles::list)
        .service(roles::create)
        .service(roles::delete);
}

/// Registers the routes under `/permission`.
pub fn permission(routes: &mut Routes) {
    routes
        .service(permissions::list)
        .service(permissions::create)
        .service(permissions::delete);
}

/// Registers the routes under `/client`.
pub fn client(routes: &mut Routes) {
    routes
        .service(clients::list)
        .service(clients::create)
        .service(clients::delete);
}

/// Registers the routes under `/audit`.
pub fn audit(routes: &mut Routes) {
    routes.service(audit::list);
}
