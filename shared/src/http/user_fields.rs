//! The fields of a user that a body may contain, for creating and for updating one.

use super::body::Fields;
use super::read::{AnyRoles, FromValue};
use crate::domain::access::Field;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::update::Patch;
use crate::domain::user::User;

/// The values that a body has for a user's fields.
#[derive(Debug, Clone)]
pub struct UserFields {
    /// Everything but the password.
    pub values: Patch,
    /// A password in plain text, its strength not checked yet.
    pub password: Option<Password>,
}

/// A user's fields in a body, and which of them the body contains.
struct Reader<'a> {
    fields: &'a mut Fields,
    sent: Vec<Field>,
}

impl Reader<'_> {
    /// Notes whether the body contains the field. Every field is read through here, so that the
    /// permission check sees every field that a body can contain.
    fn note(&mut self, field: Field) -> &mut Fields {
        if self.fields.has(field.name()) {
            self.sent.push(field);
        }
        self.fields
    }

    fn optional<T: FromValue>(&mut self, field: Field) -> Option<T> {
        self.note(field).optional(field.name())
    }

    #[expect(clippy::option_option, reason = "absent, null and a value are three things")]
    fn nullable<T: FromValue>(&mut self, field: Field) -> Option<Option<T>> {
        self.note(field).nullable(field.name())
    }
}

impl UserFields {
    /// Takes the fields of a user. The second value lists the fields that the body contains.
    pub fn take(fields: &mut Fields) -> (Self, Vec<Field>) {
        let mut reader = Reader { fields, sent: Vec::new() };
        // Accepted, without effect.
        reader.optional::<bool>(Field::Empty);
        let values = Patch {
            username: reader.optional(Field::Username),
            password_hash: None,
            first_name: reader.optional(Field::FirstName),
            mid_name: reader.nullable(Field::MidName),
            last_name: reader.optional(Field::LastName),
            locale: reader.optional(Field::Locale),
            time_zone: reader.optional(Field::Timezone),
            roles: reader.optional(Field::Roles).map(|AnyRoles(roles)| roles),
            status: reader.optional(Field::Status),
        };
        let password = reader.optional(Field::Password);
        let mut sent = reader.sent;
        sent.sort_unstable();
        (Self { values, password }, sent)
    }

    /// The words that somebody who knows the user would try first as a password.
    pub fn own_data(&self, user: &User) -> Vec<String> {
        self.values.own_data(user)
    }

    /// The patch, with the hash of the password.
    pub fn into_patch(self, password_hash: Option<PasswordHash>) -> Patch {
        Patch { password_hash, ..self.values }
    }
}
