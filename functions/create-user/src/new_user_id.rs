//! The id of a new user.

use std::borrow::Cow;

use serde_json::Value;
use shared::domain::user_id::{PATH_WORDS, UserId};
use shared::domain::username::ReservedWords;
use shared::error::ViolationKind;
use shared::http::read::FromValue;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A user id that `GET /v1/users/{userId}` can reach: no word of the API's paths.
pub(crate) struct NewUserId(pub(crate) UserId);

impl FromValue for NewUserId {
    fn from_value(value: &Value, reserved: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        let id = UserId::from_value(value, reserved)?;
        if id.is_path_word() { Err(vec![ViolationKind::PathWord]) } else { Ok(Self(id)) }
    }
}

impl PartialSchema for NewUserId {
    fn schema() -> RefOr<Schema> {
        let mut schema = UserId::schema();
        if let RefOr::T(Schema::Object(id)) = &mut schema {
            let any = id.pattern.as_deref().unwrap_or_default().trim_start_matches('^');
            let words = PATH_WORDS.map(|word| word.replace('.', "\\.")).join("|");
            id.pattern = Some(format!("^(?!(?:{words})$){any}"));
        }
        schema
    }
}

impl ToSchema for NewUserId {
    fn name() -> Cow<'static, str> {
        "NewUserId".into()
    }
}
