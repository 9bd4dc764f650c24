use super::*;

const HOUR: i64 = 3600;

fn sessions(most: usize) -> Sessions {
    Sessions::new(SessionLimits {
        sessions: most,
        ..SessionLimits::default()
    })
}

fn session(persona: &str, client_id: Option<&str>) -> Session {
    Session {
        client_id: client_id.map(str::to_owned),
        ..Session::of(persona, 0, HOUR).unwrap()
    }
}

#[test]
fn a_token_is_for_its_client_and_its_time() {
    let sessions = sessions(10);
    sessions.open(session("viewer", Some("app")), Some("first"));
    sessions.open(session("viewer", None), Some("of no client"));
    let rows = [
        ("other", Some("app"), 0, RefreshError::Unknown),
        ("first", Some("another"), 0, RefreshError::OtherClient),
        ("first", None, 0, RefreshError::OtherClient),
        ("of no client", Some("app"), 0, RefreshError::OtherClient),
        ("first", Some("app"), HOUR, RefreshError::Expired),
    ];
    for (token, client_id, now, expected) in rows {
        for found in [
            sessions.of_token(token, client_id, now),
            sessions.rotate(token, "next", client_id, now),
        ] {
            assert_eq!(found.unwrap_err(), expected, "{token} {client_id:?} {now}");
        }
    }
    let found = sessions.of_token("first", Some("app"), HOUR - 1).unwrap();
    assert_eq!(found.persona, "viewer");
    assert!(sessions.of_token("of no client", None, 0).is_ok());
}

#[test]
fn a_used_token_ends_its_session_and_no_other() {
    let sessions = sessions(10);
    let first = session("viewer", None);
    let id = first.id.clone();
    sessions.open(first, Some("first"));
    sessions.open(session("viewer", None), Some("elsewhere"));
    sessions.rotate("first", "second", None, 0).unwrap();
    sessions.rotate("second", "third", None, 0).unwrap();
    assert!(sessions.get(&id, 0).is_some());

    // The second of two requests with the same token.
    let reused = sessions.rotate("second", "fourth", None, 0);
    assert_eq!(reused.unwrap_err(), RefreshError::Reused);
    for token in ["first", "second", "third", "fourth"] {
        let found = sessions.of_token(token, None, 0);
        assert_eq!(found.unwrap_err(), RefreshError::Unknown, "{token}");
    }
    assert!(sessions.get(&id, 0).is_none());
    assert!(sessions.of_token("elsewhere", None, 0).is_ok());
}

#[test]
fn only_so_many_used_tokens_are_remembered() {
    let sessions = sessions(10);
    sessions.open(session("viewer", None), Some("0"));
    for turn in 0..40 {
        let (used, next) = (turn.to_string(), (turn + 1).to_string());
        sessions.rotate(&used, &next, None, 0).unwrap();
    }
    let forgotten = sessions.of_token("0", None, 0).unwrap_err();
    assert_eq!(forgotten, RefreshError::Unknown);
    assert!(sessions.of_token("40", None, 0).is_ok());
    let used = sessions.of_token("39", None, 0).unwrap_err();
    assert_eq!(used, RefreshError::Reused);
}

#[test]
fn a_session_ends_alone_or_with_all_of_its_persona() {
    let sessions = sessions(10);
    let ids: Vec<_> = ["viewer", "viewer", "viewer", "admin"]
        .into_iter()
        .map(|persona| {
            let session = session(persona, None);
            let id = session.id.clone();
            sessions.open(session, Some(&id));
            id
        })
        .collect();
    assert!(sessions.end(&ids[0]));
    assert!(!sessions.end(&ids[0]));
    assert!(sessions.of_token(&ids[0], None, 0).is_err());
    assert_eq!(sessions.end_all("viewer"), 2);
    assert_eq!(sessions.end_all("viewer"), 0);
    assert!(sessions.of_token(&ids[3], None, 0).is_ok());
    sessions.clear();
    assert!(sessions.of_token(&ids[3], None, 0).is_err());
    assert_eq!(sessions.count(), 0);
}

#[test]
fn the_oldest_session_is_dropped_for_a_new_one() {
    let sessions = sessions(3);
    for token in ["1", "2", "3", "4"] {
        sessions.open(session("viewer", None), Some(token));
    }
    assert_eq!(sessions.count(), 3);
    let dropped = sessions.of_token("1", None, 0).unwrap_err();
    assert_eq!(dropped, RefreshError::Unknown);
    assert!(sessions.of_token("2", None, 0).is_ok());

    let sessions = Sessions::new(SessionLimits {
        sessions: 10,
        bytes: 100_000,
    });
    let mut large = session("viewer", None);
    let text = "x".repeat(20_000);
    large.details.insert("nsec".to_owned(), text.into());
    sessions.open(session("viewer", None), Some("small"));
    sessions.open(large.clone(), Some("large"));
    assert_eq!(sessions.count(), 2);
    large.id = "another".to_owned();
    sessions.open(large, Some("larger"));
    assert_eq!(sessions.count(), 1);
    assert!(sessions.of_token("larger", None, 0).is_ok());
}

#[test]
fn a_session_that_has_expired_is_not_found_by_its_id() {
    let sessions = sessions(10);
    let session = session("viewer", None);
    let id = session.id.clone();
    sessions.open(session, None);
    assert!(sessions.get(&id, HOUR).is_none());
    assert_eq!(sessions.get(&id, HOUR - 1).unwrap().id, id);
}
