//! Where people sign in and out, and what their clients ask for.

use std::sync::Arc;

use super::project::Project;
use super::{device, user_info};
use crate::faults::Endpoint;
use crate::provider::{Call, Methods, Route};
use crate::sign_in::{LogOutParameters, authorize, form_routes, log_out};

const LOGOUT: LogOutParameters = LogOutParameters {
    return_to: "post_logout_redirect_uri",
    confirms: true,
};

/// The addresses of the project's default application, and those of the inbound applications.
pub(super) fn routes(project: Arc<Project>) -> Vec<Route> {
    let of = |path: String, endpoint, respond: fn(&Call<'_>, &Project) -> Result<_, _>| {
        let project = Arc::clone(&project);
        Route::new(path, endpoint, move |call| respond(call, &project))
    };
    let mut routes = vec![
        of(
            "/oauth2/v1/authorize".to_owned(),
            Endpoint::Authorize,
            |call, project| Ok(authorize(call, project, false)),
        )
        .with(Methods::GetAndPost),
        of(
            "/oauth2/v1/device".to_owned(),
            Endpoint::DeviceAuthorization,
            device::respond,
        )
        .with(Methods::Post),
        of(
            "/oauth2/v1/logout".to_owned(),
            Endpoint::Logout,
            |call, project| Ok(log_out(call, project, &LOGOUT)),
        )
        .with(Methods::GetAndPost),
    ];
    let inbound = [
        "/oauth2/v1/apps".to_owned(),
        format!("/oauth2/v1/apps/{}", project.id),
    ];
    for base in &inbound {
        let path = format!("{base}/authorize");
        let route = of(path, Endpoint::Authorize, |call, project| {
            Ok(authorize(call, project, true))
        });
        routes.push(route.with(Methods::GetAndPost));
    }
    for base in inbound.iter().map(String::as_str).chain(["/oauth2/v1"]) {
        let path = format!("{base}/userinfo");
        let route = of(path, Endpoint::Userinfo, user_info::user_info);
        routes.push(route.with(Methods::GetAndPost));
        let path = format!("{base}/revoke");
        let route = of(path, Endpoint::Revocation, user_info::revoke);
        routes.push(route.with(Methods::Post));
    }
    routes.extend(form_routes(project));
    routes
}
