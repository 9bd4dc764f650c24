//! The access matrix: who may call what. Written by hand for each service, as an independent expectation.

use std::collections::BTreeSet;

use anyhow::ensure;
use local_issuer::{PublicKeyForm, Signer};

use super::matrix::{Matrix, OUTSIDE, Route};
use crate::case::{Case, Needs, label};
use crate::refusal::{ALGORITHM, EXPIRED, NO_TOKEN};

const VERIFIES: &str = "Every protected route verifies: a token for an administrator that the issuer did not sign, or that has expired, opens none.";

/// One case for each route and persona; for each protected route, one without a token, one with a forged token and one with
/// an expired one.
pub(super) fn cases(matrix: Matrix) -> Vec<Case> {
    let mut cases = vec![every_persona_is_there(matrix)];
    for route in matrix.routes {
        if route.demand.is_public() {
            cases.extend(public(route));
        } else {
            cases.extend(protected(route));
        }
        let marks = route.marks.chars().filter(|mark| !mark.is_whitespace());
        for (persona, mark) in matrix.personas.iter().zip(marks) {
            cases.push(as_persona(route, persona, mark));
        }
    }
    cases
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
                let good = marks.chars().all(|mark| "+-ot".contains(mark));
                ensure!(
                    good && marks.len() == matrix.personas.len(),
                    "{route:?} has the marks {marks}"
                );
            }
            Ok(())
        },
    )
}

fn as_persona(route: &'static Route, persona: &'static str, mark: char) -> Case {
    let refusal = route.refusal(mark);
    let status = match refusal {
        None => route.success,
        Some(OUTSIDE) => 404,
        Some(_) => 403,
    };
    let (access, persona_label) = (route.label("access"), label(persona));
    let name = format!("{access}_as_{persona_label}_is_{status}");
    let sentence = format!("The route needs {:?}.", route.demand);
    Case::new(name, &sentence, Needs::Personas, async move |target| {
        let token = target.token(persona).await?;
        route.check(target, &token, refusal).await
    })
}

fn public(route: &'static Route) -> [Case; 2] {
    let (access, success) = (route.label("access"), route.success);
    [
        Case::new(
            format!("{access}_without_a_token_is_{success}"),
            "A public route needs no token.",
            Needs::Service,
            async move |target| target.status(&route.call(), success).await.map(drop),
        ),
        Case::new(
            format!("{access}_with_a_bad_token_is_{success}"),
            "A public route reads no token.",
            Needs::Service,
            async move |target| {
                let call = route.call().bearer("bad");
                target.status(&call, success).await.map(drop)
            },
        ),
    ]
}

fn protected(route: &'static Route) -> [Case; 3] {
    let access = route.label("access");
    [
        Case::new(
            format!("{access}_without_a_token_is_401"),
            "A protected route needs a token.",
            Needs::Service,
            async |target| target.refused(&route.call(), NO_TOKEN).await,
        ),
        Case::new(
            format!("{access}_with_a_forged_token_is_401"),
            VERIFIES,
            Needs::AnyToken,
            async |target| {
                let signer = Signer::PublicKeyAsSecret(PublicKeyForm::Pem);
                let token = target.good()?.signed_by(signer).token()?;
                let call = route.call().bearer(&token);
                target.refused(&call, ALGORITHM).await
            },
        ),
        Case::new(
            format!("{access}_with_an_expired_token_is_401"),
            VERIFIES,
            Needs::AnyToken,
            async |target| {
                let token = target.good()?.expires_in(-60).token()?;
                target.refused(&route.call().bearer(&token), EXPIRED).await
            },
        ),
    ]
}
