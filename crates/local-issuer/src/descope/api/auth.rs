//! `/v1/auth`: what a person's client and an API's server do with sessions.

mod session;
mod sign_in;

use super::operation::{Operation, get, post};

pub(super) const OPERATIONS: &[Operation] = &[
    post("/v1/auth/password/signup", sign_in::sign_up),
    post("/v1/auth/password/signin", sign_in::by_password),
    post("/v1/auth/magiclink/verify", sign_in::by_link),
    post("/v1/auth/otp/verify/email", sign_in::by_code),
    post("/v1/auth/otp/verify/sms", sign_in::by_code),
    post("/v1/auth/refresh", session::refresh),
    post("/v1/auth/try-refresh", session::try_refresh),
    post("/v1/auth/tenant/select", session::select_tenant),
    post("/v1/auth/validate", session::validate),
    get("/v1/auth/me", session::me),
    post("/v1/auth/me/tenants", session::my_tenants),
    post("/v1/auth/logout", session::log_out),
    post("/v1/auth/logoutall", session::log_out_everywhere),
];
