//! The rules, pure: what a username is and when it may change, who may change which field, what a
//! valid value is. Nothing here reads a clock, the environment, the network or the table.

pub mod access;
pub mod account;
pub mod attempt;
pub mod author;
pub mod field;
pub mod locale;
mod own_data;
pub mod password;
pub mod rename;
pub mod role;
pub mod session;
pub mod status;
pub mod text;
pub mod time_zone;
pub mod update;
pub mod user;
pub mod user_id;
pub mod username;
