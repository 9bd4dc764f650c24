//! The Descope suite against a service and a local issuer in this process.

fn main() -> anyhow::Result<std::process::ExitCode> {
    integration_tests::descope::suite().run_in_process()
}
