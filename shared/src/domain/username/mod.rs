//! What a username is, and when two usernames count as the same.
//!
//! A username is a *handle* (`new_username123`) or, on `PATCH /v1/users/update` and
//! `POST /v1/users` only, an e-mail address. Uniqueness is enforced on its [`UsernameKey`].

mod email;
mod handle;
mod invalid;
mod key;
mod length;
mod name;
mod record;
mod reserved;
mod spelling;
mod suggestion;
mod words;

pub use invalid::InvalidUsername;
pub use key::UsernameKey;
pub use length::{MAX_EMAIL_LENGTH, MAX_LENGTH, MIN_LENGTH};
pub use name::Username;
pub use record::NameRecord;
pub use reserved::{NotAWord, ReservedWords, reserved_words};
pub use spelling::plain_letters;
pub use suggestion::candidates;
