//! auth-server in this process.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use auth_server::{Settings, server};
use service_kit::settings::Signals;
use tempfile::TempDir;

/// A running server with the public client `identity`. Stops when dropped.
pub struct AuthServer {
    pub issuer: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl AuthServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::defaults();
        settings.service.port = 0;
        settings.service.workers = Some(1);
        settings.service.signals = Signals::Ignored;
        settings.database.url = format!("sqlite://{}/auth-server.db", folder.path().display());
        settings.public_clients = "identity=http://127.0.0.1/callback".parse().unwrap();
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let server = server::build(settings).await.unwrap();
                let started = (server.address(), server.handle());
                sender.send(started).unwrap();
                server.run().await.unwrap();
            });
        });
        let (address, handle) = receiver.recv().unwrap();
        Self {
            issuer: format!("http://localhost:{}", address.port()),
            handle,
            thread: Some(thread),
            _folder: folder,
        }
    }
}

impl Drop for AuthServer {
    fn drop(&mut self) {
        // The thread runs it.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
