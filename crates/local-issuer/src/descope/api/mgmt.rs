//! `/v1/mgmt` and `/v2/mgmt`: what a program with the management key does to the directory.

mod keys;
mod license;
mod rights;
mod roles;
mod search;
mod sign_in;
mod tenants;
mod users;

use super::operation::{Operation, get, on, post};

pub(super) const OPERATIONS: &[&[Operation]] = &[USERS, RIGHTS, SESSIONS, KEYS, TENANTS, ROLES];

const USERS: &[Operation] = &[
    post("/v1/mgmt/user/create", users::create),
    post("/v1/mgmt/user/create/test", users::create_test),
    get("/v1/mgmt/user", users::load),
    post("/v1/mgmt/users/load", search::load),
    post("/v2/mgmt/user/search", search::search),
    post("/v2/mgmt/user/search/test", search::search),
    post("/v1/mgmt/user/search", search::search),
    post("/v1/mgmt/user/update", users::update),
    on("PATCH", "/v1/mgmt/user/patch", users::patch),
    post("/v1/mgmt/user/update/status", users::set_status),
    post("/v1/mgmt/user/password/set/active", users::set_password),
    post("/v1/mgmt/user/delete", users::delete),
    on(
        "DELETE",
        "/v1/mgmt/user/test/delete/all",
        users::delete_test_users,
    ),
];

const RIGHTS: &[Operation] = &[
    post("/v1/mgmt/user/update/role/set", rights::set_roles),
    post("/v2/mgmt/user/update/role/add", rights::add_roles),
    post("/v1/mgmt/user/update/role/add", rights::add_roles),
    post("/v1/mgmt/user/update/role/remove", rights::remove_roles),
    post("/v1/mgmt/user/update/tenant/add", rights::add_tenant),
    post("/v1/mgmt/user/update/tenant/remove", rights::remove_tenant),
];

const SESSIONS: &[Operation] = &[
    post("/v1/mgmt/user/signin/embeddedlink", sign_in::embedded_link),
    post("/v1/mgmt/tests/generate/magiclink", sign_in::test_link),
    post("/v1/mgmt/tests/generate/otp", sign_in::test_code),
    post("/v1/mgmt/auth/signin", sign_in::sign_in),
    post("/v1/mgmt/user/logout", sign_in::log_out),
];

const KEYS: &[Operation] = &[
    post("/v1/mgmt/accesskey/create", keys::create),
    get("/v1/mgmt/accesskey", keys::load),
    post("/v1/mgmt/accesskey/search", keys::search),
    post("/v1/mgmt/accesskey/update", keys::update),
    post("/v1/mgmt/accesskey/rotate", keys::rotate),
    post("/v1/mgmt/accesskey/deactivate", keys::deactivate),
    post("/v1/mgmt/accesskey/activate", keys::activate),
    post("/v1/mgmt/accesskey/delete", keys::delete),
];

const TENANTS: &[Operation] = &[
    post("/v1/mgmt/tenant/create", tenants::create),
    get("/v1/mgmt/tenant", tenants::load),
    get("/v1/mgmt/tenant/all", tenants::load_all),
    post("/v1/mgmt/tenant/search", tenants::search),
    post("/v1/mgmt/tenant/update", tenants::update),
    post("/v1/mgmt/tenant/delete", tenants::delete),
];

const ROLES: &[Operation] = &[
    post("/v1/mgmt/role/create", roles::create),
    get("/v1/mgmt/role/all", roles::load_all),
    post("/v1/mgmt/role/delete", roles::delete),
    post("/v1/mgmt/permission/create", roles::create_permission),
    get("/v1/mgmt/permission/all", roles::load_all_permissions),
    post("/v1/mgmt/permission/delete", roles::delete_permission),
    get("/v1/mgmt/license", license::load),
];
