//! A server in this process.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use auth_server::{Settings, server};
use service_kit::settings::Signals;

use super::{Api, TestDatabase};

/// The issuer of all replicas.
pub const ISSUER: &str = "https://id.example.test";

/// Settings for a test: any free port, and limits that no test reaches by accident.
pub fn settings(database: &TestDatabase) -> Settings {
    let mut settings = Settings::defaults();
    settings.service.port = 0;
    settings.service.workers = Some(2);
    settings.service.signals = Signals::Ignored;
    settings.database.url = database.url.clone();
    settings.tokens.encryption_key = database.encryption_key.clone();
    settings.issuer = Some(ISSUER.to_owned());
    settings.limits.failures_per_address = 10_000;
    settings.limits.failures_per_account = 1_000;
    settings.limits.signups_per_address = 10_000;
    settings
}

/// A running server. Stops when dropped.
pub struct TestServer {
    pub api: Api,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    pub fn start(database: &TestDatabase) -> Self {
        Self::with(settings(database))
    }

    pub fn with(settings: Settings) -> Self {
        Self::try_with(settings).unwrap()
    }

    pub fn try_with(settings: Settings) -> Result<Self, String> {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match server::build(settings).await {
                    Ok(server) => {
                        sender
                            .send(Ok((server.address(), server.handle())))
                            .unwrap();
                        server.run().await.unwrap();
                    }
                    Err(error) => sender.send(Err(format!("{error:#}"))).unwrap(),
                }
            });
        });
        let (address, handle) = receiver.recv().unwrap()?;
        Ok(Self {
            api: Api::at(&format!("http://{address}")),
            handle,
            thread: Some(thread),
        })
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The thread runs it.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
