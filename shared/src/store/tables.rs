//! The names of the two tables.

/// The tables of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Users and names. Its stream carries every item to whoever may read it, so nothing secret stands there.
    pub users: String,
    /// Hashes of passwords, sessions, counters of attempts and the signing key. It has no stream.
    pub credentials: String,
}

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Users,
    Credentials,
}

impl Tables {
    pub(super) fn name(&self, table: Table) -> &str {
        match table {
            Table::Users => &self.users,
            Table::Credentials => &self.credentials,
        }
    }
}
