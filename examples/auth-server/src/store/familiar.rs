//! From which networks users have signed in. A deleted user's are deleted too.

use identity_core::clock::UnixTime;

use super::orgs::seconds;
use super::users::User;
use super::{Store, Write};

/// How many networks are remembered per user: those of the latest sign-ins.
const MOST: i64 = 8;

impl Write {
    /// Remembers that a user signed in from this network.
    pub async fn remember_network(
        &mut self,
        user: &User,
        network: &str,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO familiar_networks (org_id, user_id, network, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (user_id, network) DO UPDATE SET at = excluded.at",
        )
        .bind(&user.org)
        .bind(&user.id)
        .bind(network)
        .bind(seconds(now));
        self.execute(insert).await?;
        let forget = sqlx::query(
            "DELETE FROM familiar_networks WHERE org_id = $1 AND user_id = $2 AND network <> $3 AND network NOT IN \
             (SELECT network FROM familiar_networks WHERE org_id = $1 AND user_id = $2 AND network <> $3 \
             ORDER BY at DESC LIMIT $4)",
        )
        .bind(&user.org)
        .bind(&user.id)
        .bind(network)
        .bind(MOST - 1);
        self.execute(forget).await
    }
}

impl Store {
    /// Returns whether the user with this username, ignoring case, has signed in from this network.
    pub async fn is_familiar(&self, username: &str, network: &str) -> Result<bool, sqlx::Error> {
        let found = sqlx::query(
            "SELECT 1 FROM familiar_networks f JOIN users u ON u.org_id = f.org_id AND u.id = f.user_id \
             WHERE lower(u.username) = lower($1) AND f.network = $2",
        )
        .bind(username)
        .bind(network)
        .fetch_optional(self.pool());
        Ok(self.database.noted(found.await)?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use identity_core::clock::UnixTime;
    use service_kit::store::DatabaseConfig;
    use sqlx::Executor;

    use crate::store::Store;
    use crate::store::tests::of_an_earlier_release;
    use crate::store::users::User;

    const ORG_AND_USERS: &str = "INSERT INTO orgs VALUES ('o', '', '', '', 0, 0);
        INSERT INTO users VALUES ('a', 'o', 'Ann', 'a', '', 0), ('b', 'o', 'bob', 'b', '', 0);";

    #[tokio::test]
    async fn the_latest_eight_of_each_user_are_familiar_until_the_user_is_deleted() {
        let store = Store::open(&DatabaseConfig::at("sqlite::memory:"))
            .await
            .unwrap();
        store.pool().execute(ORG_AND_USERS).await.unwrap();
        let user = |id: &str| User {
            id: id.to_owned(),
            org: "o".to_owned(),
            username: String::new(),
            email: String::new(),
        };
        let familiar = async |name: &str| {
            let mut familiar = Vec::new();
            for network in 0..20 {
                let network = network.to_string();
                if store.is_familiar(name, &network).await.unwrap() {
                    familiar.push(network);
                }
            }
            familiar.join(" ")
        };
        let mut write = store.write().await.unwrap();
        // All at the same moment: the one of now stays.
        for network in (0..20).chain([0]) {
            let now = UnixTime::from_seconds(f64::from(network.min(10)));
            let network = network.to_string();
            write
                .remember_network(&user("a"), &network, now)
                .await
                .unwrap();
        }
        let now = UnixTime::from_seconds(1.0);
        write.remember_network(&user("b"), "3", now).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(familiar("aNN").await.split(' ').count(), 8);
        assert!(store.is_familiar("ann", "0").await.unwrap());
        assert_eq!(
            (familiar("bob").await, familiar("eve").await),
            ("3".into(), String::new())
        );

        let mut write = store.write().await.unwrap();
        write.delete_user("o", "a").await.unwrap();
        write.commit().await.unwrap();
        let again = "INSERT INTO users VALUES ('c', 'o', 'ann', 'a', '', 0)";
        store.pool().execute(again).await.unwrap();
        assert_eq!(
            (familiar("ann").await, familiar("bob").await),
            (String::new(), "3".into())
        );
        store.clean(UnixTime::from_seconds(1e9)).await.unwrap();
        assert_eq!(familiar("bob").await, "");
    }

    #[tokio::test]
    async fn sign_ins_on_record_are_familiar_whatever_other_events_there_are() {
        let (_folder, config, earlier) = of_an_earlier_release().await;
        earlier.pool().execute(ORG_AND_USERS).await.unwrap();
        earlier
            .pool()
            .execute(
                "INSERT INTO audit (id, org_id, at, actor, action, target, address) VALUES
                ('1', 'o', 1, 'b', 'user.login', '', '10.0.0.1'), ('2', 'o', 2, 'b', 'user.login_failed', '', '10.0.0.2');
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
                INSERT INTO audit (id, org_id, at, actor, action, target, address)
                SELECT '3' || i, 'o', i, 'a', 'user.login', '', '10.0.1.' || (i % 20) FROM n",
            )
            .await
            .unwrap();
        drop(earlier);
        let store = Store::open(&config).await.unwrap();
        for (name, network, expected) in [
            ("bob", "10.0.0.1", true),
            ("bob", "10.0.0.2", false),
            ("ann", "10.0.1.0", true),
            ("ann", "10.0.1.1", false),
        ] {
            assert_eq!(
                store.is_familiar(name, network).await.unwrap(),
                expected,
                "{network}"
            );
        }
    }
}
