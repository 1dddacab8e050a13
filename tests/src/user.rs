//! The users of the tests.

use shared::domain::role::Role;
use shared::domain::status::Status;

/// A user in the table, with a token that agrees with the table.
#[derive(Debug, Clone)]
pub struct TestUser {
    /// The id.
    pub id: String,
    /// The username at the creation.
    pub username: String,
    /// A token that is valid for 100 days.
    pub token: String,
}

/// The values of a new user.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// The id; a new UUID without one.
    pub id: Option<&'a str>,
    /// The username.
    pub username: &'a str,
    /// The roles.
    pub roles: &'a [Role],
    /// The status.
    pub status: Status,
    /// Whether the e-mail address is verified.
    pub email_verified: bool,
    /// Whether the user has the password of the sample users.
    pub has_password: bool,
}

impl<'a> NewUser<'a> {
    /// Returns an active user without special roles.
    pub fn named(username: &'a str) -> Self {
        Self {
            id: None,
            username,
            roles: &[Role::ApiUser],
            status: Status::Active,
            email_verified: false,
            has_password: false,
        }
    }
}
