//! Creating, listing and deleting users.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::case::{Case, Needs, email};
use crate::expectation::Expectation;
use crate::http::{Call, Response};
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = one_user();
    cases.extend(taken());
    cases
}

fn one_user() -> Vec<Case> {
    vec![
        Case::new(
            "users::created_by_query_is_listed_until_deleted",
            "What was created is there, and what was deleted is gone.",
            Needs::Personas,
            async |target| {
                let email = email("query");
                let call = Call::post(format!("/api/users?name=Ada%20Lovelace&email={email}"));
                whole_life(
                    target,
                    call,
                    json!({"name": "Ada Lovelace", "email": email}),
                )
                .await
            },
        ),
        Case::new(
            "users::created_by_json_is_listed_until_deleted",
            "A JSON body is read as the query is.",
            Needs::Personas,
            async |target| {
                let user =
                    json!({"name": "Zoë O'Neil; DROP TABLE users;-- 🦀", "email": email("json")});
                whole_life(target, Call::post("/api/users").json(&user), user).await
            },
        ),
        Case::new(
            "users::unknown_id_is_404",
            "Deleting what is not there is 404.",
            Needs::Personas,
            async |target| {
                for id in [
                    "7",
                    "00000000-0000-7000-8000-000000000000",
                    "' OR '1'='1",
                    "a%2Fb",
                ] {
                    let call = Call::delete(format!("/api/users/{}", id.replace(' ', "%20")));
                    let problem = Expectation::problem(404, "not_found");
                    let problem = problem.detail_starting("There is no user ");
                    target.check_as("admin", call, &problem).await?;
                }
                Ok(())
            },
        ),
        Case::new(
            "users::list_goes_on_behind_an_id",
            "A long list is read in parts, in the order of creation.",
            Needs::Personas,
            async |target| {
                let create = || Call::post(format!("/api/users?name=Page&email={}", email("page")));
                let first = created(target, create()).await?;
                let second = created(target, create()).await?;
                let third = created(target, create()).await?;
                let listed = listed_ids(target, &format!("?limit=1000&after={first}")).await?;
                let index = |id: &str| listed.iter().position(|listed| listed == id);
                ensure!(index(&first).is_none(), "the list starts behind the id");
                let (second, third) = (index(&second), index(&third));
                ensure!(
                    second.is_some() && second < third,
                    "in the order of creation"
                );
                let one = listed_ids(target, &format!("?limit=1&after={first}")).await?;
                ensure!(one.len() == 1, "{one:?}");
                Ok(())
            },
        ),
        Case::new(
            "users::page_links_to_the_next_one",
            "Link (RFC 8288) leads through the whole list, whatever is added or deleted meanwhile.",
            Needs::Personas,
            async |target| pages(target).await,
        ),
    ]
}

