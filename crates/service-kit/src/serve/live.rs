//! A running service that can be replaced without a stop: each worker makes the app of the new one and goes on with it.

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_http::Request;
use actix_service::{Service as AppService, ServiceFactory};
use actix_web::dev::AppConfig;
use actix_web::rt;
use pin_project_lite::pin_project;
use tokio::sync::{Mutex, watch};
use tracing::error;

use crate::service::Service;

/// The service that runs now. All clones share it.
#[derive(Clone)]
pub(crate) struct Live(Arc<watch::Sender<Service>>);

impl Live {
    pub(crate) fn new(service: Service) -> Self {
        Self(Arc::new(watch::Sender::new(service)))
    }

    /// Returns a copy of the service that runs now.
    pub(crate) fn service(&self) -> Service {
        self.0.borrow().clone()
    }

    /// Replaces the service. Requests that begin after this call are handled by the new one, those before by the old one.
    pub(crate) fn replace(&self, service: Service) {
        drop(self.0.send_replace(service));
    }

    /// Returns whether an app of the service can be made, as [`Renewing`] will do.
    pub(crate) async fn can_run(service: &Service) -> bool {
        let app = service.factory().new_service(AppConfig::default());
        app.await.is_ok()
    }
}

/// Makes, for a worker, an app that is always that of the service that runs now. `make` makes the app of a service.
pub(crate) struct Renewing<F> {
    live: Live,
    make: F,
}

impl<F> Renewing<F> {
    pub(crate) fn new(live: Live, make: F) -> Self {
        Self { live, make }
    }
}

impl<F, S> ServiceFactory<Request> for Renewing<F>
where
    F: Fn(&Service) -> S + Clone + 'static,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::InitError: Debug,
{
    type Response = S::Response;
    type Error = S::Error;
    type Config = AppConfig;
    type Service = Renewed<F, S::Service>;
    type InitError = S::InitError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Service, S::InitError>>>>;

    fn new_service(&self, config: AppConfig) -> Self::Future {
        let (live, make) = (self.live.clone(), self.make.clone());
        Box::pin(async move {
            let mut changes = live.0.subscribe();
            let service = changes.borrow_and_update().clone();
            let app = make(&service).new_service(config.clone()).await?;
            let worker = Rc::new(Worker {
                make,
                config,
                changes: RefCell::new(changes),
                is_stale: Cell::new(false),
                renewing: Mutex::new(()),
                app: RefCell::new(Rc::new(app)),
            });
            rt::spawn(renew_at_once(live.0.subscribe(), Rc::downgrade(&worker)));
            Ok(Renewed(worker))
        })
    }
}

/// Renews the app of a worker without waiting for its next request, so that what only the old one uses ends.
async fn renew_at_once<F, S>(
    mut changes: watch::Receiver<Service>,
    worker: std::rc::Weak<Worker<F, S::Service>>,
) where
    F: Fn(&Service) -> S,
    S: ServiceFactory<Request, Config = AppConfig>,
    S::InitError: Debug,
{
    while changes.changed().await.is_ok() {
        let Some(worker) = worker.upgrade() else {
            return;
        };
        worker.renew().await;
    }
}

/// The app of a worker.
pub(crate) struct Renewed<F, A>(Rc<Worker<F, A>>);

struct Worker<F, A> {
    make: F,
    config: AppConfig,
    changes: RefCell<watch::Receiver<Service>>,
    /// Whether a new service was seen whose app is being made.
    is_stale: Cell<bool>,
    renewing: Mutex<()>,
    app: RefCell<Rc<A>>,
}

impl<F, A> Worker<F, A> {
    fn is_current(&self) -> bool {
        !self.is_stale.get() && !self.changes.borrow().has_changed().unwrap_or(false)
    }

    fn app(&self) -> Rc<A> {
        Rc::clone(&self.app.borrow())
    }
}

impl<F, S> Worker<F, S::Service>
where
    F: Fn(&Service) -> S,
    S: ServiceFactory<Request, Config = AppConfig>,
    S::InitError: Debug,
{
    /// Makes the app of the service that runs now, if this is not it. Requests in progress keep the old one.
    async fn renew(&self) {
        let _turn = self.renewing.lock().await;
        while !self.is_current() {
            self.is_stale.set(true);
            let service = self.changes.borrow_mut().borrow_and_update().clone();
            let made = (self.make)(&service).new_service(self.config.clone()).await;
            match made {
                Ok(app) => drop(self.app.replace(Rc::new(app))),
                // It was made before, to try it.
                Err(error) => error!("a worker goes on with the old app: {error:?}"),
            }
            self.is_stale.set(false);
        }
    }
}

impl<F, S> AppService<Request> for Renewed<F, S::Service>
where
    F: Fn(&Service) -> S + 'static,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::InitError: Debug,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Handling<<S::Service as AppService<Request>>::Future, S::Response, S::Error>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.app().poll_ready(context)
    }

    fn call(&self, request: Request) -> Self::Future {
        if self.0.is_current() {
            let future = self.0.app().call(request);
            return Handling::Now { future };
        }
        let worker = Rc::clone(&self.0);
        let future = Box::pin(async move {
            worker.renew().await;
            let app = worker.app();
            poll_fn(|context| app.poll_ready(context)).await?;
            app.call(request).await
        });
        Handling::Renewed { future }
    }
}

type Boxed<R, E> = Pin<Box<dyn Future<Output = Result<R, E>>>>;

pin_project! {
    /// A request in progress. Only the first ones after a change wait for the new app, and only their futures are boxed.
    #[project = HandlingProjection]
    pub(crate) enum Handling<T, R, E> {
        Now { #[pin] future: T },
        Renewed { future: Boxed<R, E> },
    }
}

impl<T, R, E> Future for Handling<T, R, E>
where
    T: Future<Output = Result<R, E>>,
{
    type Output = Result<R, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            HandlingProjection::Now { future } => future.poll(context),
            HandlingProjection::Renewed { future } => future.as_mut().poll(context),
        }
    }
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
