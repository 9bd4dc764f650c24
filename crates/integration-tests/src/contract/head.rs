//! `HEAD` (RFC 9110, section 9.3.2): what `GET` answers, without the body.

use anyhow::ensure;

use crate::call::Call;
use crate::case::{Case, Needs};

pub(super) fn cases() -> Vec<Case> {
    vec![Case::new(
        "head::answers_as_get_does_without_the_body",
        "Load balancers and `wget --spider` ask with HEAD, and a protected route is protected from it as well.",
        Needs::Service,
        async |target| {
            for path in ["/health", target.kind().routes().private, "/nope"] {
                let get = target.get(path).await?;
                let head = target.send(&Call::new("HEAD", path)).await?;
                ensure!(head.status == get.status, "{path}: {head:?}, but {get:?}");
                for name in ["content-type", "www-authenticate"] {
                    ensure!(
                        head.header(name) == get.header(name),
                        "{path} {name}: {head:?}, but {get:?}"
                    );
                }
                ensure!(head.body.is_empty(), "{path}: {head:?}");
            }
            Ok(())
        },
    )]
}
