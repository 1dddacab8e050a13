//! The fields of a user that a body may have, for creating and for updating one.

use super::body::Fields;
use super::read::AnyRoles;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::permission::Field;
use crate::domain::text::PersonName;
use crate::domain::update::Patch;
use crate::domain::user::User;
use crate::domain::username::Username;
use crate::error::{Error, Fault, Place};

/// The values that a body has for a user's fields.
#[derive(Debug, Clone)]
pub struct UserFields {
    /// Everything but the password.
    pub values: Patch,
    /// A password in plain text, its strength not checked yet.
    password: Option<Password>,
}

impl UserFields {
    /// Takes the fields of a user.
    pub fn take(fields: &mut Fields) -> Self {
        // Accepted, without effect.
        fields.optional::<bool>(Field::Empty.name());
        let values = Patch {
            username: fields.optional(Field::Username.name()),
            password_hash: None,
            first_name: fields.optional(Field::FirstName.name()),
            mid_name: fields.nullable(Field::MidName.name()),
            last_name: fields.optional(Field::LastName.name()),
            locale: fields.optional(Field::Locale.name()),
            time_zone: fields.optional(Field::Timezone.name()),
            roles: fields.optional(Field::Roles.name()).map(|AnyRoles(roles)| roles),
            status: fields.optional(Field::Status.name()),
        };
        Self { values, password: fields.optional(Field::Password.name()) }
    }

    /// The patch for that user: the password is checked against what the user's data is and will
    /// be, and hashed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the password is weak, [`Error::Internal`] when it cannot be hashed.
    pub async fn into_patch(self, user: &User) -> Result<Patch, Error> {
        let password_hash = match &self.password {
            Some(password) => Some(hash(password.clone(), self.own_data(user)).await?),
            None => None,
        };
        Ok(Patch { password_hash, ..self.values })
    }

    /// What somebody who knows the user would try first: the names before and after the change.
    fn own_data(&self, user: &User) -> Vec<String> {
        let new = &self.values;
        let usernames = [Some(&user.username), new.username.as_ref()].into_iter().flatten();
        let names = [
            Some(&user.first_name),
            user.mid_name.as_ref(),
            Some(&user.last_name),
            new.first_name.as_ref(),
            new.mid_name.as_ref().and_then(Option::as_ref),
            new.last_name.as_ref(),
        ];
        let usernames = usernames.map(Username::as_str);
        let parts = usernames.flat_map(|name| std::iter::once(name).chain(name.split('@')));
        let names = names.into_iter().flatten().map(PersonName::as_str);
        parts.chain(names).map(str::to_owned).collect()
    }
}

/// Checks the password's strength and hashes it, both off the thread that serves requests.
async fn hash(password: Password, own_data: Vec<String>) -> Result<PasswordHash, Error> {
    let work = move || {
        let own_data: Vec<&str> = own_data.iter().map(String::as_str).collect();
        password
            .check_strength(&own_data)
            .map_err(|fault| Fault::new(Place::field(Field::Password.name()), fault))?;
        Ok(password.hash()?)
    };
    let hashed = tokio::task::spawn_blocking(work).await;
    hashed.map_err(|panicked| Error::Internal(panicked.into()))?
}
