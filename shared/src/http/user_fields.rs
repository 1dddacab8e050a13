//! The fields of a user that a body may contain, for creating and for updating one.

use super::body::Fields;
use super::read::{AnyRoles, FromValue};
use crate::domain::field::Field;
use crate::domain::password::PasswordText;
use crate::domain::update::Patch;

/// The values that a body has for a user's fields.
#[derive(Debug, Clone)]
pub struct UserFields {
    /// Everything but the password.
    pub values: Patch,
    /// A password in plain text, not judged yet.
    pub password: Option<PasswordText>,
    /// The fields that the body contains, in the order of [`Field::ALL`].
    pub sent: Vec<Field>,
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
    /// Takes the fields of a user.
    pub fn take(fields: &mut Fields) -> Self {
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
        Self { values, password, sent }
    }
}
