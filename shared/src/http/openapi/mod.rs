//! What the API reference says of an endpoint, taken from its handler: the extractors are the
//! parameters and the body, the answer's type is the schema of success.
//!
//! Only the reference needs it, so it is behind the feature `openapi`, which no function turns on.

pub mod failures;
mod inputs;
mod patterns;
mod schemas;
mod shape;

use std::collections::BTreeMap;

use axum::http::StatusCode;
pub use inputs::Input;
use jiff::Timestamp;
pub use patterns::reserved;
pub use shape::Shape;
use utoipa::ToSchema;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{Ref, RefOr, Schema};

use super::reply::{Enveloped, UserCreated, UserReply};
use super::user_view::UserView;
use crate::error::Error;

/// The instant of every example: 2024-01-16T00:00:00Z, thirty days before that of the API page.
pub const NOW: Timestamp = Timestamp::constant(1_705_363_200, 0);

/// An endpoint as its handler describes it.
#[derive(Debug, Default)]
pub struct Description {
    /// The parameters that are this endpoint's own.
    pub parameters: Vec<Parameter>,
    /// The schema of the body, if there is to be one, by its name among the schemas.
    pub body: Option<&'static str>,
    /// The answer of success.
    pub success: Success,
    /// What it can fail with: of each code one error, the most telling.
    pub failures: Vec<Error>,
    /// The schemas that all of this refers to.
    pub schemas: Schemas,
}

/// A parameter of a request.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name.
    pub name: &'static str,
    /// Where it is.
    pub place: ParameterIn,
    /// What it may be.
    pub schema: RefOr<Schema>,
}

/// The answer of success.
#[derive(Debug, Clone, Default)]
pub struct Success {
    /// The status.
    pub status: StatusCode,
    /// The name of its schema among the schemas.
    pub schema: String,
    /// Whether it comes in the envelope.
    pub is_enveloped: bool,
    /// The headers that not every answer has.
    pub headers: Vec<&'static str>,
}

/// Schemas by name.
#[derive(Debug, Clone, Default)]
pub struct Schemas(pub BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// How a schema refers to the type's, which is kept here with those that it refers to itself.
    pub fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name();
        if ["bool", "String"].contains(&&*name) {
            return T::schema();
        }
        let mut inner = Vec::new();
        T::schemas(&mut inner);
        self.0.extend(inner);
        self.0.insert(name.to_string(), T::schema());
        RefOr::Ref(Ref::from_schema_name(name))
    }
}

impl Description {
    /// With these failures, too, each in place of an earlier one of the same code.
    pub fn fails_with(&mut self, failures: impl IntoIterator<Item = Error>) {
        for failure in failures {
            self.failures.retain(|known| known.code() != failure.code());
            self.failures.push(failure);
        }
    }
}

/// A handler that describes itself.
pub trait Documented<T> {
    /// The endpoint as the handler describes it.
    fn describe() -> Description;
}

/// A handler is described by its arguments and its answer; what every request can come to is added.
macro_rules! documented {
    ($($argument:ident),+) => {
        impl<F, Answering, Kind, Answer, $($argument),+> Documented<(Kind, $($argument),+)> for F
        where
            F: FnOnce($($argument),+) -> Answering,
            Answering: Future<Output = Result<Answer, Error>>,
            Answer: Output,
            $($argument: Input),+
        {
            fn describe() -> Description {
                let mut description = Description::default();
                description.fails_with([Error::Internal("".into()), Error::Unavailable("".into())]);
                $($argument::describe(&mut description);)+
                Answer::describe(&mut description);
                description
            }
        }
    };
}

documented!(A);
documented!(A, B);
documented!(A, B, C);
documented!(A, B, C, D);
documented!(A, B, C, D, E);

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

impl Output for UserReply {
    fn describe(description: &mut Description) {
        description.schemas.refer::<UserView<'_>>();
        let schema = UserView::name().into_owned();
        description.success = Success { schema, headers: vec!["ETag"], ..Success::default() };
    }
}

impl Output for UserCreated {
    fn describe(description: &mut Description) {
        UserReply::describe(description);
        description.success.status = StatusCode::CREATED;
        description.success.headers.push("Location");
    }
}
