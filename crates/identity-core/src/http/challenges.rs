//! The challenges of a response: what a client that is refused is told.

use reqwest::StatusCode;
use reqwest::header::WWW_AUTHENTICATE;
use url::Url;

use super::{FetchError, HttpClient, for_log};

impl HttpClient {
    /// Returns the challenges (`WWW-Authenticate`, RFC 9110, section 11.6.1) of the response to a `GET` without
    /// credentials, one text for each header field; empty unless the response is 401. Its body is not read. Errors: no
    /// response within the limits.
    pub async fn challenges(&self, url: &Url) -> Result<Vec<String>, FetchError> {
        self.check_transport(url)?;
        let response = self.client.get(url.clone()).send().await;
        let response = response.map_err(|error| self.failure(&for_log(url), error))?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(Vec::new());
        }
        let values = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        Ok(texts.map(str::to_owned).collect())
    }
}
