//! The API with the users who want names.

use std::error::Error;
use std::ops::Deref;

use axum::http::Method;
use jiff::Timestamp;
use sandbox::TABLE;
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::status::Status;

use super::mutant::Mutant;
use super::scenario::{Name, Operation, Response, USERS, user_id};
use super::subject::Names;
use crate::server::{Answer, ApiCall, Foundation, NewUser, RequestError, Server};

/// The API, and everything that it works with.
pub struct World {
    server: Server<Names>,
}

impl Deref for World {
    type Target = Server<Names>;

    fn deref(&self) -> &Self::Target {
        &self.server
    }
}

impl World {
    /// Starts the API and creates the users.
    ///
    /// # Errors
    /// When the API cannot start, or a user cannot be created.
    pub async fn start(seed: u64, mutant: Option<Mutant>) -> Result<Self, Box<dyn Error>> {
        let foundation = Foundation::lay(seed, mutant)?;
        let now = foundation.parts.clock.now();
        for user in 0..USERS {
            let (id, username) = (user_id(user), Name::of_key(user).text());
            NewUser { id: &id, username, roles: &[Role::ApiUser], password: None }
                .create(&foundation.parts.store, now)
                .await?;
        }
        Ok(Self { server: Box::pin(Server::start(foundation)).await? })
    }

    /// Carries out the operation. `hint` is the username claim of the token, if the token has one.
    ///
    /// # Errors
    /// [`RequestError`] when the API gives no response, or one that it may not give.
    pub async fn send(
        &self,
        operation: Operation,
        hint: Option<Name>,
    ) -> Result<Response, RequestError> {
        let unexpected = |error: Box<dyn Error>| RequestError::Unexpected(error.to_string());
        let Some((caller, method, path, body)) = request(operation) else {
            return self.sweep().map_err(RequestError::Unexpected);
        };
        let token = match caller {
            Some(user) => {
                self.server.token(&user_id(user), hint.map(Name::text)).map_err(unexpected)?
            }
            None => self.server.admin_token().to_owned(),
        };
        let (path, token) = (path.as_str(), Some(token.as_str()));
        let call = ApiCall { method, path, token, device: None, body };
        read_response(&self.server.send(call).await?)
    }

    /// Has DynamoDB delete the expired items. Returns the keys of the deleted name records.
    fn sweep(&self) -> Result<Response, String> {
        let keys = || -> Result<u8, String> {
            let items = self.server.table.items(TABLE)?;
            let names = items.iter().filter(|item| item.get("userId").is_some());
            let names = names.filter_map(|item| Name::parse(item["username"]["S"].as_str()?));
            Ok(names.fold(0, |keys, name| keys | 1 << name.key()))
        };
        let before = keys()?;
        self.server.table.sweep()?;
        Ok(Response::Swept { keys: before & !keys()? })
    }
}

/// Returns the caller, if it is not the administrator, the method, the path and the body of an operation; `None` for
/// a sweep, which is no request.
fn request(operation: Operation) -> Option<(Option<u8>, Method, String, Value)> {
    let update = |caller: Option<u8>, user: u8, mut fields: Value| {
        fields["userId"] = json!(user_id(user));
        Some((caller, Method::PATCH, "/v1/users/update".to_owned(), fields))
    };
    match operation {
        Operation::SelfRename { user, to } => {
            let body = json!({ "newUsername": to.text() });
            Some((Some(user), Method::PATCH, "/api/v1/users/username".to_owned(), body))
        }
        Operation::SelfRenameByUpdate { user, to } => {
            update(Some(user), user, json!({ "username": to.text() }))
        }
        Operation::RenameByAdmin { user, to } => {
            update(None, user, json!({ "username": to.text() }))
        }
        Operation::SetFirstName { user, letter } => {
            update(None, user, json!({ "firstName": letter.to_string() }))
        }
        Operation::SetStatus { user, status } => {
            update(None, user, json!({ "status": status.as_str() }))
        }
        Operation::Read { user } => {
            Some((None, Method::GET, format!("/v1/users/{}", user_id(user)), Value::Null))
        }
        Operation::Sweep => None,
    }
}

/// Reads a response of the API.
fn read_response(answer: &Answer) -> Result<Response, RequestError> {
    let Answer { status, code, body } = answer;
    let unexpected = || answer.unexpected();
    let name = |value: &Value| value.as_str().and_then(Name::parse).ok_or_else(unexpected);
    match (*status, code.as_str()) {
        (200, _) if body.get("isSuccess").is_some() => {
            let next = body["data"]["nextChangeAllowedAt"].as_str();
            let next =
                next.and_then(|next| next.parse::<Timestamp>().ok()).ok_or_else(unexpected)?;
            Ok(Response::Renamed {
                old: name(&body["data"]["oldUsername"])?,
                new: name(&body["data"]["newUsername"])?,
                next: next.as_millisecond(),
            })
        }
        (200, _) => {
            let first_name = body["firstName"].as_str().and_then(|name| name.chars().next());
            let status = body["status"].as_str().and_then(Status::parse);
            Ok(Response::User {
                name: name(&body["username"])?,
                first_name: first_name.ok_or_else(unexpected)?,
                status: status.ok_or_else(unexpected)?,
            })
        }
        (409, "USERNAME_TAKEN") => Ok(Response::Taken),
        (409, "USERNAME_TOO_SIMILAR") => Ok(Response::TooSimilar),
        (409, "USERNAME_COOLDOWN") => Ok(Response::CoolingDown),
        (409, "CONCURRENT_CHANGE") => Ok(Response::Conflict),
        (403, "ACCOUNT_NOT_ACTIVE") => Ok(Response::NotActive),
        (404, "USER_NOT_FOUND") => Ok(Response::NotFound),
        _ => Err(unexpected()),
    }
}
