//! One request to a service, and as much of its response as is wanted.

use std::error::Error;

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};

/// A response, whose body may have been cut off.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) is_cut: bool,
}

/// Sends a request whose timeout is set, and reads at most so many bytes of the body. Errors: why there is no response.
pub(crate) async fn receive(request: RequestBuilder, most: usize) -> Result<Received, String> {
    let mut response = request.send().await.map_err(reason)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    let mut is_cut = false;
    while let Some(chunk) = response.chunk().await.map_err(reason)? {
        let room = most - body.len();
        is_cut = chunk.len() > room;
        body.extend(chunk.iter().take(room));
        if is_cut {
            break;
        }
    }
    Ok(Received {
        status,
        headers,
        body,
        is_cut,
    })
}

/// The innermost error: the others repeat the address.
fn reason(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no response in time".to_owned();
    }
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    format!("no response: {innermost}")
}
