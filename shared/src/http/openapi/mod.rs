//! What the API reference says of an endpoint, taken from its handler: the extractors are the
//! parameters and the body, the answer's type is the schema of success.
//!
//! The types are described always. Only the reference keeps the descriptions: the feature `openapi`
//! turns [`documentation`] and [`recorder`] on, and no function does.

pub mod description;
pub mod documentation;
pub mod documented;
pub mod errors;
mod inputs;
mod outputs;
mod patterns;
pub mod recorder;
mod schemas;
mod shape;

pub use description::{Description, NOW, Parameter, Schemas, Success};
pub use documented::Documented;
pub use inputs::Input;
pub use outputs::Output;
pub use patterns::reserved;
