//! What testcontainers does not do.

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

/// Runs `docker` with these arguments; returns its output.
pub(crate) async fn docker(arguments: &[&str]) -> Result<String> {
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .await
        .context("docker cannot be run")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "docker {arguments:?}: {said}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Errors: the image was not built. What is not there would be looked for at a registry.
pub(crate) async fn image_is_there(name: &str) -> Result<()> {
    let found = docker(&["image", "inspect", "--format", "{{.Id}}", name]).await;
    found
        .map(drop)
        .with_context(|| format!("there is no image {name}: run scripts/images"))
}
