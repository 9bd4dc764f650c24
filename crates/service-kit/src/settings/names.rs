//! Detection of unknown setting names.

use super::field::{Field, name_of};
use super::sources::Values;

/// Returns an error message for each name that is set, but is not a setting of this service.
///
/// Every unknown name counts in the service's file, and after the service's name and two underscores (`prefix`). After
/// the provider's name (`watched`), or the service's name and one underscore, only a name that is close to a setting's
/// counts.
///
/// `DESCOPE_API_PORT=tcp://10.0.0.1:80` is ignored: Kubernetes sets such a variable for every service in every
/// container.
pub(super) fn unknown_names(
    prefix: &str,
    watched: &[&str],
    fields: &[Field],
    values: &Values,
) -> Vec<String> {
    let secrets = fields.iter().filter(|field| field.secret);
    let files = secrets.map(|field| format!("{}_file", field.path));
    let paths: Vec<_> = fields
        .iter()
        .map(|field| field.path.clone())
        .chain(files)
        .collect();
    let plain = paths.iter().map(|path| name_of(path));
    let prefixed = paths
        .iter()
        .map(|path| format!("{prefix}{}", name_of(path)));
    let names: Vec<_> = plain.chain(prefixed).collect();
    let one_underscore = prefix.strip_suffix('_').unwrap_or(prefix);

    let in_file = values
        .paths()
        .filter(|path| !paths.iter().any(|known| known == path));
    let mut problems: Vec<_> = in_file
        .map(|path| unknown(path, &values.file_place, nearest(path, &paths, 4)))
        .collect();
    for (name, text, place) in values.names() {
        if names.iter().any(|known| known == name) {
            continue;
        }
        let is_near_a_setting = name.starts_with(one_underscore)
            || watched.iter().any(|watched| name.starts_with(watched));
        if name.starts_with(prefix) {
            problems.push(unknown(name, place, nearest(name, &names, 4)));
        } else if is_near_a_setting && !is_of_kubernetes(text) {
            let near = nearest(name, &names, 2);
            problems.extend(near.map(|near| unknown(name, place, Some(near))));
        }
    }
    problems.sort();
    problems
}

fn unknown(name: &str, place: &str, near: Option<&str>) -> String {
    let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    format!("{name} is not a setting of this service (it comes from {place}){near}")
}

/// Returns the nearest known name, if at most `most` letters differ, and at most a third of them.
fn nearest<'k>(name: &str, known: &'k [String], most: usize) -> Option<&'k str> {
    let distances = known
        .iter()
        .map(|one| (strsim::osa_distance(name, one), one.as_str()));
    let most = most.min(name.len() / 3);
    let near = distances.filter(|(distance, _)| *distance <= most);
    near.min().map(|(_, one)| one)
}

fn is_of_kubernetes(text: &str) -> bool {
    let schemes = ["tcp://", "udp://", "sctp://"];
    schemes.iter().any(|scheme| text.starts_with(scheme))
}
