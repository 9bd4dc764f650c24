//! The `Authorization` header (RFC 6750, section 2.1; RFC 9110, section 11.4).

use anyhow::Context;

use crate::case::{Case, Needs};
use crate::http::Call;
use crate::refusal::{
    NO_TOKEN, NOT_ASCII, NOTHING_AFTER_BEARER, Refusal, SEVERAL_HEADERS, SEVERAL_TOKENS,
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "credentials::none_is_401",
            "RFC 6750, section 3.1: the response to a request without credentials names the scheme, and no error.",
            Needs::Service,
            async |target| target.refused(&target.any_caller(), NO_TOKEN).await,
        ),
        Case::new(
            "credentials::token_in_the_query_is_401",
            "Addresses end up in logs: a token counts in the Authorization header alone.",
            Needs::Personas,
            async |target| {
                let token = target.token("admin").await?;
                let path = target.kind().routes().private;
                for name in ["access_token", "token", "authorization"] {
                    let call = Call::get(format!("{path}?{name}={token}"));
                    target.refused(&call, NO_TOKEN).await?;
                }
                Ok(())
            },
        ),
        Case::new(
            "credentials::token_in_a_cookie_is_401",
            "A cookie is sent by pages of other origins too: a token counts in the Authorization header alone.",
            Needs::Personas,
            async |target| {
                let token = target.token("admin").await?;
                let cookie = format!("DS={token}; access_token={token}");
                let call = target.any_caller().header("Cookie", cookie);
                target.refused(&call, NO_TOKEN).await
            },
        ),
    ];
    for scheme in ["Basic", "DPoP", "Token", "JWT", "BearerToken", "Bearer,"] {
        cases.push(Case::new(
            format!(
                "credentials::scheme_{}_is_401",
                scheme.replace(',', "_and_a_comma")
            ),
            "Only bearer tokens are read here; another scheme counts as no credentials.",
            Needs::Personas,
            async move |target| {
                let value = format!("{scheme} {}", target.token("admin").await?);
                let call = target.any_caller().authorization(value);
                target.refused(&call, NO_TOKEN).await
            },
        ));
    }
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        cases.push(Case::new(
            format!("credentials::scheme_{scheme}_is_200"),
            "RFC 9110, section 11.1: the scheme is compared without regard to case.",
            Needs::Personas,
            async move |target| {
                let value = format!("{scheme} {}", target.token("admin").await?);
                let call = target.any_caller().authorization(value);
                target.status(&call, 200).await.map(drop)
            },
        ));
    }
    cases.extend(two_headers());
    cases.extend(no_single_token());
    cases
}

fn two_headers() -> Vec<Case> {
    // G is a good token.
    let pairs = [
        ("twice_the_same", ["Bearer G", "Bearer G"]),
        ("good_and_bad", ["Bearer G", "Bearer bad"]),
        ("bad_and_good", ["Bearer bad", "Bearer G"]),
        ("another_scheme_and_good", ["Basic YTpi", "Bearer G"]),
    ];
    let cases = pairs.map(|(name, pair)| {
        Case::new(
            format!("credentials::two_headers_{name}_is_400"),
            "Two readers could disagree about which of two headers counts, so that neither does.",
            Needs::Personas,
            async move |target| {
                let token = target.token("admin").await?;
                let [first, second] = pair.map(|value| value.replace('G', &token));
                let call = target.any_caller();
                let call = call.authorization(first).authorization(second);
                target.refused(&call, SEVERAL_HEADERS).await
            },
        )
    });
    cases.into()
}

fn no_single_token() -> Vec<Case> {
    let rows: [(&str, &[u8], Refusal); 6] = [
        ("bearer_alone", b"Bearer", NOTHING_AFTER_BEARER),
        ("bearer_and_a_space", b"Bearer ", NOTHING_AFTER_BEARER),
        ("bearer_and_spaces", b"Bearer     ", NOTHING_AFTER_BEARER),
        ("two_tokens", b"Bearer a.b.c d.e.f", SEVERAL_TOKENS),
        ("a_list", b"Bearer a.b.c, Bearer d.e.f", SEVERAL_TOKENS),
        (
            "bytes_that_are_not_ascii",
            b"Bearer \xff\xfe\xc3\xa9",
            NOT_ASCII,
        ),
    ];
    let cases = rows.map(|(name, value, refusal)| {
        Case::new(
            format!("credentials::{name}_is_400"),
            "RFC 6750, section 3.1: a malformed request is 400, so that the client does not ask for another token.",
            Needs::Service,
            async move |target| {
                // By hand: an HTTP client may drop the space at the end, or refuse the bytes.
                let path = target.kind().routes().private;
                let head = format!("GET {path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: ");
                let request = [head.as_bytes(), value, b"\r\n\r\n"].concat();
                let response = target.send_bytes(&request).await?.context("no response")?;
                refusal.expected(target.kind()).check(&response)
            },
        )
    });
    cases.into()
}
