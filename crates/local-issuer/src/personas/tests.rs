use std::collections::BTreeSet;

use super::*;

const DESCOPE: &str = "client_id = 'c'\naccess_key = 'k'";

#[test]
fn every_fault_is_reported_with_the_name_of_its_persona() {
    let error = Personas::from_toml(
        r#"
        colour = "blue"

        [[persona]]
        name = "one"
        kind = "user"
        age = 7
        profile = { nmae = "One" }
        descope = { client_id = "same", access_key = "", scopes = ["two words"], attributes = { roles = ["admin"] } }

        [[persona]]
        name = "two"
        kind = "user"
        descope = { client_id = "same", access_key = "key", tenants = { T1 = { rolls = [] } } }
        auth0 = { client_id = " ", client_secret = "s", subject = "", organization = { id = "o", nmae = "n" } }

        [[persona]]
        name = "three"
        kind = "robot"

        [[persona]]
        name = "four"
        kind = "machine"
        auth0 = { client_id = "four" }

        [[persona]]
        kind = "machine"

        [[persona]]
        name = "two"
        kind = "machine"
        "#,
    )
    .unwrap_err();
    let expected = [
        "persona (top of the file): unknown member colour",
        "persona one: unknown member age",
        "persona one: unknown member profile.nmae",
        "persona one: descope.access_key is empty",
        "persona one: descope: scope \"two words\" is empty or holds a space",
        "persona one: descope: attribute roles is a claim of the provider's own",
        "persona two: unknown member auth0.organization.nmae",
        "persona two: unknown member descope.tenants.T1.rolls",
        "persona two: auth0.client_id is empty",
        "persona two: auth0.subject is empty",
        "persona three: unknown variant `robot`, expected `user` or `machine`",
        "persona four: missing field `client_secret`",
        "persona number 5: missing field `name`",
        "persona two: expected a descope table, an auth0 table, or both",
        "persona two: descope: another persona has the same client_id",
    ];
    assert_eq!(error.problems(), expected);
}

#[test]
fn two_personas_cannot_share_a_name_or_an_access_key() {
    let persona = format!("[[persona]]\nname = 'p'\nkind = 'user'\n[persona.descope]\n{DESCOPE}\n");
    let error = Personas::from_toml(&persona.repeat(2)).unwrap_err();
    let members = ["name", "client_id", "access_key", "key_id"];
    assert_eq!(
        error.problems(),
        members.map(|member| format!("persona p: descope: another persona has the same {member}"))
    );
}

#[test]
fn a_file_without_personas_is_refused() {
    for text in ["", "persona = []", "[persona]\nname = 'a'"] {
        assert_eq!(
            Personas::from_toml(text).unwrap_err().to_string(),
            "expected at least one [[persona]]",
            "{text:?}"
        );
    }
    assert!(
        Personas::from_toml("[[persona")
            .unwrap_err()
            .to_string()
            .starts_with("not TOML")
    );
}

#[test]
fn ids_that_are_not_given_have_the_providers_form() {
    for persona in Personas::built_in().descope {
        assert_eq!(persona.descope.key_id.len(), 28, "{}", persona.name);
        assert!(persona.descope.key_id.starts_with('K'), "{}", persona.name);
        let letter = if persona.kind == PersonaKind::User {
            'U'
        } else {
            'K'
        };
        assert!(
            persona.subject.starts_with(letter) && persona.subject.len() == 28,
            "{}",
            persona.subject
        );
        for tenant in persona.descope.tenants.keys() {
            assert!(tenant.starts_with('T') && tenant.len() == 28, "{tenant}");
        }
    }
    for persona in Personas::built_in().auth0 {
        let machine = format!("{}@clients", persona.client_id);
        let user = format!("auth0|{}", persona.client_id);
        assert_eq!(
            persona.subject,
            if persona.kind == PersonaKind::User {
                user
            } else {
                machine
            }
        );
    }
}

#[test]
fn the_built_in_personas_cover_every_rule_of_the_services() {
    let personas = Personas::built_in();
    let scopes = |list: &[Persona]| -> BTreeSet<String> {
        list.iter()
            .flat_map(|persona| persona.scopes.clone())
            .collect()
    };
    let permissions = |list: &[Persona]| -> BTreeSet<String> {
        list.iter()
            .flat_map(|persona| persona.permissions.clone())
            .collect()
    };
    for scope in [
        "openid",
        "descope.claims",
        "read:messages",
        "write:messages",
        "delete:messages",
    ] {
        assert!(
            scopes(&personas.descope).contains(scope),
            "descope: {scope}"
        );
    }
    for scope in ["read:messages", "write:messages", "delete:messages"] {
        assert!(scopes(&personas.auth0).contains(scope), "auth0: {scope}");
    }
    for permission in ["users.create", "users.delete"] {
        assert!(
            permissions(&personas.descope).contains(permission),
            "descope: {permission}"
        );
    }
    assert!(permissions(&personas.auth0).contains("admin:access"));
    for list in [&personas.descope, &personas.auth0] {
        assert!(list.iter().any(|persona| persona.roles == ["admin"]));
        assert!(
            list.iter()
                .any(|persona| persona.roles.is_empty() && persona.permissions.is_empty())
        );
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let personas = format!("{:?}", Personas::built_in());
    assert!(
        personas.contains("local-admin") && !personas.contains("-secret"),
        "{personas}"
    );
}

#[test]
fn every_fault_of_a_client_is_reported_with_its_id() {
    let persona = format!(
        "[[persona]]\nname = 'one'\nkind = 'user'\ndescope = {{ {} }}",
        DESCOPE.replace('\n', ", ")
    );
    let clients = r#"
        [[client]]
        id = "app"
        colour = "blue"
        redirect_uris = ["https://app.example/*", "http://localhost/*"]
        post_logout_redirect_uris = ["/bye"]

        [[client]]
        id = "app"
        redirect_uris = []

        [[client]]
        id = "c"
        secret = " "
        redirect_uris = []

        [[client]]
        redirect_uris = []
    "#;
    let error = Personas::from_toml(&format!("{clients}\n{persona}")).unwrap_err();
    let expected = [
        "client app: unknown member colour",
        "client app: redirect_uris: expected an exact URI; only http to this machine may have /* as its path, got \"https://app.example/*\"",
        "client app: post_logout_redirect_uris: expected an absolute URI without a fragment, a user or white space, got \"/bye\"",
        "client app: another client has the same id",
        "client c: secret is empty",
        "client number 4: missing field `id`",
        "client c: a persona has this client_id",
    ];
    assert_eq!(error.problems(), expected);
    let error = Personas::from_toml(&format!("client = 1\n{persona}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "client (all): expected [[client]] tables"
    );
}

#[test]
fn a_file_without_clients_has_the_built_in_ones() {
    let persona = format!(
        "[[persona]]\nname = 'one'\nkind = 'user'\ndescope = {{ {} }}",
        DESCOPE.replace('\n', ", ")
    );
    let ids = |personas: &Personas| {
        let clients = personas.clients.iter();
        clients.map(|client| client.id.clone()).collect::<Vec<_>>()
    };
    let without = Personas::from_toml(&persona).unwrap();
    assert_eq!(ids(&without), ["local-app", "local-web"]);
    let own =
        format!("[[client]]\nid = 'own'\nredirect_uris = ['https://app.example/cb']\n{persona}");
    let own = Personas::from_toml(&own).unwrap();
    assert_eq!(ids(&own), ["own"]);
    assert!(own.clients[0].is_public());
}
