//! The id of a new user.

use std::borrow::Cow;

use serde_json::Value;
use shared::domain::user_id::UserId;
use shared::error::ViolationKind;
use shared::http::read::FromValue;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A user id that `GET /v1/users/{userId}` can reach: not a segment that a path loses (RFC 3986
/// section 5.2.4), nor the name of another endpoint.
pub(crate) struct NewUserId(pub(crate) UserId);

impl FromValue for NewUserId {
    fn from_value(value: &Value) -> Result<Self, Vec<ViolationKind>> {
        let id = UserId::from_value(value)?;
        if [".", "..", "update"].contains(&id.as_str()) {
            return Err(vec![ViolationKind::NotAUserId]);
        }
        Ok(Self(id))
    }
}

impl PartialSchema for NewUserId {
    fn schema() -> RefOr<Schema> {
        let mut schema = UserId::schema();
        if let RefOr::T(Schema::Object(id)) = &mut schema {
            let any = id.pattern.as_deref().unwrap_or_default().trim_start_matches('^');
            id.pattern = Some(format!("^(?!(?:\\.{{1,2}}|update)$){any}"));
        }
        schema
    }
}

impl ToSchema for NewUserId {
    fn name() -> Cow<'static, str> {
        "NewUserId".into()
    }
}
