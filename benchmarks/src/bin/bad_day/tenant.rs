//! A tenant that behaves: its users sign in, refresh, list and change at a steady rate, whatever the server does.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use benchmarks::Reply;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::api::{Client, PASSWORD, Session, body, session};
use crate::tally::{Kind, Tally};

/// An organization and its users.
pub struct Tenant {
    pub client: Client,
    pub users: Vec<String>,
    /// The latest session.
    session: Mutex<Option<Session>>,
    /// A refresh token can be used once.
    refreshing: tokio::sync::Mutex<()>,
}

impl Tenant {
    /// Signs up an organization with this many users.
    pub async fn signed_up(server: SocketAddr, number: usize, users: usize) -> Result<Arc<Self>> {
        let client = Client::new(server, format!("10.0.0.{number}"));
        let name = |user: usize| format!("tenant_{number}_{user}");
        let signup = json!({
            "user": {"username": name(0), "password": PASSWORD, "primary_email": format!("{}@example.com", name(0))},
            "org": {"name": "A tenant", "domain": format!("tenant-{number}.example.com"), "type": "teams"},
        });
        done(client.post("/user/signup", "", &signup).await)?;
        let owner = session(&done(client.sign_in(&name(0)).await)?).context("tokens")?;
        for user in 1..users {
            let member = json!({"username": name(user), "password": PASSWORD, "primary_email": format!("{}@example.com", name(user))});
            done(client.post("/user/", &owner.access, &member).await)?;
        }
        Ok(Arc::new(Self {
            client,
            users: (0..users).map(name).collect(),
            session: Mutex::new(Some(owner)),
            refreshing: tokio::sync::Mutex::default(),
        }))
    }

    /// The access token of an owner, if there is a session.
    pub fn token(&self) -> Option<String> {
        Some(self.session()?.access)
    }

    fn session(&self) -> Option<Session> {
        let session = self.session.lock();
        session.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, session: Option<Session>) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
    }

    /// Sends requests until the day is over: sign-ins every `pause`, and the others less often.
    pub async fn work(self: Arc<Self>, tally: Tally, pause: Duration, offset: Duration) {
        let mut requests = JoinSet::new();
        let mut turns = interval_at(Instant::now() + offset, pause);
        turns.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for turn in 0_usize.. {
            let due = turns.tick().await;
            if tally.is_over() {
                break;
            }
            let (tenant, log) = (Arc::clone(&self), tally.clone());
            requests.spawn(async move { tenant.sign_in(&log, turn, due).await });
            let (tenant, log) = (Arc::clone(&self), tally.clone());
            requests.spawn(async move {
                match turn % 4 {
                    0 | 2 => tenant.refresh(&log, due).await,
                    1 => tenant.list(&log, turn, due).await,
                    _ => tenant.change(&log, turn, due).await,
                }
            });
            while requests.try_join_next().is_some() {}
        }
        while requests.join_next().await.is_some() {}
    }

    async fn sign_in(&self, tally: &Tally, turn: usize, due: Instant) {
        let Some(name) = self.users.get(turn % self.users.len()) else {
            return;
        };
        let reply = self.client.sign_in(name).await;
        tally.note(Kind::SignIn, due, reply.as_ref());
        // The owner's: others have no rights.
        if self.session().is_none() && turn.is_multiple_of(self.users.len()) {
            self.keep(reply.as_ref().and_then(session));
        }
    }

    async fn refresh(&self, tally: &Tally, due: Instant) {
        let Ok(_alone) = self.refreshing.try_lock() else {
            return;
        };
        let Some(before) = self.session() else { return };
        let reply = self.client.refresh(&before.refresh).await;
        tally.note(Kind::Refresh, due, reply.as_ref());
        // Without a response it is not known which token is good: the owner signs in again.
        self.keep(reply.as_ref().and_then(session));
    }

    async fn list(&self, tally: &Tally, turn: usize, due: Instant) {
        let Some(token) = self.token() else { return };
        let paths = ["/user/", "/role/", "/permission/", "/client/", "/audit/"];
        let path = paths.get(turn / 4 % paths.len()).unwrap_or(&"/user/");
        let reply = self.client.get(path, &token).await;
        tally.note(Kind::List, due, reply.as_ref());
    }

    /// Creates a role, and deletes it.
    async fn change(&self, tally: &Tally, turn: usize, due: Instant) {
        let Some(token) = self.token() else { return };
        let new = json!({"name": format!("role {turn}")});
        let reply = self.client.post("/role/", &token, &new).await;
        tally.note(Kind::Change, due, reply.as_ref());
        let Some(role) = reply.and_then(|reply| body(&reply).get("id")?.as_i64()) else {
            return;
        };
        let due = Instant::now();
        let reply = self.client.delete(&format!("/role/{role}"), &token).await;
        tally.note(Kind::Change, due, reply.as_ref());
    }
}

/// Returns a response of success.
pub fn done(reply: Option<Reply>) -> Result<Reply> {
    let reply = reply.context("no response")?;
    ensure!(reply.status < 300, "{} {}", reply.status, reply.text());
    Ok(reply)
}
