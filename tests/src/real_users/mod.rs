//! What real users and their clients send, from public bug reports, incidents and data files.

mod privacy;
mod repeated;
mod requests;
mod steps;
mod usernames;
mod values;
