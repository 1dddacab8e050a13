//! The shape of a body: which fields its reader asks for, and how.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::description::Schemas;

/// Notes what is asked of the fields of an object.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Shape(Rc<RefCell<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    properties: Vec<(&'static str, RefOr<Schema>)>,
    required: BTreeSet<&'static str>,
    schemas: Schemas,
}

#[cfg_attr(not(feature = "openapi"), expect(dead_code, reason = "only a recorder that is on asks"))]
impl Shape {
    /// The field must be there.
    pub(super) fn require(&self, name: &'static str) {
        self.0.borrow_mut().required.insert(name);
    }

    /// The first of the fields that must be there.
    pub(super) fn required(&self) -> Option<&'static str> {
        self.0.borrow().required.first().copied()
    }

    /// The field is read as a `T`.
    pub(super) fn field<T: ToSchema>(&self, name: &'static str) {
        let mut noted = self.0.borrow_mut();
        let schema = noted.schemas.refer::<T>();
        noted.properties.push((name, schema));
    }

    /// The field is read as a `T` or `null`.
    pub(super) fn nullable_field<T: ToSchema>(&self, name: &'static str) {
        let mut noted = self.0.borrow_mut();
        let schema = noted.schemas.refer::<T>();
        let null = ObjectBuilder::new().schema_type(Type::Null);
        let either = OneOfBuilder::new().item(schema).item(null);
        noted.properties.push((name, either.into()));
    }

    /// The field is in answers only.
    pub(super) fn read_only_field<T: ToSchema>(&self, name: &'static str) {
        let mut schema = T::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.read_only = Some(true);
        }
        self.0.borrow_mut().properties.push((name, schema));
    }

    /// The field is an object itself, of which `read` asks for fields.
    pub(super) fn object(&self, name: &'static str, read: impl FnOnce(Self)) {
        let inner = Self::default();
        read(inner.clone());
        let (schema, schemas) = inner.into_schema();
        let mut noted = self.0.borrow_mut();
        noted.schemas.0.extend(schemas.0);
        noted.properties.push((name, schema));
    }

    /// The schema of an object with these fields and no others, and the schemas that it refers to.
    pub(super) fn into_schema(self) -> (RefOr<Schema>, Schemas) {
        let noted = self.0.take();
        let mut object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        for (name, schema) in noted.properties {
            object = object.property(name, schema);
        }
        for name in noted.required {
            object = object.required(name);
        }
        (object.into(), noted.schemas)
    }
}