fn taken() -> Vec<Case> {
    type Row = (&'static str, fn(&str) -> String);
    let rows: [Row; 2] = [
        ("email", str::to_owned),
        ("email_in_another_case", str::to_uppercase),
    ];
    let create = |name: &str, email: &str| {
        Call::post("/api/users").json(&json!({"name": name, "email": email}))
    };
    let cases = rows.into_iter().flat_map(|(row, again)| {
        [
            Case::new(
                format!("users::taken_{row}_is_409"),
                "No two users have the same address, in whatever case it is written.",
                Needs::Personas,
                async move |target: &Target| {
                    let email = email("taken");
                    created(target, create("Ada", &email)).await?;
                    let call = create("Bob", &again(&email));
                    let problem = Expectation::problem(409, "conflict");
                    let problem = problem.detail("The email is taken");
                    target.check_as("admin", call, &problem).await.map(drop)
                },
            ),
            Case::new(
                format!("users::same_name_and_{row}_again_is_200"),
                "A request whose response was lost can be repeated: it has the same response, and creates nothing.",
                Needs::Personas,
                async move |target: &Target| {
                    let email = email("again");
                    let members = json!({"message": "User created", "user": {"name": "Ada", "email": email}});
                    let call = create("Ada", &email);
                    let first = target.json_as("admin", call, members.clone()).await?;
                    let call = create(" Ada ", &again(&email));
                    let second = target.json_as("admin", call, members).await?;
                    ensure!(id_of(&first)? == id_of(&second)?, "{second:?}");
                    Ok(())
                },
            ),
        ]
    });
    cases.collect()
}

/// Other cases may create and delete users meanwhile.
async fn pages(target: &Target) -> Result<()> {
    let create = || Call::post(format!("/api/users?name=Page&email={}", email("page")));
    let first = created(target, create()).await?;
    let mut mine = vec![
        created(target, create()).await?,
        created(target, create()).await?,
    ];
    let mut query = format!("?limit=1&after={first}");
    let mut seen = Vec::new();
    loop {
        let call = Call::get(format!("/api/admin/users{query}"));
        let page = target.json_as("admin", call, json!({})).await?;
        let ids = ids(&page.member("/users")?);
        ensure!(ids.len() <= 1, "{page:?}");
        if ids.first() == mine.first() {
            // The next page starts after a user that is gone.
            let call = Call::delete(format!("/api/users/{}", ids.concat()));
            target.json_as("admin", call, json!({})).await?;
            mine.push(created(target, create()).await?);
        }
        seen.extend(ids);
        let Some(link) = page.header("link") else {
            break;
        };
        let next = link
            .strip_prefix('<')
            .and_then(|link| link.strip_suffix(">; rel=\"next\""));
        query = next.context(link.to_owned())?.to_owned();
    }
    seen.retain(|id| mine.contains(id));
    ensure!(mine.len() == 3 && seen == mine, "{seen:?} of {mine:?}");
    Ok(())
}

/// The list is read from a user that was created just before: there may be more users than a page has.
async fn whole_life(target: &Target, create: Call, user: Value) -> Result<()> {
    let before = Call::post(format!("/api/users?name=Before&email={}", email("before")));
    let page = format!("?limit=1000&after={}", created(target, before).await?);
    let members = json!({"message": "User created", "user": user});
    let response = target.json_as("admin", create, members).await?;
    let id = id_of(&response)?;
    let listed = listed(target, &page).await?;
    let found = listed
        .iter()
        .find(|user| user.get("id") == Some(&json!(id)));
    let found = found.context("the user is not listed")?;
    for member in ["name", "email"] {
        ensure!(found.get(member) == user.get(member), "{found}");
    }

    let delete = || Call::delete(format!("/api/users/{id}"));
    let members = json!({"message": format!("User {id} deleted")});
    target.json_as("admin", delete(), members).await?;
    let gone = listed_ids(target, &page).await?;
    ensure!(!gone.contains(&id), "the user is still listed");
    let expected = Expectation::problem(404, "not_found").detail(format!("There is no user {id}"));
    target
        .check_as("admin", delete(), &expected)
        .await
        .map(drop)
}

/// Creates a user as the administrator; returns its id.
pub(super) async fn created(target: &Target, call: Call) -> Result<String> {
    let members = json!({"message": "User created"});
    id_of(&target.json_as("admin", call, members).await?)
}

async fn listed(target: &Target, query: &str) -> Result<Vec<Value>> {
    let call = Call::get(format!("/api/admin/users{query}"));
    let response = target.json_as("admin", call, json!({})).await?;
    ensure!(
        !response.text_member("/message")?.is_empty(),
        "{response:?}"
    );
    let users = response.member("/users")?;
    users.as_array().cloned().context("users is not a list")
}

pub(super) async fn listed_ids(target: &Target, query: &str) -> Result<Vec<String>> {
    Ok(ids(&Value::Array(listed(target, query).await?)))
}

fn ids(users: &Value) -> Vec<String> {
    let ids = users.as_array().into_iter().flatten();
    let ids = ids.filter_map(|user| user.get("id")?.as_str());
    ids.map(str::to_owned).collect()
}

fn id_of(response: &Response) -> Result<String> {
    let id = response.text_member("/user/id")?;
    ensure!(!id.is_empty(), "a user without an id: {response:?}");
    Ok(id)
}
