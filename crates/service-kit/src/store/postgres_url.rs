//! The address of a PostgreSQL database, with the certificate check that it does not mention.

use std::net::IpAddr;

use sqlx::postgres::PgConnectOptions;
use url::Url;

/// Returns the URL with `sslmode=verify-full`, unless it sets a mode itself or the server is on this machine. The
/// driver's default accepts every certificate, and a connection without one.
pub(super) fn with_verified_server(url: &str) -> String {
    // The driver reports what is wrong with a URL.
    let (Ok(mut parsed), Ok(options)) = (Url::parse(url), url.parse::<PgConnectOptions>()) else {
        return url.to_owned();
    };
    let sets_mode = parsed
        .query_pairs()
        .any(|(name, _)| matches!(&*name, "sslmode" | "ssl-mode"));
    if sets_mode || is_local(&options) {
        return url.to_owned();
    }
    parsed
        .query_pairs_mut()
        .append_pair("sslmode", "verify-full");
    parsed.into()
}

fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::with_verified_server;

    #[test]
    fn a_server_elsewhere_is_verified_unless_the_url_says_how() {
        for (url, expected) in [
            (
                "postgres://u:p%40x@db.example.com/x",
                "postgres://u:p%40x@db.example.com/x?sslmode=verify-full",
            ),
            (
                "postgresql://u@10.0.0.7:6432/x?application_name=a",
                "postgresql://u@10.0.0.7:6432/x?application_name=a&sslmode=verify-full",
            ),
            (
                "postgres://localhost/x?host=db.example.com",
                "postgres://localhost/x?host=db.example.com&sslmode=verify-full",
            ),
            (
                "postgres://127.0.0.1.example.com/x",
                "postgres://127.0.0.1.example.com/x?sslmode=verify-full",
            ),
        ] {
            assert_eq!(with_verified_server(url), expected);
        }
        for url in [
            "postgres://u@db.example.com/x?sslmode=disable",
            "postgres://u@db.example.com/x?ssl-mode=require",
            "postgres://u@localhost/x",
            "postgres://u@127.0.0.2:5433/x",
            "postgres://u@[::1]/x",
            "postgres://%2Fvar%2Frun%2Fpostgresql/x",
            "postgres:///x?host=/var/run/postgresql",
            "postgres://db.example.com:port/x",
        ] {
            assert_eq!(with_verified_server(url), url);
        }
    }
}
