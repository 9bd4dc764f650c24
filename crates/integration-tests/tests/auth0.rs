//! The Auth0 suite against a service and a local issuer in this process.

fn main() -> anyhow::Result<std::process::ExitCode> {
    integration_tests::auth0::suite().run_in_process()
}
