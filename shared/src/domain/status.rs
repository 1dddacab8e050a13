//! An account's status.

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not in use yet, or for now.
    Inactive,
    /// In use; the only status whose holder may call the API.
    Active,
    /// Its time has run out.
    Expired,
    /// Shut out by an administrator.
    Blocked,
    /// Gone to everyone but an administrator; it keeps its username reserved.
    Deleted,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Inactive, Self::Active, Self::Expired, Self::Blocked, Self::Deleted];

    /// The name on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "INACTIVE",
            Self::Active => "ACTIVE",
            Self::Expired => "EXPIRED",
            Self::Blocked => "BLOCKED",
            Self::Deleted => "DELETED",
        }
    }

    /// The status of that name, in exactly that spelling.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_read_back_from_its_name_and_no_other_spelling_is() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("active"), None);
        assert_eq!(Status::parse(""), None);
    }
}
