//! What each answer of success says of itself.

use axum::http::StatusCode;
use utoipa::ToSchema;

use super::description::{Description, Success};
use crate::http::reply::{AccountReply, Bare, Done, Enveloped, Published, UserCreated, UserReply};
use crate::http::user_view::{AccountView, UserView};

/// An answer of success that describes itself.
pub trait Output {
    /// Describes itself.
    fn describe(description: &mut Description);
}

impl<T: ToSchema> Output for Enveloped<T> {
    fn describe(description: &mut Description) {
        description.schemas.refer::<T>();
        let schema = T::name().into_owned();
        description.success = Success { schema, is_enveloped: true, ..Success::default() };
    }
}

impl<T: ToSchema> Output for Bare<T> {
    fn describe(description: &mut Description) {
        description.schemas.refer::<T>();
        description.success = Success { schema: T::name().into_owned(), ..Success::default() };
    }
}

impl<T: ToSchema> Output for Published<T> {
    fn describe(description: &mut Description) {
        Bare::<T>::describe(description);
        description.success.is_cacheable = true;
    }
}

impl Output for Done {
    fn describe(description: &mut Description) {
        description.success = Success { status: StatusCode::NO_CONTENT, ..Success::default() };
    }
}

impl Output for UserReply {
    fn describe(description: &mut Description) {
        describe_versioned::<UserView<'_>>(description);
    }
}

impl Output for AccountReply {
    fn describe(description: &mut Description) {
        describe_versioned::<AccountView<'_>>(description);
    }
}

fn describe_versioned<T: ToSchema>(description: &mut Description) {
    description.schemas.refer::<T>();
    let schema = T::name().into_owned();
    description.success = Success { schema, headers: vec!["ETag"], ..Success::default() };
}

impl Output for UserCreated {
    fn describe(description: &mut Description) {
        UserReply::describe(description);
        description.success.status = StatusCode::CREATED;
        description.success.headers.push("Location");
    }
}
