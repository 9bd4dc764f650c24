//! Documentation of the settings: rows of `docs/settings.md`, and checks of an `.env.example`.

use std::collections::BTreeSet;

use super::field::{Field, Kind};

/// The settings that people usually set: an example shows them if the service has them.
const USUAL: [&str; 8] = [
    "LISTEN_HOST",
    "PORT",
    "DATABASE_URL",
    "CORS_ALLOWED_ORIGINS",
    "METRICS_ADDR",
    "RUST_LOG",
    "LOG_FORMAT",
    "ALLOW_HTTP_ISSUER",
];
const LINES_ON_A_SCREEN: usize = 50;

impl Field {
    /// Returns the row of `docs/settings.md`; `services` names the services that have the setting.
    pub fn row(&self, services: &str) -> String {
        let code = |text: String| format!("`{text}`");
        let default = match (&self.default, self.required) {
            (_, true) => "required".to_owned(),
            (None, _) => String::new(),
            (Some(serde_json::Value::Array(entries)), _) => {
                let texts = entries.iter().filter_map(|entry| entry.as_str());
                let texts: Vec<_> = texts.collect();
                if texts.is_empty() {
                    String::new()
                } else {
                    code(texts.join(","))
                }
            }
            (Some(serde_json::Value::String(text)), _) => code(text.clone()),
            (Some(other), _) => code(other.to_string()),
        };
        let file = if self.secret {
            format!(" Also from a file: `{}_FILE`.", self.name())
        } else {
            String::new()
        };
        let change = match self.effect.is_reloaded() {
            true => "reload",
            false => "restart",
        };
        format!(
            "| `{}` | `{}` | {} | {default} | {change} | {services} | {}{file} |",
            self.name(),
            self.path,
            self.unit(),
            self.description.replace('|', "\\|"),
        )
    }

    fn unit(&self) -> String {
        let unit = match self.path.rsplit('_').next() {
            Some("seconds") => "seconds, ",
            Some("bytes") => "bytes, ",
            _ => "",
        };
        match self.kind {
            Kind::Text => "text".to_owned(),
            Kind::Number(low, i64::MAX) => format!("{unit}{low} or more"),
            Kind::Number(low, high) => format!("{unit}{low} to {high}"),
            Kind::Switch => "`true` or `false`".to_owned(),
            Kind::List => "list".to_owned(),
        }
    }
}

/// Returns what is wrong with an `.env.example` of a service with these settings. `shown` returns the name of a setting
/// as it is written there. Reported are a name that is not a setting or occurs twice, a name without a comment before
/// it, a required or usual setting that is missing, and a file that is longer than a screen.
pub fn faults_of_example(
    text: &str,
    fields: &[Field],
    shown: impl Fn(&Field) -> String,
) -> Vec<String> {
    let known: BTreeSet<_> = fields.iter().map(&shown).collect();
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    let mut before = "";
    for line in text.lines() {
        if let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            if !known.contains(name) {
                faults.push(format!("{name} is not a setting"));
            }
            if !seen.insert(name.to_owned()) {
                faults.push(format!("{name} is there twice"));
            }
            if !before.starts_with("# ") {
                faults.push(format!("{name} has no comment"));
            }
        }
        before = line;
    }
    for field in fields {
        let belongs = field.required || USUAL.contains(&field.name().as_str());
        if belongs && !seen.contains(&shown(field)) {
            faults.push(format!("{} is missing", shown(field)));
        }
    }
    if text.lines().count() > LINES_ON_A_SCREEN {
        faults.push("it is longer than a screen".to_owned());
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::faults_of_example;
    use crate::settings::{Field, LogSettings, SettingsReader};

    #[test]
    fn an_example_is_short_and_true() {
        let mut reader = SettingsReader::from_values("AN_API", []);
        reader.group(LogSettings::default());
        let faults = |text: &str| faults_of_example(text, reader.fields(), Field::name);
        assert!(faults("# Which.\nRUST_LOG=\n# How.\nLOG_FORMAT=\n").is_empty());
        assert_eq!(
            faults("# Which.\nRUST_LOG=\nRUST_LOG=\n# What.\nOTHER=\n"),
            [
                "RUST_LOG is there twice",
                "RUST_LOG has no comment",
                "OTHER is not a setting",
                "LOG_FORMAT is missing"
            ]
        );
        let long = format!(
            "# Which.\nRUST_LOG=\n# How.\nLOG_FORMAT=\n{}",
            "\n".repeat(50)
        );
        assert_eq!(faults(&long), ["it is longer than a screen"]);
    }

    #[test]
    fn a_row_says_everything() {
        let mut reader = SettingsReader::from_values("AN_API", []);
        reader.group(LogSettings::default());
        let rows: Vec<_> = reader
            .fields()
            .iter()
            .map(|field| field.row("all"))
            .collect();
        assert_eq!(
            rows[1],
            "| `LOG_FORMAT` | `log_format` | text | `human` | restart | all | How log lines look: human or json. |"
        );
    }
}
