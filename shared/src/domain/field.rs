//! The fields of a user that a body can contain.

/// Declares the fields once: the variants, [`Field::ALL`] and the names cannot differ.
macro_rules! fields {
    ($($variant:ident = $name:literal,)+) => {
        /// A field of a user that a body can contain.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Field {
            /// Every field, in the order in which a refusal names them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The field's name in a body.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    Username = "username",
    Password = "password",
    FirstName = "firstName",
    MidName = "midName",
    LastName = "lastName",
    Locale = "locale",
    Timezone = "timezone",
    Roles = "roles",
    Status = "status",
    Empty = "empty",
}
