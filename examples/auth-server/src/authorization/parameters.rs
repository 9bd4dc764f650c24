//! The parameters of a query or a form.

use url::form_urlencoded;

/// A longer authorization request is a mistake, in bytes.
const LONGEST_BYTES: usize = 8 * 1024;

/// Checks the length of a request. Errors: a sentence for a page.
pub fn check_length(request: &str) -> Result<(), String> {
    match request.len() > LONGEST_BYTES {
        true => Err(format!("The request is longer than {LONGEST_BYTES} bytes.")),
        false => Ok(()),
    }
}

/// Parameters, in the order in which they were sent. One without a value counts as omitted (RFC 6749, section 3.1).
#[derive(Debug, Clone)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Returns the parameters of a query.
    pub fn of(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Returns the parameter with this name, the first one if there are several.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let (_, value) = pairs.find(|(found, _)| found == name)?;
        Some(value)
    }

    /// Returns whether the parameter was sent more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(found, _)| found == name).count() > 1
    }

    /// Returns the name of a parameter that was sent more than once, if there is one.
    pub fn repeated(&self) -> Option<&str> {
        let mut names = self.0.iter().map(|(name, _)| name.as_str());
        names.find(|name| self.is_repeated(name))
    }
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    #[test]
    fn empty_ones_are_omitted_and_repeated_ones_are_found() {
        let parameters = Parameters::of("a=1&b=&c=%2B+%C3%BC&c=2");
        assert_eq!(parameters.get("a"), Some("1"));
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("c"), Some("+ \u{fc}"));
        assert_eq!(parameters.repeated(), Some("c"));
        assert_eq!(Parameters::of("a=&a=1").repeated(), None);
    }
}
