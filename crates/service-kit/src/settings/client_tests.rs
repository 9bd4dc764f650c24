use super::ClientSettings;
use crate::settings::SettingsReader;

fn read(pairs: &[(&str, &str)]) -> Result<ClientSettings, Vec<String>> {
    let mut reader = SettingsReader::from_values("AN_API", pairs.iter().copied());
    let settings = ClientSettings::read(&mut reader);
    let outcome = reader.finish(Some(settings));
    outcome.map_err(|error| error.problems().to_vec())
}

#[test]
fn nothing_has_to_be_set_and_what_is_set_is_used() {
    assert!(!read(&[]).unwrap().is_set());
    let pairs = [
        ("https_proxy", "http://user:hunter2@proxy.example.com:3128"),
        ("NO_PROXY", "localhost,.example.com"),
    ];
    let settings = read(&pairs).unwrap();
    assert!(settings.is_set());
    assert!(settings.builder().build().is_ok());
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_proxy_is_an_address() {
    for proxy in [
        "proxy.example.com",
        "proxy.example.com:3128",
        "socks5://hunter2@proxy",
        "mailto:a@b",
    ] {
        let expected = "HTTPS_PROXY cannot be used: expected the address of an HTTP proxy, such as http://proxy.example.com:3128 (it comes from the environment)";
        assert_eq!(
            read(&[("HTTPS_PROXY", proxy)]).unwrap_err(),
            [expected],
            "{proxy}"
        );
    }
}

#[test]
fn a_file_of_certificate_authorities_must_have_some() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    for path in [
        "/nowhere/ca.pem",
        &file("none.pem", "no certificate"),
        &file("empty.pem", "# none"),
    ] {
        let problems = read(&[("EXTRA_CA_FILE", path)]).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        let start = "EXTRA_CA_FILE cannot be used: ";
        assert!(
            problems[0].starts_with(start) && problems[0].contains(path),
            "{problems:?}"
        );
    }
}
