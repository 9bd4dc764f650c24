//! The users in tests.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::Api;

pub const PASSWORD: &str = "test1234@";

/// A signed-in user.
#[derive(Debug, Clone)]
pub struct Person {
    pub username: String,
    pub id: String,
    pub org: String,
    pub token: String,
    pub refresh_token: String,
}

pub fn number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// Returns a sign-up body for an organization that no other test uses.
pub fn signup_body() -> Value {
    let number = number();
    json!({
        "user": {
            "username": format!("user_{number}"),
            "password": PASSWORD,
            "primary_email": format!("user_{number}@example.com"),
        },
        "org": {
            "name": "An organization",
            "domain": format!("org-{number}.example.com"),
            "type": "teams",
            "mfa_enabled": false,
        },
    })
}

impl Person {
    /// Signs up a new organization and returns its owner.
    pub async fn owner(api: &Api) -> Self {
        let body = signup_body();
        let created = api.post_public("/user/signup", &body).await.expect(200);
        let username = body["user"]["username"].as_str().unwrap();
        Self::signed_in(api, username, &created.text("org_id")).await
    }

    /// Creates a user of the organization with these roles, and signs in.
    pub async fn member(&self, api: &Api, roles: &[i64]) -> Self {
        let number = number();
        let username = format!("member_{number}");
        let body = json!({
            "username": username,
            "password": PASSWORD,
            "primary_email": format!("{username}@example.com"),
            "role_ids": roles,
        });
        api.posted("/user/", &self.token, &body).await;
        Self::signed_in(api, &username, &self.org).await
    }

    pub async fn signed_in(api: &Api, username: &str, org: &str) -> Self {
        let tokens = api.login(username, PASSWORD, "").await.expect(200);
        let token = tokens.text("access_token");
        let me = api.get("/user/me", &token).await.expect(200);
        assert_eq!(me.body["org_id"], org);
        Self {
            username: username.to_owned(),
            id: me.text("user_id"),
            org: org.to_owned(),
            token,
            refresh_token: tokens.text("refresh_token"),
        }
    }

    /// Returns the id of a role of the organization.
    pub async fn role(&self, api: &Api, name: &str) -> i64 {
        let roles = api.get("/role/", &self.token).await.expect(200);
        let roles = roles.body.as_array().unwrap();
        let role = roles.iter().find(|role| role["name"] == name).unwrap();
        role["id"].as_i64().unwrap()
    }

    /// Creates a role with these permissions. Returns its id.
    pub async fn new_role(&self, api: &Api, slugs: &[&str]) -> i64 {
        let name = format!("role_{}", number());
        let body = json!({ "name": name });
        let made = api.posted("/role/", &self.token, &body).await;
        let id = made.body["id"].as_i64().unwrap();
        for slug in slugs {
            let body = json!({"role_id": id, "permission_slug": slug});
            api.posted("/role/attach-permission", &self.token, &body)
                .await;
        }
        id
    }

    /// Creates a permission. Returns its id.
    pub async fn new_permission(&self, api: &Api, slug: &str) -> i64 {
        let parts: Vec<_> = slug.split('.').collect();
        let body = json!({"service": parts[0], "resource": parts[1], "action": parts[2]});
        let made = api.post("/permission/", &self.token, &body).await;
        made.expect(200).body["id"].as_i64().unwrap()
    }
}
