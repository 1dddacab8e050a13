//! What the fields of a body tell the API reference while a reader asks for them.

pub use kept::Recorder;

/// With the feature `openapi`: a [`Shape`](super::shape::Shape), when the reference asks.
#[cfg(feature = "openapi")]
mod kept {
    use utoipa::ToSchema;

    use crate::http::openapi::shape::Shape;

    /// Records what is asked of the fields, if anybody wants to know.
    #[derive(Debug, Clone, Default)]
    pub struct Recorder(Option<Shape>);

    impl Recorder {
        pub(in crate::http) fn into(shape: Shape) -> Self {
            Self(Some(shape))
        }

        pub(in crate::http) fn require(&self, name: &'static str) {
            if let Some(shape) = &self.0 {
                shape.require(name);
            }
        }

        pub(in crate::http) fn field<T: ToSchema>(&self, name: &'static str) {
            if let Some(shape) = &self.0 {
                shape.field::<T>(name);
            }
        }

        pub(in crate::http) fn nullable_field<T: ToSchema>(&self, name: &'static str) {
            if let Some(shape) = &self.0 {
                shape.nullable_field::<T>(name);
            }
        }

        pub(in crate::http) fn read_only_field<T: ToSchema>(&self, name: &'static str) {
            if let Some(shape) = &self.0 {
                shape.read_only_field::<T>(name);
            }
        }

        pub(in crate::http) fn object(&self, name: &'static str, read: impl FnOnce(Self)) {
            if let Some(shape) = &self.0 {
                shape.object(name, |inner| read(Self::into(inner)));
            }
        }
    }
}

/// Without it: nothing, so that a function carries no schema.
#[cfg(not(feature = "openapi"))]
mod kept {
    use utoipa::ToSchema;

    use crate::http::openapi::shape::Shape;

    /// Records nothing.
    #[derive(Debug, Clone, Default)]
    pub struct Recorder(());

    #[expect(clippy::unused_self, reason = "the other Recorder needs it")]
    impl Recorder {
        pub(in crate::http) fn into(_: Shape) -> Self {
            Self(())
        }

        pub(in crate::http) fn require(&self, _: &'static str) {}

        pub(in crate::http) fn field<T: ToSchema>(&self, _: &'static str) {}

        pub(in crate::http) fn nullable_field<T: ToSchema>(&self, _: &'static str) {}

        pub(in crate::http) fn read_only_field<T: ToSchema>(&self, _: &'static str) {}

        pub(in crate::http) fn object(&self, _: &'static str, _: impl FnOnce(Self)) {}
    }
}
