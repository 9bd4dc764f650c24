use super::{SettingName, SettingsReader};

fn reader<'v>(values: &[(&'v str, &'v str)]) -> SettingsReader {
    SettingsReader::from_values("AN_API", values.iter().copied())
}

fn problems(reader: SettingsReader) -> Vec<String> {
    let outcome = reader.finish(Some(()));
    outcome.map_or_else(|error| error.problems().to_vec(), |()| Vec::new())
}

#[test]
fn the_name_with_the_service_before_it_wins() {
    let mut reader = reader(&[("PORT", "1"), ("AN_API_PORT", "2"), ("HOST", "h")]);
    assert_eq!(reader.shared("PORT").text().as_deref(), Some("2"));
    assert_eq!(reader.shared("HOST").text().as_deref(), Some("h"));
}

#[test]
fn a_setting_with_one_name_is_not_read_by_another() {
    let mut reader = reader(&[("AN_API_DESCOPE_PROJECT_ID", "P1")]);
    assert_eq!(reader.own("DESCOPE_PROJECT_ID").text(), None);
}

#[test]
fn empty_counts_as_unset() {
    let mut reader = reader(&[
        ("AN_API_PORT", ""),
        ("PORT", "2"),
        ("HOST", "  "),
        ("LIST", ", ,"),
    ]);
    assert_eq!(reader.shared("PORT").text().as_deref(), Some("2"));
    assert_eq!(reader.shared("HOST").text(), None);
    assert!(reader.shared("LIST").list().is_empty());
    assert_eq!(reader.own("HOST").required::<String>("a host"), None);
    assert_eq!(problems(reader), ["HOST is not set: a host"]);
}

#[test]
fn everything_wrong_is_reported_at_once_by_the_name_it_was_read_by() {
    let mut reader = reader(&[
        ("AN_API_NUMBER", "12x"),
        ("SECONDS", "-1"),
        ("COUNT", "99999999999999999999"),
        ("SWITCH", "yes"),
        ("SIZE", "7"),
    ]);
    assert_eq!(reader.own("MISSING").required::<u8>("what it is for"), None);
    assert_eq!(reader.shared("NUMBER").optional::<u8>(), None);
    reader
        .shared("SECONDS")
        .seconds(std::time::Duration::from_secs(9), 0..=60);
    assert_eq!(reader.shared("COUNT").count(3, 1..=10), 3);
    assert!(!reader.own("SWITCH").switch(false));
    assert_eq!(reader.own("SIZE").whole_number(1, 0..=5), 1);
    reader.problem("and two of them disagree");
    let error = reader.finish(None::<()>).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the settings are not right:
  - MISSING is not set: what it is for
  - AN_API_NUMBER cannot be used: invalid digit found in string
  - SECONDS cannot be used: expected a whole number from 0 to 60
  - COUNT cannot be used: expected a whole number from 1 to 10
  - SWITCH cannot be used: expected true or false
  - SIZE cannot be used: expected a whole number from 0 to 5
  - and two of them disagree"
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_one_problem_and_never_unset() {
    use super::super::sources::{Found, Values};
    let values = || {
        let found = [("audience".to_owned(), Found::Unusable("expected a text"))];
        Values {
            found: found.into(),
            ..Values::default()
        }
    };
    let expected = ["AUDIENCE cannot be used: expected a text"];
    let mut reader = SettingsReader::new("AN_API", values());
    assert_eq!(reader.shared("AUDIENCE").text(), None);
    assert_eq!(problems(reader), expected);
    let mut reader = SettingsReader::new("AN_API", values());
    assert_eq!(
        reader.own("AUDIENCE").required::<String>("whom it is for"),
        None
    );
    assert_eq!(problems(reader), expected);
}

#[test]
fn nothing_missing_without_a_reason() {
    let error = reader(&[]).finish(None::<()>).unwrap_err();
    assert_eq!(error.problems(), ["a setting is missing"]);
}

#[test]
fn what_was_asked_for_is_known() {
    let mut reader = reader(&[]);
    drop(reader.shared("PORT").text());
    drop(reader.own("DESCOPE_PROJECT_ID").text());
    let name = |name, shared| SettingName { name, shared };
    let expected = [
        name("CONFIG_FILE", true),
        name("PORT", true),
        name("DESCOPE_PROJECT_ID", false),
    ];
    assert_eq!(reader.asked(), expected);
}

#[test]
fn debug_shows_no_value() {
    let mut reader = reader(&[
        ("DATABASE_URL", "postgres://u:hunter2@h/x"),
        ("PORT", "hunter2"),
    ]);
    drop(reader.shared("DATABASE_URL").text());
    assert_eq!(reader.shared("PORT").optional::<u16>(), None);
    assert!(!format!("{reader:?}").contains("hunter2"));
}
