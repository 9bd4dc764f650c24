//! Reads the `[[client]]` tables of `personas.toml`.

use serde::Deserialize;
use toml::Value;

use super::error::PersonasError;
use super::persona::Persona;
use crate::clients::{Client, RedirectUri};
use crate::secret::Secret;

#[derive(Deserialize)]
struct FileClient {
    id: String,
    name: Option<String>,
    secret: Option<String>,
    redirect_uris: Vec<String>,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
}

/// The clients of a file; those that it does not have a right to list are faults.
pub(super) fn read(listed: Option<Value>, problems: &mut PersonasError) -> Vec<Client> {
    let listed = match listed {
        None => return Vec::new(),
        Some(Value::Array(listed)) => listed,
        Some(_) => {
            problems.add_client("(all)", "expected [[client]] tables");
            return Vec::new();
        }
    };
    let mut clients: Vec<Client> = Vec::new();
    for (index, value) in listed.into_iter().enumerate() {
        let id = value.get("id").and_then(Value::as_str);
        let id = id.map_or_else(|| format!("number {}", index + 1), str::to_owned);
        let mut unknown = Vec::new();
        let read: Result<FileClient, _> =
            serde_ignored::deserialize(value, |path| unknown.push(path.to_string()));
        for member in unknown {
            problems.add_client(&id, format_args!("unknown member {member}"));
        }
        match read {
            Ok(file) if clients.iter().any(|known| known.id == file.id) => {
                problems.add_client(&id, "another client has the same id");
            }
            Ok(file) => clients.push(client(file, problems)),
            Err(error) => problems.add_client(&id, error.message()),
        }
    }
    clients
}

/// Reports clients with the client id of a persona: a token request would not say which of them it means.
pub(super) fn unlike(clients: &[Client], personas: &[Persona], problems: &mut PersonasError) {
    for client in clients {
        if personas.iter().any(|known| known.client_id == client.id) {
            problems.add_client(&client.id, "a persona has this client_id");
        }
    }
}

fn client(file: FileClient, problems: &mut PersonasError) -> Client {
    let mut checked = |member: &str, uris: Vec<String>| -> Vec<RedirectUri> {
        let mut read = |uri: String| {
            let fault = RedirectUri::new(&uri);
            fault.map_err(|fault| problems.add_client(&file.id, format_args!("{member}: {fault}")))
        };
        uris.into_iter().filter_map(|uri| read(uri).ok()).collect()
    };
    let redirect_uris = checked("redirect_uris", file.redirect_uris);
    let post_logout_redirect_uris =
        checked("post_logout_redirect_uris", file.post_logout_redirect_uris);
    for (member, value) in [("id", Some(&file.id)), ("secret", file.secret.as_ref())] {
        if value.is_some_and(|value| value.trim().is_empty()) {
            problems.add_client(&file.id, format_args!("{member} is empty"));
        }
    }
    Client {
        name: file.name.unwrap_or_else(|| file.id.clone()),
        id: file.id,
        secret: file.secret.map(Secret::new),
        redirect_uris,
        post_logout_redirect_uris,
    }
}
