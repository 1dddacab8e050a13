//! Plain data: the items of both tables, the requests, the steps, and what the properties know.
//!
//! No module here calls a module outside of `data`. The behaviour is in the modules beside it.

pub mod bound;
pub mod faults;
pub mod history;
pub mod request;
pub mod state;
pub mod table;
