//! Judging and hashing new passwords, off the thread that serves requests.

use crate::domain::field::Field;
use crate::domain::password::{
    HashSettings, InvalidPassword, Password, PasswordHash, PasswordText,
};
use crate::error::{Error, Location, Violation};

/// A new password, and what it is judged with.
pub struct NewPassword {
    /// The password.
    pub text: PasswordText,
    /// The user's own names and usernames.
    pub own_data: Vec<String>,
}

/// Judges the password of a request, if it has one, and hashes it, as [`judge`] and [`hash_judged`] do.
///
/// # Errors
/// [`Error::Invalid`] with every violation of the request, the password's last, [`Error::Internal`]
/// when the password cannot be hashed.
pub async fn validate_and_hash(
    password: Option<NewPassword>,
    violations: Vec<Violation>,
) -> Result<Option<PasswordHash>, Error> {
    match judge(password, Field::Password.name(), violations).await? {
        Some(judged) => hash_judged(judged).await.map(Some),
        None => Ok(None),
    }
}

/// Judges the new password of a request, which stands in that field, if the request has one. If `violations`, what
/// the request breaks already, is not empty, only the cheap checks of the password run.
///
/// # Errors
/// [`Error::Invalid`] with every violation of the request, the password's last.
pub async fn judge(
    password: Option<NewPassword>,
    field: &'static str,
    mut violations: Vec<Violation>,
) -> Result<Option<Password>, Error> {
    if !violations.is_empty() {
        let invalid =
            password.map(|new| new.text.form_violations(&new.own_data())).unwrap_or_default();
        violations.extend(of_password(invalid, field));
        return Err(Error::Invalid(violations));
    }
    let Some(password) = password else { return Ok(None) };
    let judged = off_thread(move || password.text.judge(&password.own_data())).await?;
    judged.map(Some).map_err(|invalid| Error::Invalid(of_password(invalid, field).collect()))
}

/// Hashes a password that was judged.
///
/// # Errors
/// [`Error::Internal`] when the work could not be done.
pub async fn hash_judged(password: Password) -> Result<PasswordHash, Error> {
    Ok(off_thread(move || password.hash()).await??)
}

/// Hashes a password that the user has already.
///
/// # Errors
/// [`Error::Internal`] when the work could not be done.
pub async fn hash(text: PasswordText) -> Result<PasswordHash, Error> {
    Ok(off_thread(move || text.hash()).await??)
}

/// Whether the hash is one that this version of the code made of that text. It takes as long as hashing it.
///
/// # Errors
/// [`Error::Internal`] when the work could not be done.
pub async fn is_own_hash_of(text: PasswordText, hash: PasswordHash) -> Result<bool, Error> {
    off_thread(move || text.is_of_own(&hash)).await
}

/// Whether the text is the password of that hash, which may come from elsewhere. It takes as long as hashing it.
///
/// # Errors
/// [`Error::Internal`] when the work could not be done.
pub async fn is_password_of(
    text: PasswordText,
    hash: PasswordHash,
    settings: HashSettings,
) -> Result<bool, Error> {
    off_thread(move || text.verify(&hash, &settings)).await
}

/// Does work that takes processor time. A defect is logged without the panic's message, which can quote the password.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Error::Internal("judging a password panicked".into()))
}

fn of_password(
    invalid: Vec<InvalidPassword>,
    field: &'static str,
) -> impl Iterator<Item = Violation> {
    invalid.into_iter().map(move |kind| Violation::new(Location::field(field), kind))
}

impl NewPassword {
    fn own_data(&self) -> Vec<&str> {
        self.own_data.iter().map(String::as_str).collect()
    }
}
