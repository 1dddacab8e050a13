//! The API reference: the OpenAPI document in every language of the API, made from the endpoints'
//! handlers, and the pages on which it is read and tried.

mod component;
mod document;
mod error_page;
mod errors;
mod examples;
mod headers;
mod links;
mod schemas;
mod site;
mod texts;

pub use document::{Servers, json};
pub use site::{File, SampleUser, Samples, files, yaml_files};
