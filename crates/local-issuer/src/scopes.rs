//! Which of the scopes that were asked for are granted.

use crate::personas::Persona;

/// The scopes granted to `persona` when it asks for `requested`, in the order asked and each once.
///
/// `standard` are the provider's own scopes, which need not be held.
/// Application scopes that the persona does not hold are left out, and so are unknown ones: asking for a scope does not grant it.
pub(crate) fn grant(persona: &Persona, requested: Option<&str>, standard: &[&str]) -> Vec<String> {
    let has = |scopes: &[String], scope: &str| scopes.iter().any(|one| one == scope);
    let mut granted: Vec<String> = Vec::new();
    let mut add = |scope: &str| {
        if !has(&persona.descope.withheld_scopes, scope) && !has(&granted, scope) {
            granted.push(scope.to_owned());
        }
    };
    let requested = requested.unwrap_or_default();
    let mut requested = requested.split_ascii_whitespace().peekable();
    if requested.peek().is_none() {
        persona.scopes.iter().for_each(|scope| add(scope));
    }
    for scope in requested {
        if standard.contains(&scope) || has(&persona.scopes, scope) {
            add(scope);
        }
    }
    granted
}

/// The scopes of a refresh: those of `requested` that were granted before, or all if none is requested. One that was not granted
/// is left out, as at the authorization; many clients repeat all that they asked for then. Returns the request if nothing is left.
pub(crate) fn narrow(granted: &[String], requested: Option<&str>) -> Result<Vec<String>, String> {
    let requested = requested.unwrap_or_default();
    let wanted: Vec<_> = requested.split_ascii_whitespace().collect();
    let kept = |scope: &&String| wanted.is_empty() || wanted.contains(&scope.as_str());
    let kept: Vec<_> = granted.iter().filter(kept).cloned().collect();
    if kept.is_empty() && !wanted.is_empty() {
        return Err(requested.to_owned());
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personas::Personas;

    const STANDARD: &[&str] = &["openid", "descope.claims"];

    fn granted(persona: &str, requested: Option<&str>) -> String {
        let personas = Personas::built_in();
        let persona = personas
            .descope
            .iter()
            .find(|known| known.name == persona)
            .unwrap();
        grant(persona, requested, STANDARD).join(" ")
    }

    #[test]
    fn an_application_scope_that_is_not_held_is_not_granted() {
        assert_eq!(
            granted("viewer", Some("openid write:messages delete:messages")),
            "openid"
        );
        assert_eq!(granted("viewer", Some("no:such:scope")), "");
    }

    #[test]
    fn a_withheld_scope_is_not_granted_however_it_is_asked_for() {
        assert_eq!(
            granted("claims-less", Some("openid descope.claims")),
            "openid"
        );
        assert!(!granted("claims-less", None).contains("descope.claims"));
    }

    #[test]
    fn held_scopes_are_granted_in_the_order_asked_and_once() {
        assert_eq!(
            granted("viewer", Some("read:messages openid read:messages")),
            "read:messages openid"
        );
    }

    #[test]
    fn a_refresh_can_narrow_the_scopes_and_not_widen_them() {
        let held = ["openid".to_owned(), "read:messages".to_owned()];
        let others = narrow(&held, Some("write:messages email"));
        assert_eq!(others, Err("write:messages email".to_owned()));
        let wider = narrow(&held, Some("write:messages openid"));
        assert_eq!(wider, Ok(held[..1].to_vec()));
        assert_eq!(narrow(&held, Some("openid")), Ok(held[..1].to_vec()));
        assert_eq!(narrow(&held, None), Ok(held.to_vec()));
    }

    #[test]
    fn asking_for_nothing_grants_what_is_held() {
        for nothing in [None, Some(""), Some("  ")] {
            assert_eq!(
                granted("viewer", nothing),
                "openid profile email descope.claims read:messages"
            );
        }
    }
}
