//! The description of an endpoint.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::Timestamp;
use utoipa::ToSchema;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{Ref, RefOr, Schema};

use crate::error::Error;

/// The instant of every example: 2024-01-16T00:00:00Z, thirty days before the one in [the contract](../../../../docs/contract.md)'s example.
pub const NOW: Timestamp = Timestamp::constant(1_705_363_200, 0);

/// An endpoint as its handler describes it.
#[derive(Debug, Default)]
pub struct Description {
    /// The parameters that are this endpoint's own.
    pub parameters: Vec<Parameter>,
    /// Whether it asks for no token.
    pub is_public: bool,
    /// The name of the body's schema, if the endpoint takes a body.
    pub body: Option<&'static str>,
    /// The answer of success.
    pub success: Success,
    /// The errors that it can answer: one for each code, the most telling.
    pub errors: Vec<Error>,
    /// The schemas that the description refers to.
    pub schemas: Schemas,
}

/// A parameter of a request.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name.
    pub name: &'static str,
    /// The part of the request.
    pub place: ParameterIn,
    /// Its schema.
    pub schema: RefOr<Schema>,
}

/// The answer of success.
#[derive(Debug, Clone, Default)]
pub struct Success {
    /// The status.
    pub status: StatusCode,
    /// The name of its schema among the schemas; empty for an answer without a body.
    pub schema: String,
    /// Whether the answer is enveloped.
    pub is_enveloped: bool,
    /// Whether everybody may keep the answer for a while.
    pub is_cacheable: bool,
    /// The headers that other answers do not have.
    pub headers: Vec<&'static str>,
}

/// Schemas by name.
#[derive(Debug, Clone, Default)]
pub struct Schemas(pub BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// A reference to the type's schema, which is kept here with the schemas that it refers to.
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
    /// Adds these errors, each in place of an earlier one of the same code.
    pub fn fails_with(&mut self, errors: impl IntoIterator<Item = Error>) {
        for error in errors {
            self.errors.retain(|known| known.code() != error.code());
            self.errors.push(error);
        }
    }
}
