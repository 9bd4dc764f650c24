use actix_web::ResponseError;
use identity_core::Denial;

use super::ApiError;
use crate::ErrorCode;

#[test]
fn each_code_has_its_status_and_is_on_its_response() {
    for &code in ErrorCode::ALL {
        let error = ApiError::new(code, "what happened");
        let response = error.error_response();
        assert_eq!(response.status(), code.status(), "{code:?}");
        assert_eq!(error.status_code(), code.status(), "{code:?}");
        assert_eq!(response.extensions().get(), Some(&code));
    }
}

#[test]
fn the_response_to_a_denied_caller_has_the_denial_and_no_other_has() {
    let denial = Denial::Role("admin".into());
    let response = ApiError::denied("api", &denial, Some("No.")).error_response();
    assert_eq!(response.extensions().get(), Some(&denial));
    let outside = ApiError::outside("/x");
    let response = outside
        .clone()
        .because(&Denial::NotAMember)
        .error_response();
    assert_eq!(response.extensions().get(), Some(&Denial::NotAMember));
    for error in [
        outside,
        ApiError::missing_token("api"),
        ApiError::access_denied("no"),
    ] {
        assert!(!error.error_response().extensions().contains::<Denial>());
    }
}

#[test]
fn a_retry_is_in_whole_seconds_and_never_at_once() {
    use std::time::Duration;
    for (wait, expected) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (60_000, "60")] {
        let error = ApiError::too_many_requests(Duration::from_millis(wait));
        let response = error.error_response();
        assert_eq!(
            response.headers().get("retry-after").unwrap(),
            expected,
            "{wait} ms"
        );
    }
}

#[test]
fn display_and_debug_say_what_the_client_is_told() {
    let error = ApiError::internal(&std::io::Error::other("hunter2"));
    assert_eq!(error.to_string(), "internal_error: Internal error");
    assert!(!format!("{error:?}").contains("hunter2"));
    let invalid = ApiError::invalid_field("limit", "must be from 1 to 1000");
    assert_eq!(
        invalid.to_string(),
        "invalid_input: limit: must be from 1 to 1000"
    );
    assert_eq!(invalid.code(), ErrorCode::InvalidInput);
}
