//! What an endpoint keeps for the API reference.

pub use kept::Documentation;

/// With the feature `openapi`: how to describe the endpoint.
#[cfg(feature = "openapi")]
mod kept {
    use jiff::Timestamp;

    use crate::error::Error;
    use crate::http::openapi::description::{Description, NOW};
    use crate::http::openapi::documented::Documented;

    /// How to describe an endpoint.
    pub struct Documentation {
        describe: fn() -> Description,
        errors: fn(Timestamp) -> Vec<Error>,
    }

    impl Documentation {
        /// The documentation of a handler. `errors` gives, as of an instant, the errors that the
        /// handler adds to those of its extractors.
        pub fn of<H: Documented<T>, T>(errors: fn(Timestamp) -> Vec<Error>) -> Self {
            Self { describe: H::describe, errors }
        }

        /// The description of the endpoint.
        pub fn description(&self) -> Description {
            let mut description = (self.describe)();
            description.fails_with((self.errors)(NOW));
            description
        }
    }
}

/// Without it: nothing, so that a function carries no description.
#[cfg(not(feature = "openapi"))]
mod kept {
    use jiff::Timestamp;

    use crate::error::Error;
    use crate::http::openapi::documented::Documented;

    /// Nothing.
    pub struct Documentation;

    impl Documentation {
        /// Keeps nothing.
        pub fn of<H: Documented<T>, T>(_: fn(Timestamp) -> Vec<Error>) -> Self {
            Self
        }
    }
}
