use super::TraceSettings;
use crate::settings::{SettingsError, SettingsReader};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

fn read(values: &[(&str, &str)]) -> Result<TraceSettings, SettingsError> {
    let mut reader = SettingsReader::from_values("AN_API", values.iter().copied());
    let settings = TraceSettings::read(&mut reader);
    reader.finish(Some(settings))
}

#[test]
fn nothing_is_exported_unless_a_collector_is_set() {
    assert_eq!(read(&[]).unwrap().collector, None);
}

#[cfg(not(feature = "otlp"))]
#[test]
fn a_program_without_the_feature_refuses_each_setting() {
    let mut given: Vec<_> = super::NAMES
        .iter()
        .map(|path| path.replace('.', "__").to_uppercase())
        .collect();
    let mut reader = SettingsReader::from_values("AN_API", []);
    TraceSettings::read(&mut reader);
    let mut known: Vec<_> = reader.fields().iter().map(|field| field.name()).collect();
    known.retain(|name| name != "CONFIG_FILE");
    known.sort();
    given.sort();
    assert_eq!(given, known, "each setting of the group is refused");
    let values = [
        (ENDPOINT, "http://localhost:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2"),
        ("TRACES__TIMEOUT_SECONDS", "7"),
    ];
    let refused = read(&values).unwrap_err();
    let expected =
        "cannot be used: this program cannot export traces: build it with --features otlp";
    assert_eq!(refused.problems().len(), 3, "{refused}");
    for (name, problem) in values.iter().map(|one| one.0).zip(refused.problems()) {
        assert!(
            problem.starts_with(&format!("{name} {expected}")),
            "{problem}"
        );
    }
    assert!(!refused.to_string().contains("hunter2"), "{refused}");
}

#[cfg(feature = "otlp")]
mod with_the_feature {
    use super::super::Sampler;
    use super::*;

    #[test]
    fn what_cannot_be_used_is_refused() {
        let collector = (ENDPOINT, "https://collector.example.com");
        for (values, told) in [
            (
                vec![(ENDPOINT, "http://collector.example.com:4318")],
                "plain http is for loopback",
            ),
            (
                vec![(ENDPOINT, "grpc://localhost:4317")],
                "expected an https address",
            ),
            (
                vec![(ENDPOINT, "localhost")],
                "expected an address, such as http://localhost:4318",
            ),
            (
                vec![(ENDPOINT, "https://u:hunter2@c.example.com")],
                "without a user and a password",
            ),
            (
                vec![(ENDPOINT, "https://c.example.com/?key=hunter2")],
                "without a query",
            ),
            (
                vec![("OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2")],
                "OTEL_EXPORTER_OTLP_ENDPOINT is not set",
            ),
            (
                vec![("OTEL_EXPORTER_OTLP_CERTIFICATE", "/none")],
                "OTEL_EXPORTER_OTLP_ENDPOINT is not set",
            ),
            (
                vec![collector, ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2")],
                "expected name=value",
            ),
            (
                vec![collector, ("OTEL_EXPORTER_OTLP_HEADERS", "a=b%0Ahunter2")],
                "expected name=value",
            ),
            (
                vec![collector, ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/none")],
                "expected certificates in PEM in /none",
            ),
            (
                vec![collector, ("OTEL_TRACES_SAMPLER", "often")],
                "expected one of always_on, always_off",
            ),
            (
                vec![collector, ("OTEL_TRACES_SAMPLER_ARG", "1.1")],
                "expected a number from 0 to 1",
            ),
            (
                vec![collector, ("OTEL_TRACES_SAMPLER_ARG", "NaN")],
                "expected a number from 0 to 1",
            ),
            (
                vec![collector, ("TRACES__FILTER", "loud=very")],
                "TRACES__FILTER cannot be used: error parsing level filter",
            ),
            (
                vec![collector, ("TRACES__TIMEOUT_SECONDS", "0")],
                "a whole number from 1 to 60",
            ),
        ] {
            let refused = read(&values).unwrap_err().to_string();
            assert!(refused.contains(told), "{values:?}: {refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }

    #[test]
    fn the_collector_is_asked_at_its_path_and_with_its_headers() {
        for (endpoint, collector) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            (
                "https://c.example.com/otlp/",
                "https://c.example.com/otlp/v1/traces",
            ),
            ("http://collector:4318", "http://collector:4318/v1/traces"),
        ] {
            let settings = read(&[
                (ENDPOINT, endpoint),
                ("ALLOW_HTTP_COLLECTOR", "collector"),
                (
                    "OTEL_EXPORTER_OTLP_HEADERS",
                    "api-key=hun%20ter2, x-scope=a",
                ),
            ])
            .unwrap();
            assert_eq!(settings.collector.as_ref().unwrap().as_str(), collector);
            assert_eq!(settings.headers["api-key"], "hun ter2");
            assert_eq!(settings.headers["x-scope"], "a");
            assert!(!format!("{settings:?}").contains("ter2"), "{settings:?}");
        }
    }

    #[test]
    fn the_service_and_the_sampler_have_defaults() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.service_name, "an-api");
        assert_eq!(settings.sampler, Sampler::ParentOrRatio);
        assert!((settings.ratio.get() - 1.0).abs() < f64::EPSILON);
        let settings = read(&[
            ("OTEL_SERVICE_NAME", "shop"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
        ])
        .unwrap();
        assert_eq!(settings.service_name, "shop");
        assert_eq!(settings.sampler, Sampler::Ratio);
        assert!((settings.ratio.get() - 0.25).abs() < f64::EPSILON);
    }
}
