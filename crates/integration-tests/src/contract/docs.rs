//! The page at `/docs`.

use anyhow::ensure;

use crate::case::{Case, Needs};
use crate::expectation::Expectation;
use crate::http::Call;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "docs::without_the_slash_leads_to_the_page",
            "The page's own links are relative: it is at /docs/.",
            Needs::Service,
            async |target| {
                let response = target.get("/docs").await?;
                ensure!(
                    [301, 302, 303, 307, 308].contains(&response.status),
                    "{response:?}"
                );
                ensure!(response.header("location") == Some("docs/"), "{response:?}");
                Ok(())
            },
        ),
        Case::new(
            "docs::page_and_assets_are_served_from_here",
            "The page must work without internet, and load code from no other host.",
            Needs::Service,
            async |target| {
                let page = target.status(&Call::get("/docs/"), 200).await?;
                let kind = page.header("content-type").unwrap_or_default();
                ensure!(kind.starts_with("text/html"), "{kind}");
                let links = links(&page.text());
                let scripts = links.iter().filter(|link| link.ends_with(".js")).count();
                let styles = links.iter().filter(|link| link.ends_with(".css")).count();
                ensure!(scripts >= 2 && styles >= 1, "{page:?}");
                for link in links {
                    ensure!(!link.contains("//"), "{link} is on another host");
                    let path = format!("/docs/{}", link.trim_start_matches("./"));
                    let asset = target.status(&Call::get(&path), 200).await?;
                    ensure!(!asset.body.is_empty(), "{path} is empty");
                }
                Ok(())
            },
        ),
        Case::new(
            "docs::page_shows_the_document_of_this_service",
            "A page that shows another document, or none, is worth nothing.",
            Needs::Service,
            async |target| {
                let script = Call::get("/docs/swagger-initializer.js");
                let text = target.status(&script, 200).await?.text();
                ensure!(text.contains("\"../openapi.json\""), "{text}");
                let document = target.get("/openapi.json").await?;
                let version = document.text_member("/openapi")?;
                ensure!(version.starts_with("3."), "{version}");
                Ok(())
            },
        ),
        Case::new(
            "docs::page_has_its_security_headers",
            "The page handles tokens: it runs no script of others, and is in no frame.",
            Needs::Service,
            async |target| {
                let page = target.status(&Call::get("/docs/"), 200).await?;
                let policy = page.header("content-security-policy").unwrap_or_default();
                for part in [
                    "default-src 'none'",
                    "script-src 'self';",
                    "frame-ancestors 'none'",
                ] {
                    ensure!(policy.contains(part), "{policy}");
                }
                for (name, value) in [
                    ("x-content-type-options", "nosniff"),
                    ("referrer-policy", "no-referrer"),
                ] {
                    ensure!(page.header(name) == Some(value), "{name}: {page:?}");
                }
                Ok(())
            },
        ),
        Case::new(
            "docs::unknown_asset_is_404",
            "What is not there is a problem here as anywhere else.",
            Needs::Service,
            async |target| {
                let path = "/docs/nope.js";
                let expected = Expectation::not_found(path);
                target.check(&Call::get(path), &expected).await.map(drop)
            },
        ),
    ]
}

/// What the page loads: the values of all `src` and `href`.
fn links(page: &str) -> Vec<String> {
    let values = |start| {
        page.split(start)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
    };
    values("src=\"")
        .chain(values("href=\""))
        .map(str::to_owned)
        .collect()
}
