//! The access matrix: who may call what. Written by hand for each service, as an independent expectation.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use local_issuer::{PublicKeyForm, Signer};
use serde_json::json;

use super::forgery::good;
use super::problems::{invalid_token, missing_token};
use crate::call::Call;
use crate::case::{Case, Needs, label};
use crate::random::{email, unique};
use crate::target::Target;

/// Every route of a service, and which persona may call it.
#[derive(Clone, Copy)]
pub(crate) struct Matrix {
    pub(crate) personas: &'static [&'static str],
    pub(crate) routes: &'static [Route],
}

/// One row.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// As it stands in the OpenAPI document.
    pub(crate) path: &'static str,
    pub(crate) demand: Demand,
    /// One mark a persona, in the matrix's order: `+` for those that meet the demand, `-` for those that do not, `o` for
    /// those that would, if their token were for an organization.
    pub(crate) marks: &'static str,
    /// The answer to whoever may call.
    pub(crate) success: u16,
    /// Whether the OpenAPI document has it.
    pub(crate) is_described: bool,
}

/// What a caller must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Nothing.
    Nothing,
    /// A good token.
    Token,
    /// All of these scopes.
    Scopes(&'static [&'static str]),
    /// This scope, in a token for an organization.
    ScopeOfOrganization(&'static str),
    /// This scope, or a token without any `scope` claim.
    ScopeIfAny(&'static str),
    /// This role.
    Role(&'static str),
    /// This permission.
    Permission(&'static str),
}

impl Demand {
    pub(crate) fn is_public(self) -> bool {
        self == Self::Nothing
    }

    /// The `code` for a good token that does not meet the demand.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Scopes(_) | Self::ScopeOfOrganization(_) | Self::ScopeIfAny(_) => {
                "insufficient_scope"
            }
            Self::Role(_) => "missing_role",
            Self::Permission(_) => "missing_permission",
            Self::Nothing | Self::Token => "",
        }
    }
}

/// The `code` for a good token that would do, and is for no organization.
pub(super) const NO_ORGANIZATION: &str = "access_denied";

impl Route {
    /// A route that the OpenAPI document leaves out.
    pub(crate) const fn undescribed(self) -> Self {
        Self {
            is_described: false,
            ..self
        }
    }

    /// A request that succeeds if the caller may make it.
    pub(super) fn call(&self) -> Call {
        let path = asked_path(self.path);
        match (self.method, self.path) {
            ("POST", "/api/users") => {
                Call::post(format!("{path}?name=Matrix&email={}", email("matrix")))
            }
            ("POST", "/billing/invoices") => Call::post(path).json(&json!({
                "number": unique("matrix"), "customer": "Matrix", "amount": 1, "currency": "EUR",
            })),
            ("PATCH", _) => Call::new("PATCH", path).json(&json!({"status": "open"})),
            _ => Call::new(self.method, path),
        }
    }

    /// The `code` that a persona with this mark is refused with, if it is.
    fn refusal(&self, mark: char) -> Option<&'static str> {
        match mark {
            '+' => None,
            'o' => Some(NO_ORGANIZATION),
            _ => Some(self.demand.code()),
        }
    }

    /// The start of a case's name.
    pub(super) fn label(&self, group: &str) -> String {
        let method = self.method.to_lowercase();
        format!("{group}::{method}_{}", label(self.path))
    }

    /// Whoever sends this token may call, or is told what is missing.
    pub(super) async fn check(
        &self,
        target: &Target,
        token: &str,
        refusal: Option<&str>,
    ) -> Result<()> {
        let answer = target.send(&self.call().bearer(token)).await?;
        let status = if refusal.is_none() { self.success } else { 403 };
        ensure!(answer.status == status, "not {status}: {answer:?}");
        if let Some(refusal) = refusal {
            let code = answer.member("/code")?;
            ensure!(code == refusal, "code {code}: {answer:?}");
            let realm = target.kind().name();
            let start = format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\"");
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            ensure!(
                challenge.starts_with(&start),
                "challenge {challenge}: {answer:?}"
            );
        }
        Ok(())
    }
}

impl Matrix {
    /// One case for each route and persona; for each protected route, one without a token, one with a forged token and
    /// one with an expired one.
    pub(super) fn cases(&self) -> Vec<Case> {
        let mut cases = vec![every_persona_is_there(*self)];
        for route in self.routes {
            cases.push(without_a_token(route));
            if route.demand.is_public() {
                cases.push(with_a_bad_token(route));
            } else {
                cases.push(forged(route));
                cases.push(expired(route));
            }
            let marks = route.marks.chars().filter(|mark| !mark.is_whitespace());
            for (persona, mark) in self.personas.iter().zip(marks) {
                cases.push(as_persona(route, persona, mark));
            }
        }
        cases
    }
}

