//! The suite of billing-api: in this process, unless the environment says otherwise.

use integration_tests::{Arguments, ServiceKind};

fn main() -> anyhow::Result<std::process::ExitCode> {
    integration_tests::run(ServiceKind::BillingApi, &Arguments::from_args())
}
