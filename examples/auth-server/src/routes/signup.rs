//! The sign-up of organizations.

use actix_web::http::StatusCode;
use actix_web::{ResponseError, post, web};
use garde::Validate;
use identity_actix::Problem;
use identity_core::clock::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::json;
use service_kit::validate;
use tracing::warn;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::Type;
use uuid::Uuid;

use crate::cross_site::NotCrossSite;
use crate::fair_queue::{Tenant, Waiter};
use crate::input;
use crate::policies::RIGHTS;
use crate::state::{Actor, Refused, State};
use crate::store::Write;
use crate::store::orgs::Org;
use crate::store::permissions::Attachment;
use crate::store::roles::{NewRole, Role};
use crate::store::taken::taken;
use crate::store::users::{Login, User};
use service_kit::ClientAddress;

/// The organization to create, and its first user.
#[derive(Deserialize, Validate, ToSchema)]
pub struct Signup {
    #[garde(dive)]
    user: NewUser,
    #[garde(dive)]
    org: NewOrg,
}

/// The user to create. It has no `Debug`.
#[derive(Deserialize, Validate, ToSchema)]
pub struct NewUser {
    /// The name to sign in with: 3 to 64 letters, digits and . _ @ + -. Unique.
    #[schema(
        example = "test_user",
        min_length = 3,
        max_length = 64,
        pattern = "^[A-Za-z0-9._@+-]+$"
    )]
    #[garde(custom(input::username))]
    username: String,
    /// At least 8 characters, at most 256 bytes, and different from the username.
    #[schema(example = "test1234@", min_length = 8)]
    #[garde(custom(input::password_of(&self.username)))]
    password: String,
    /// An e-mail address. Unique.
    #[schema(example = "example@example.com", format = Email, max_length = 254)]
    #[garde(custom(input::email))]
    primary_email: String,
}

/// The organization to create.
#[derive(Deserialize, Validate, ToSchema)]
pub struct NewOrg {
    /// Not blank, no control characters.
    #[schema(example = "test_org", min_length = 1, max_length = 200)]
    #[garde(custom(input::name))]
    name: String,
    /// A domain of at least two labels. Unique.
    #[schema(example = "example.example.come", format = Hostname, max_length = 253)]
    #[garde(custom(input::domain))]
    domain: String,
    /// `teams` or `enterprise`.
    #[serde(rename = "type")]
    #[schema(example = "teams", pattern = "^(teams|enterprise)$")]
    #[garde(custom(kind))]
    r#type: String,
    #[serde(default)]
    #[garde(custom(no_second_factor))]
    #[schema(schema_with = only_false)]
    mfa_enabled: bool,
}

fn only_false() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("Must be `false`: there is no second factor yet."))
        .schema_type(Type::Boolean)
        .enum_values(Some([false]))
}

/// The ids of the created organization and user.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedUp {
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    user_id: String,
    #[schema(example = "019a2f6e-0000-7000-8000-000000000001")]
    org_id: String,
}

impl NewUser {
    /// Returns the name to sign in with.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Hashes the password when it is the turn of `waiter`, and returns the user in the organization `org`.
    pub async fn into_login(
        self,
        state: &State,
        org: &str,
        waiter: Waiter,
    ) -> Result<Login, Refused> {
        Ok(Login {
            user: User {
                id: Uuid::now_v7().to_string(),
                org: org.to_owned(),
                username: self.username,
                email: self.primary_email,
            },
            password_hash: state.passwords.hash(self.password, waiter).await?,
        })
    }
}

fn kind(text: &str, (): &()) -> garde::Result {
    let known = matches!(text, "teams" | "enterprise");
    input::must(known, "must be teams or enterprise")
}

fn no_second_factor(enabled: &bool, (): &()) -> garde::Result {
    input::must(!enabled, "must be false: there is no second factor yet")
}

/// Create an organization with its first user, who becomes an owner
#[utoipa::path(
    tag = "user",
    responses(
        (status = 200, description = "The ids", body = SignedUp),
        (status = 403, description = "`access_denied`: a page of another site sent the request", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: the username, e-mail or domain is taken", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`: the body must be JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_requests`", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/user/signup")]
pub async fn signup(
    _page: NotCrossSite<Refused>,
    new: web::Json<Signup>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<SignedUp>, Refused> {
    validate(&*new)?;
    let attempt = state.throttles.sign_up(&address).await?;
    let created = create(&state, new.into_inner(), &address).await;
    // Successful sign-ups count, and those that reveal what is taken; not those that the server could not try.
    let is_conflict = |refused: &Refused| refused.status_code() == StatusCode::CONFLICT;
    if created.as_ref().err().is_none_or(is_conflict)
        && let Err(error) = attempt.count().await
    {
        // What was created stays, and so does what was refused.
        warn!(reason = %error, "a sign-up could not be counted: {error}");
    }
    created.map(web::Json)
}

async fn create(state: &State, new: Signup, address: &ClientAddress) -> Result<SignedUp, Refused> {
    let Signup { user, org } = new;
    let org = Org {
        id: Uuid::now_v7().to_string(),
        name: org.name.trim().to_owned(),
        domain: org.domain,
        kind: org.r#type,
    };
    let waiter = Waiter::of(address, Tenant::SignUp);
    let login = user.into_login(state, &org.id, waiter.clone()).await?;
    let now = state.now();
    let mut write = state.store.write_for(waiter).await?;
    let created = match write.create_org(&org, now).await {
        Ok(()) => write.create_user(&login, now).await,
        failed => failed,
    };
    if let Err(error) = created {
        drop(write);
        if let Some(taken) = taken(&error) {
            let value = match taken.field {
                "domain" => org.domain,
                "username" => login.user.username,
                _ => login.user.email,
            };
            let nobody = Actor { org: "", id: "" };
            let (address, target) = (address.text(), json!({"taken": {taken.field: value}}));
            let record = nobody.did("org.signup_refused", target, &address);
            state.store.record(record, now).await?;
        }
        return Err(error.into());
    }
    let owner = equip(&mut write, &org.id, now).await?;
    let user = &login.user;
    write.assign_role(&org.id, &user.id, owner).await?;
    let actor = Actor {
        org: &org.id,
        id: &user.id,
    };
    let address = address.text();
    let target = json!({
        "org": {"id": org.id, "name": org.name, "domain": org.domain},
        "user": user.named(),
        "roles": [{"id": owner, "name": Role::OWNER}],
    });
    let record = actor.did("org.signup", target, &address);
    write.finish(record, now).await?;
    Ok(SignedUp {
        user_id: login.user.id,
        org_id: org.id,
    })
}

/// Creates the built-in roles and the server's own permissions in a new organization. Returns the id of the role
/// `owner`.
async fn equip(write: &mut Write, org: &str, now: UnixTime) -> Result<i64, sqlx::Error> {
    let mut role = async |name, description| {
        let new = NewRole { name, description };
        write.create_role(org, new, now).await
    };
    let owner = role(Role::OWNER, "May do everything in the organization").await?;
    let admin = role(Role::ADMIN, "Looks after the users").await?;
    role(Role::USER, "May sign in").await?;
    for right in RIGHTS {
        let permission = write
            .create_permission(org, right.permission(), now)
            .await?;
        let to = |role| Attachment { role, permission };
        write.attach(org, to(owner)).await?;
        if right.for_admins {
            write.attach(org, to(admin)).await?;
        }
    }
    Ok(owner)
}
