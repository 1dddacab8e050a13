//! What each extractor says of the request.

use axum::extract::State;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::{Description, Parameter, Shape};
use crate::app::App;
use crate::domain::user_id::UserId;
use crate::domain::username::MAX_EMAIL_LENGTH;
use crate::http::body::{Body, Fields, FromFields};
use crate::http::caller::Caller;
use crate::http::context::Client;
use crate::http::path::{UserIdInPath, UsernameInPath};
use crate::http::precondition::IfMatch;
use crate::http::query::UsernameInQuery;

/// An extractor that describes what it takes and for what it refuses.
pub trait Input {
    /// Describes it.
    fn describe(description: &mut Description);
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl Description {
    fn refuses(&mut self, codes: &[&'static str]) {
        self.codes.extend(codes);
    }

    /// A part of the URL, which must be there.
    fn in_url(
        &mut self,
        place: ParameterIn,
        name: &'static str,
        schema: impl Into<RefOr<Schema>>,
        example: &'static str,
    ) {
        self.parameters.push(Parameter {
            name,
            place,
            schema: schema.into(),
            example: Some(example),
        });
        self.refuses(&["VALIDATION_FAILED"]);
    }
}

impl Input for State<App> {
    fn describe(_: &mut Description) {}
}

impl Input for Caller {
    fn describe(description: &mut Description) {
        let codes = ["TOKEN_MISSING", "TOKEN_INVALID", "TOKEN_EXPIRED", "VALIDATION_FAILED"];
        description.refuses(&codes);
    }
}

impl Input for Client {
    fn describe(description: &mut Description) {
        description.refuses(&["VALIDATION_FAILED"]);
    }
}

impl Input for UserIdInPath {
    fn describe(description: &mut Description) {
        let schema = description.schemas.refer::<UserId>();
        let example = "3c90c3cc-0d44-4b50-8888-8dd25736052a";
        description.in_url(ParameterIn::Path, "userId", schema, example);
    }
}

impl Input for UsernameInPath {
    fn describe(description: &mut Description) {
        let schema = text().min_length(Some(1)).max_length(Some(MAX_EMAIL_LENGTH));
        description.in_url(ParameterIn::Path, "username", schema, "old_username");
        description.refuses(&["USER_NOT_FOUND"]);
    }
}

impl Input for UsernameInQuery {
    fn describe(description: &mut Description) {
        description.in_url(ParameterIn::Query, "username", text(), "new_username123");
    }
}

impl Input for IfMatch {
    fn describe(description: &mut Description) {
        description.parameters.push(Parameter {
            name: "If-Match",
            place: ParameterIn::Header,
            schema: text().examples(["\"7\""]).into(),
            example: None,
        });
    }
}

impl<T: FromFields> Input for Body<T> {
    fn describe(description: &mut Description) {
        let shape = Shape::default();
        // It fails for want of fields; what it asked for is what counts.
        drop(T::from_fields(Fields::noting(shape.clone())));
        let (schema, schemas) = shape.into_schema();
        description.schemas.0.extend(schemas.0);
        description.schemas.0.insert(T::NAME.to_owned(), schema);
        description.body = Some(T::NAME);
        description.refuses(&[
            "MALFORMED_JSON",
            "VALIDATION_FAILED",
            "BODY_TOO_LARGE",
            "UNSUPPORTED_MEDIA_TYPE",
        ]);
    }
}
