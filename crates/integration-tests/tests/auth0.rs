//! The Auth0 suite: in this process, unless the environment says otherwise.

use integration_tests::{Arguments, ServiceKind};

fn main() -> anyhow::Result<std::process::ExitCode> {
    integration_tests::run(ServiceKind::Auth0Api, &Arguments::from_args())
}
