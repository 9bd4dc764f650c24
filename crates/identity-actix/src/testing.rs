//! What a test of a service with these extractors needs, besides `identity_core::testing`. Needs the feature `testing`.
#![expect(
    clippy::expect_used,
    reason = "a test whose caller has no token has to stop"
)]

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::test::TestRequest;
use actix_web::{FromRequest, HttpMessage};
use identity_core::testing::TestCaller;

use crate::authenticate::Session;
use crate::credentials::Credentials;
use crate::protection_space::ProtectionSpace;

/// Returns what a handler's extractor gives it for this caller: a [`Require<P>`](crate::Require), a
/// [`Caller`](crate::Caller), [`Claims<T>`](crate::Claims) or one of your own. With it, a test calls the handler as a function,
/// without an app.
///
/// ```
/// use identity_actix::Require;
/// use identity_actix::testing::extract;
/// use identity_core::providers::Oidc;
/// use identity_core::testing::TestIssuer;
/// use identity_core::{Rule, policies};
///
/// policies! { ReadReports = Rule::role("reader"); }
///
/// async fn reports(caller: Require<ReadReports>) -> String {
///     format!("reports for {}", caller.principal().subject)
/// }
///
/// # actix_web::rt::System::new().block_on(async {
/// let issuer = TestIssuer::of(Oidc::issuer("https://issuer.example", "api").unwrap());
/// let reader = issuer.caller("user-1").role("reader");
/// assert_eq!(reports(extract(&reader).await.unwrap()).await, "reports for user-1");
///
/// let refused = extract::<Require<ReadReports>>(&issuer.caller("user-2")).await;
/// assert_eq!(refused.err().unwrap().to_string(), "missing_role: Missing required role: reader");
/// # });
/// ```
///
/// The caller's token is verified, and the rule of a policy is checked, as in a service. Errors: those of the extractor.
/// Panics if the caller's token is refused, as [`TestCaller::authenticated`] does.
pub async fn extract<T: FromRequest>(caller: &TestCaller<'_>) -> Result<T, T::Error> {
    let request = TestRequest::get()
        .insert_header(caller.bearer())
        .to_http_request();
    let session = Session {
        space: Arc::new(ProtectionSpace::new("api")),
        caller: caller.authenticated().await,
        token: Credentials::of(request.headers()).expect("a caller has a token"),
    };
    request.extensions_mut().insert(session);
    T::from_request(&request, &mut Payload::None).await
}
