//! Judging and hashing new passwords, off the thread that serves requests.

use crate::domain::field::Field;
use crate::domain::password::{HashSettings, InvalidPassword, PasswordHash, PasswordText};
use crate::error::{Error, Location, Violation};

/// A new password, and what it is judged with.
pub struct NewPassword {
    /// The password.
    pub text: PasswordText,
    /// The user's own names and usernames.
    pub own_data: Vec<String>,
}

/// Judges the password of a request, if it has one, and hashes it. If `violations`, what the request breaks
/// already, is not empty, only the cheap checks of the password run.
///
/// # Errors
/// [`Error::Invalid`] with every violation of the request, the password's last, [`Error::Internal`]
/// when the password cannot be hashed.
pub async fn validate_and_hash(
    password: Option<NewPassword>,
    mut violations: Vec<Violation>,
) -> Result<Option<PasswordHash>, Error> {
    if !violations.is_empty() {
        let invalid =
            password.map(|new| new.text.form_violations(&new.own_data())).unwrap_or_default();
        violations.extend(of_password(invalid));
        return Err(Error::Invalid(violations));
    }
    let Some(password) = password else { return Ok(None) };
    // Both take processor time.
    let hashed = tokio::task::spawn_blocking(move || judge_and_hash(&password)).await;
    hashed.map_err(|_| panicked())?.map(Some)
}

fn judge_and_hash(password: &NewPassword) -> Result<PasswordHash, Error> {
    let judged = password.text.judge(&password.own_data());
    let judged = judged.map_err(|invalid| Error::Invalid(of_password(invalid).collect()))?;
    Ok(judged.hash()?)
}

/// The defect is logged without the panic's message, which can quote the password.
fn panicked() -> Error {
    Error::Internal("judging a password panicked".into())
}

fn of_password(invalid: Vec<InvalidPassword>) -> impl Iterator<Item = Violation> {
    let location = || Location::field(Field::Password.name());
    invalid.into_iter().map(move |kind| Violation::new(location(), kind))
}

impl NewPassword {
    fn own_data(&self) -> Vec<&str> {
        self.own_data.iter().map(String::as_str).collect()
    }
}

/// Whether the text is the password of that hash. It takes as long as hashing it.
///
/// # Errors
/// [`Error::Internal`] when the work could not be done.
pub async fn is_password_of(text: PasswordText, hash: PasswordHash) -> Result<bool, Error> {
    let settings = HashSettings::default();
    let compared = tokio::task::spawn_blocking(move || text.verify(&hash, &settings)).await;
    compared.map_err(|_| panicked())
}
