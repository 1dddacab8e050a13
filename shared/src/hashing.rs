//! Checking and hashing new passwords, off the thread that serves requests.

use crate::domain::access::Field;
use crate::domain::password::{Password, PasswordHash};
use crate::error::{Error, Location, Violation};

/// Checks the strength of a new password against the user's own data, then hashes it. Both take
/// processor time, so they run on a thread of their own.
///
/// # Errors
/// [`Error::Invalid`] when the password is easy to guess, [`Error::Internal`] when it cannot be hashed.
pub async fn check_and_hash(
    password: Password,
    own_data: Vec<String>,
) -> Result<PasswordHash, Error> {
    let work = move || {
        let own_data: Vec<&str> = own_data.iter().map(String::as_str).collect();
        password
            .check_strength(&own_data)
            .map_err(|weak| Violation::new(Location::field(Field::Password.name()), weak))?;
        Ok(password.hash()?)
    };
    let hashed = tokio::task::spawn_blocking(work).await;
    hashed.map_err(|panicked| Error::Internal(panicked.into()))?
}