/// A path of the matrix with an id that nothing has: what is there must survive this test.
pub(super) fn asked_path(path: &str) -> String {
    let id = "00000000-0000-7000-8000-000000000000";
    ["{user_id}", "{invoice_id}"]
        .iter()
        .fold(path.to_owned(), |path, name| path.replace(name, id))
}

fn every_persona_is_there(matrix: Matrix) -> Case {
    Case::new(
        "access::every_persona_and_mark_is_there",
        "A persona that the issuer has and the matrix has not would be tested nowhere.",
        Needs::AnyToken,
        async move |target| {
            let known = target.provider()?.personas().iter();
            let known: BTreeSet<_> = known.map(|persona| persona.name.as_str()).collect();
            let named: BTreeSet<_> = matrix.personas.iter().copied().collect();
            ensure!(
                known == named,
                "the issuer has {known:?}, the matrix {named:?}"
            );
            for route in matrix.routes {
                let marks: String = route.marks.split_whitespace().collect();
                let good = marks.chars().all(|mark| "+-o".contains(mark));
                ensure!(
                    good && marks.len() == matrix.personas.len(),
                    "{} {} has the marks {marks}",
                    route.method,
                    route.path
                );
            }
            Ok(())
        },
    )
}

fn as_persona(route: &Route, persona: &'static str, mark: char) -> Case {
    let (route, refusal) = (*route, route.refusal(mark));
    let status = if refusal.is_none() {
        route.success
    } else {
        403
    };
    let name = format!(
        "{}_as_{}_is_{status}",
        route.label("access"),
        label(persona)
    );
    let sentence = format!("The route asks for {:?}.", route.demand);
    Case::new(name, &sentence, Needs::Personas, async move |target| {
        route
            .check(target, &target.token(persona).await?, refusal)
            .await
    })
}

fn without_a_token(route: &Route) -> Case {
    let route = *route;
    let public = route.demand.is_public();
    let status = if public { route.success } else { 401 };
    let name = format!("{}_without_a_token_is_{status}", route.label("access"));
    let sentence = "A protected route is closed to strangers, and a public one is open to them.";
    Case::new(name, sentence, Needs::Service, async move |target| {
        if !public {
            let expected = missing_token(target.kind());
            return target.check(&route.call(), &expected).await.map(drop);
        }
        let answer = target.send(&route.call()).await?;
        ensure!(answer.status == status, "not {status}: {answer:?}");
        Ok(())
    })
}

fn with_a_bad_token(route: &Route) -> Case {
    let route = *route;
    let name = format!(
        "{}_with_a_bad_token_is_{}",
        route.label("access"),
        route.success
    );
    let sentence = "A public route does not look at tokens.";
    Case::new(name, sentence, Needs::Service, async move |target| {
        let answer = target.send(&route.call().bearer("bad")).await?;
        ensure!(answer.status == route.success, "{answer:?}");
        Ok(())
    })
}

fn forged(route: &Route) -> Case {
    let route = *route;
    let name = format!("{}_with_a_forged_token_is_401", route.label("access"));
    let sentence = "Every protected route verifies: a token for an administrator that the issuer did not sign opens none.";
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let signer = Signer::PublicKeyAsSecret(PublicKeyForm::Pem);
        let token = good(target.provider()?)?.signed_by(signer).token()?;
        let code = "algorithm_not_allowed";
        refused(target, route, &token, (code, "Unable to validate token")).await
    })
}

fn expired(route: &Route) -> Case {
    let route = *route;
    let name = format!("{}_with_an_expired_token_is_401", route.label("access"));
    let sentence =
        "Every protected route verifies: an administrator's token that has ended opens none.";
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let token = good(target.provider()?)?.expires_in(-60).token()?;
        let reason = ("token_expired", "Token has expired");
        refused(target, route, &token, reason).await
    })
}

async fn refused(
    target: &Target,
    route: Route,
    token: &str,
    (code, detail): (&str, &str),
) -> Result<()> {
    let expected = invalid_token(target.kind(), code, detail);
    let call = route.call().bearer(token);
    target.check(&call, &expected).await.map(drop)
}
