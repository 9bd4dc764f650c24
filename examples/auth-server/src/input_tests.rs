//! Tests of the edge cases of every validation rule.

use super::{description, domain, email, is_slug, name, password_of, slug_part, username};

fn refuses(check: fn(&str, &()) -> garde::Result, texts: &[&str]) {
    for text in texts {
        assert!(check(text, &()).is_err(), "{text:?}");
    }
}

fn takes(check: fn(&str, &()) -> garde::Result, texts: &[&str]) {
    for text in texts {
        assert_eq!(check(text, &()), Ok(()), "{text:?}");
    }
}

#[test]
fn usernames() {
    let (longest, longer) = ("a".repeat(64), "a".repeat(65));
    refuses(
        username,
        &[
            "",
            "ab",
            "with space",
            "tab\t",
            "nul\0l",
            "ümlaut",
            "a/b",
            &longer,
        ],
    );
    takes(username, &["abc", "test_user", "a.b+c@d-e", &longest]);
}

#[test]
fn passwords() {
    let of = |text: &str| password_of("Ada_Lovelace")(text, &());
    let (longest, longer) = ("a".repeat(256), "a".repeat(257));
    let decomposed = "u\u{308}mlaut7";
    for text in [
        "",
        "1234567",
        "ümlaut7",
        decomposed,
        "ada_lovelace",
        &longer,
    ] {
        assert!(of(text).is_err(), "{text:?}");
    }
    for text in ["12345678", "test1234@", "ümlautes", longest.as_str()] {
        assert_eq!(of(text), Ok(()), "{text:?}");
    }
}

#[test]
fn emails() {
    let long = format!("{}@example.com", "a".repeat(65));
    let longer = format!("a@{}.example.com", "a.".repeat(130));
    refuses(
        email,
        &[
            "",
            "ada",
            "@b.com",
            "a@",
            "a@b",
            "a@b@c.com",
            "a..b@c.com",
            ".a@c.com",
            "a b@c.com",
            "a@c..com",
            "a@-c.com",
            "a\0@c.com",
            "ü@c.com",
            "a@c.com\n",
            &long,
            &longer,
        ],
    );
    takes(
        email,
        &["example@example.com", "a.b+c@d-e.example.co", "A'B@C.de"],
    );
}

#[test]
fn domains() {
    let label = "a".repeat(64);
    let long = format!("{}com", "abcdefg.".repeat(32));
    let too_long_label = format!("{label}.com");
    refuses(
        domain,
        &[
            "",
            "com",
            ".com",
            "a.",
            "a..com",
            "-a.com",
            "a-.com",
            "a_b.com",
            "a b.com",
            "https://a.com",
            "a.com/x",
            "ü.com",
            &long,
            &too_long_label,
        ],
    );
    takes(domain, &["example.example.come", "a.b", "x-1.Example.COM"]);
}

#[test]
fn names_and_descriptions() {
    let long = "ü".repeat(201);
    refuses(name, &["", "  ", "a\0b", "a\nb", &long]);
    takes(name, &["test_org", "Ada Ü. O'Neill", &"ü".repeat(200)]);
    refuses(description, &["a\0b", "\u{1b}[31m", &long]);
    takes(description, &["", "Example service read"]);
}

#[test]
fn slugs() {
    let long = "a".repeat(65);
    refuses(
        slug_part,
        &["", "A", "a.b", "a b", "a:b", "a*", "ü", "a\0", &long],
    );
    takes(slug_part, &["example_service", "a-1", "0"]);
    for text in ["", "a.b", "a.b.c.d", "a..c", "a.b.C", "a.b.c\0"] {
        assert!(!is_slug(text), "{text:?}");
    }
    assert!(is_slug("example_service.billing.read"));
}
