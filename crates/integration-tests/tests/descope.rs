//! The Descope suite: in this process, unless the environment says otherwise.

use integration_tests::{Arguments, ServiceKind};

fn main() -> anyhow::Result<std::process::ExitCode> {
    integration_tests::run(ServiceKind::DescopeApi, &Arguments::from_args())
}
