//! The `Authorization` header (RFC 6750, section 2.1; RFC 9110, section 11.4).

use super::problems::{invalid_request, missing_token};
use crate::call::Call;
use crate::case::{Case, Needs};
use crate::raw;

const NO_TOKEN: &str = "The Authorization header has no token after Bearer";
const TWO_TOKENS: &str = "The Authorization header has more than one token after Bearer";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "credentials::none_is_401",
            "RFC 6750, section 3.1: a request without credentials is told the scheme, and no error.",
            Needs::Service,
            async |target| {
                let expected = missing_token(target.kind());
                target.check(&target.any_caller(), &expected).await?;
                Ok(())
            },
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
                    target.check(&call, &missing_token(target.kind())).await?;
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
                target.check(&call, &missing_token(target.kind())).await?;
                Ok(())
            },
        ),
    ];
    cases.extend(schemes());
    cases.extend(two_headers());
    cases.extend(no_single_token());
    cases
}

fn schemes() -> Vec<Case> {
    let other = ["Basic", "DPoP", "Token", "JWT", "BearerToken", "Bearer,"].map(|scheme| {
        let name = scheme.replace(',', "_and_a_comma");
        Case::new(
            format!("credentials::scheme_{name}_is_401"),
            "Only bearer tokens are read here; another scheme counts as no credentials.",
            Needs::Personas,
            async move |target| {
                let token = target.token("admin").await?;
                let call = target
                    .any_caller()
                    .authorization(format!("{scheme} {token}"));
                target.check(&call, &missing_token(target.kind())).await?;
                Ok(())
            },
        )
    });
    let bearer = ["Bearer", "bearer", "BEARER", "bEaReR"].map(|scheme| {
        Case::new(
            format!("credentials::scheme_{scheme}_is_200"),
            "RFC 9110, section 11.1: the scheme is compared without regard to case.",
            Needs::Personas,
            async move |target| {
                let token = target.token("admin").await?;
                let call = target
                    .any_caller()
                    .authorization(format!("{scheme} {token}"));
                let answer = target.send(&call).await?;
                anyhow::ensure!(answer.status == 200, "{answer:?}");
                Ok(())
            },
        )
    });
    other.into_iter().chain(bearer).collect()
}

fn two_headers() -> Vec<Case> {
    type Row = (&'static str, fn(&str) -> [String; 2]);
    let pairs: [Row; 4] = [
        ("twice_the_same", |good| [bearer(good), bearer(good)]),
        ("good_and_bad", |good| [bearer(good), bearer("bad")]),
        ("bad_and_good", |good| [bearer("bad"), bearer(good)]),
        ("another_scheme_and_good", |good| {
            ["Basic YTpi".to_owned(), bearer(good)]
        }),
    ];
    let cases = pairs.map(|(name, pair)| {
        Case::new(
            format!("credentials::two_headers_{name}_is_400"),
            "Two readers could disagree about which of two headers counts, so that neither does.",
            Needs::Personas,
            async move |target| {
                let token = target.token("admin").await?;
                let [first, second] = pair(&token);
                let call = target
                    .any_caller()
                    .authorization(first)
                    .authorization(second);
                let detail = "There is more than one Authorization header";
                target
                    .check(&call, &invalid_request(target.kind(), detail))
                    .await?;
                Ok(())
            },
        )
    });
    cases.into()
}

fn no_single_token() -> Vec<Case> {
    let rows: [(&str, &[u8], &str); 6] = [
        ("bearer_alone", b"Bearer", NO_TOKEN),
        ("bearer_and_a_space", b"Bearer ", NO_TOKEN),
        ("bearer_and_spaces", b"Bearer     ", NO_TOKEN),
        ("two_tokens", b"Bearer a.b.c d.e.f", TWO_TOKENS),
        ("a_list", b"Bearer a.b.c, Bearer d.e.f", TWO_TOKENS),
        (
            "bytes_that_are_not_ascii",
            b"Bearer \xff\xfe\xc3\xa9",
            "The Authorization header is not plain ASCII",
        ),
    ];
    let cases = rows.map(|(name, value, detail)| {
        Case::new(
            format!("credentials::{name}_is_400"),
            "RFC 6750, section 3.1: a malformed request is 400, so that the client does not ask for another token.",
            Needs::Service,
            async move |target| {
                // By hand: an HTTP client may drop the space at the end, or refuse the bytes.
                let path = target.kind().routes().private;
                let head = format!("GET {path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: ");
                let mut request = head.into_bytes();
                request.extend_from_slice(value);
                request.extend_from_slice(b"\r\n\r\n");
                let answer = raw::send(target.base_url(), &request).await?;
                let answer = answer.ok_or_else(|| anyhow::anyhow!("no answer"))?;
                invalid_request(target.kind(), detail).check(&answer)
            },
        )
    });
    cases.into()
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}
