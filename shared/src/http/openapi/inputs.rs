//! What each extractor says of the request.

use std::time::Duration;

use axum::extract::State;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::description::{Description, Parameter};
use super::recorder::Recorder;
use super::shape::Shape;
use crate::app::App;
use crate::domain::user_id::UserId;
use crate::domain::username::MAX_EMAIL_LENGTH;
use crate::error::{Error, Location, Violation, ViolationKind};
use crate::http::body::{Body, Fields, FromFields};
use crate::http::caller::Caller;
use crate::http::context::{ClientContext, LANGUAGES};
use crate::http::path::{UserIdInPath, UsernameInPath};
use crate::http::precondition::IfMatch;
use crate::http::query::UsernameInQuery;
use crate::http::visitor::{Client, Visitor};
use crate::json::JsonError;
use crate::limit::RateLimited;
use crate::token::TokenError;

/// An extractor that describes what it takes and which errors it answers.
pub trait Input {
    /// Describes it.
    fn describe(description: &mut Description);
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// The error for one violation.
fn invalid(location: Location, kind: ViolationKind) -> Error {
    Violation::new(location, kind).into()
}

impl Description {
    fn takes(&mut self, place: ParameterIn, name: &'static str, schema: impl Into<RefOr<Schema>>) {
        self.parameters.push(Parameter { name, place, schema: schema.into() });
    }
}

impl Input for State<App> {
    fn describe(_: &mut Description) {}
}

impl Input for Caller {
    fn describe(description: &mut Description) {
        let errors =
            [TokenError::Missing, TokenError::Signature, TokenError::Expired, TokenError::Revoked];
        description.fails_with(errors.map(Error::from));
        description.fails_with([RateLimited(Duration::from_secs(2)).into()]);
        ClientContext::describe(description);
    }
}

impl Input for Client {
    fn describe(_: &mut Description) {}
}

impl Input for Visitor {
    fn describe(description: &mut Description) {
        description.is_public = true;
        description.fails_with([RateLimited(Duration::from_secs(2)).into()]);
        ClientContext::describe(description);
    }
}

impl Input for ClientContext {
    fn describe(description: &mut Description) {
        let place = Location::Header("X-Language");
        description.fails_with([invalid(place, ViolationKind::NotOneOf(LANGUAGES))]);
    }
}

impl Input for UserIdInPath {
    fn describe(description: &mut Description) {
        let schema = description.schemas.refer::<UserId>();
        description.takes(ParameterIn::Path, "userId", schema);
        description.fails_with([invalid(Location::Parameter("userId"), ViolationKind::NotAUserId)]);
    }
}

impl Input for UsernameInPath {
    fn describe(description: &mut Description) {
        let schema = text().min_length(Some(1)).max_length(Some(MAX_EMAIL_LENGTH));
        description.takes(ParameterIn::Path, "username", schema);
        description.fails_with([Error::UsernameNotFound]);
    }
}

impl Input for UsernameInQuery {
    fn describe(description: &mut Description) {
        description.takes(ParameterIn::Query, "username", text());
        description.fails_with([invalid(Location::Parameter("username"), ViolationKind::Missing)]);
    }
}

impl Input for IfMatch {
    fn describe(description: &mut Description) {
        description.takes(ParameterIn::Header, "If-Match", text().examples(["*", "\"7\""]));
    }
}

impl<T: FromFields> Input for Body<T> {
    fn describe(description: &mut Description) {
        let shape = Shape::default();
        // Reading fails without fields; the shape is what counts.
        drop(T::from_fields(Fields::recorded_by(Recorder::into(shape.clone()))));
        let missing =
            shape.required().map(|name| invalid(Location::field(name), ViolationKind::Missing));
        let malformed = ViolationKind::Json(JsonError::Malformed { line: 1, column: 17 });
        description.fails_with(missing);
        description.fails_with([
            invalid(Location::Body, malformed),
            Error::BodyTooLarge,
            Error::UnsupportedMediaType,
        ]);
        let (schema, schemas) = shape.into_schema();
        description.schemas.0.extend(schemas.0);
        description.schemas.0.insert(T::NAME.to_owned(), schema);
        description.body = Some(T::NAME);
    }
}
