//! The access matrix: who may call what. Written by hand for each service, as an independent expectation.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use local_issuer::{PublicKeyForm, Signer};

use super::forgery::good;
use super::matrix::{Matrix, Route};
use super::problems::{invalid_token, missing_token};
use crate::case::{Case, Needs, label};
use crate::target::Target;

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
