//! What each extractor says of the request.

use axum::extract::State;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::{Description, Parameter, Shape};
use crate::app::App;
use crate::domain::user_id::UserId;
use crate::domain::username::MAX_EMAIL_LENGTH;
use crate::error::{Error, Fault, Place, Problem};
use crate::http::body::{Body, Fields, FromFields};
use crate::http::caller::Caller;
use crate::http::context::{Client, LANGUAGES};
use crate::http::path::{UserIdInPath, UsernameInPath};
use crate::http::precondition::IfMatch;
use crate::http::query::UsernameInQuery;
use crate::token::TokenFault;

/// An extractor that describes what it takes and for what it refuses.
pub trait Input {
    /// Describes it.
    fn describe(description: &mut Description);
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// The failure at a fault of the request.
fn invalid(place: Place, problem: Problem) -> Error {
    Fault::new(place, problem).into()
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
        let faults = [TokenFault::Missing, TokenFault::Signature, TokenFault::Expired];
        description.fails_with(faults.map(Error::from));
        Client::describe(description);
    }
}

impl Input for Client {
    fn describe(description: &mut Description) {
        let place = Place::Header("X-Language");
        description.fails_with([invalid(place, Problem::NotOneOf(LANGUAGES))]);
    }
}

impl Input for UserIdInPath {
    fn describe(description: &mut Description) {
        let schema = description.schemas.refer::<UserId>();
        description.takes(ParameterIn::Path, "userId", schema);
        description.fails_with([invalid(Place::Parameter("userId"), Problem::NotAUserId)]);
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
        description.fails_with([invalid(Place::Parameter("username"), Problem::Missing)]);
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
        // It fails for want of fields; what it asked for is what counts.
        drop(T::from_fields(Fields::noting(shape.clone())));
        let missing = shape.required().map(|name| invalid(Place::field(name), Problem::Missing));
        let malformed = Problem::Malformed { line: 1, column: 17 };
        description.fails_with(missing);
        description.fails_with([
            invalid(Place::Body, malformed),
            Error::BodyTooLarge,
            Error::UnsupportedMediaType,
        ]);
        let (schema, schemas) = shape.into_schema();
        description.schemas.0.extend(schemas.0);
        description.schemas.0.insert(T::NAME.to_owned(), schema);
        description.body = Some(T::NAME);
    }
}
