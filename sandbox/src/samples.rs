//! The users of a fresh sandbox. The sample events in `events/` are about these users.

use std::error::Error;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use shared::domain::author::Origin;
use shared::domain::password::{HashingError, PasswordHash, PasswordText};
use shared::domain::rename::{NamePair, RenamePolicy, SelfRename};
use shared::domain::role::Role;
use shared::domain::status::Status;
use shared::domain::text::{LastName, PersonName};
use shared::domain::user::{RequiredFields, User};
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::store::{Change, Outcome, Store};
use uuid::Uuid;

/// The password of the sample users that have one.
pub const PASSWORD: &str = "Analytical-Engine-1843";

/// The password's hash, made once: it takes time.
static HASH: LazyLock<Result<PasswordHash, HashingError>> =
    LazyLock::new(|| PasswordText::prepare(PASSWORD).hash());

/// Returns a hash of [`PASSWORD`].
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn password_hash() -> Result<PasswordHash, &'static HashingError> {
    HASH.as_ref().cloned()
}

/// A sample user.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The user's id.
    pub id: &'static str,
    /// The username.
    pub username: &'static str,
    /// The roles.
    pub roles: &'static [Role],
    name: (&'static str, &'static str),
    status: Status,
    /// Whether the user has the password [`PASSWORD`].
    pub has_password: bool,
    /// The name that the user gave up a day ago.
    renamed_from: Option<&'static str>,
}

/// The values that most sample users share.
const ANYBODY: Sample = Sample {
    id: "",
    username: "",
    roles: &[Role::ApiUser],
    name: ("Sample", "User"),
    status: Status::Active,
    has_password: false,
    renamed_from: None,
};

impl Sample {
    /// The user who makes a rename.
    pub const PLAIN: Self = Self {
        id: "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        username: "old_username",
        name: ("Ada", "Lovelace"),
        has_password: true,
        ..ANYBODY
    };

    /// The administrator.
    pub const ADMIN: Self = Self {
        id: "8e94a551-5b86-40ba-ae55-b019dee5cc25",
        username: "sample_admin",
        roles: &[Role::ApiUser, Role::Admin],
        name: ("Grace", "Hopper"),
        has_password: true,
        ..ANYBODY
    };

    /// The user whom the second curl command of `docs/contract.md` changes.
    pub const CHANGED: Self = Self {
        id: "88a52d74-ebee-49a4-9631-cfe492f4bf53",
        username: "name@domain.com",
        name: ("John", "Doe"),
        ..ANYBODY
    };

    /// The `POWER_USER`.
    pub const POWER_USER: Self = Self {
        id: "0192f0c1-7b5e-7c3a-9d21-4f8e6a5b0001",
        username: "sample_power",
        roles: &[Role::ApiUser, Role::PowerUser],
        ..ANYBODY
    };

    /// The user who changed the own name a day ago. The cooldown is not over.
    pub const RENAMED: Self = Self {
        id: "0192f0c1-7b5e-7c3a-9d21-4f8e6a5b0002",
        username: "sample_renamed",
        renamed_from: Some("sample_before"),
        ..ANYBODY
    };

    /// The user whose account is blocked.
    pub const BLOCKED: Self = Self {
        id: "0192f0c1-7b5e-7c3a-9d21-4f8e6a5b0003",
        username: "sample_blocked",
        status: Status::Blocked,
        has_password: true,
        ..ANYBODY
    };

    /// The user whose account is deleted.
    pub const DELETED: Self = Self {
        id: "0192f0c1-7b5e-7c3a-9d21-4f8e6a5b0004",
        username: "sample_gone",
        status: Status::Deleted,
        ..ANYBODY
    };

    /// All sample users.
    pub const ALL: [Self; 7] = [
        Self::PLAIN,
        Self::ADMIN,
        Self::CHANGED,
        Self::POWER_USER,
        Self::RENAMED,
        Self::BLOCKED,
        Self::DELETED,
    ];

    /// Creates the sample users that do not exist. An existing one stays as it is.
    ///
    /// # Errors
    /// When the table is unavailable, or another user has the name of a sample user.
    pub async fn create_all(store: &Store, now: Timestamp) -> Result<(), Box<dyn Error>> {
        for (number, sample) in (1..).zip(Self::ALL) {
            sample.create(store, Uuid::from_u128(number), now).await?;
        }
        Ok(())
    }

    async fn create(
        &self,
        store: &Store,
        account: Uuid,
        now: Timestamp,
    ) -> Result<(), Box<dyn Error>> {
        let id = UserId::parse(self.id)?;
        let name = |text: &str| Username::unvalidated(text.to_owned());
        let first = name(self.renamed_from.unwrap_or(self.username));
        let required = RequiredFields {
            id: id.clone(),
            username: first.clone(),
            first_name: PersonName::parse(self.name.0)?,
            account_id: account,
        };
        let mut user = User::new(required, now);
        user.last_name = LastName::parse(self.name.1)?;
        user.roles = self.roles.iter().copied().collect();
        user.status = self.status;
        let hash = if self.has_password { Some(password_hash()?) } else { None };
        if hash.is_some() {
            user.mark_password(now);
        }
        let created = store.commit(&Change::Create(Box::new(user), hash)).await?;
        if let Outcome::Taken(name) = created {
            return Err(format!("the sample user's name {name} belongs to another user").into());
        }
        if let (Outcome::Committed, Some(_)) = (created, self.renamed_from) {
            let yesterday = now - SignedDuration::from_hours(24);
            let policy = RenamePolicy::default();
            let names = NamePair { from: first, to: name(self.username) };
            let change = SelfRename::new(id, names, yesterday, &policy);
            let origin = Origin { request_id: "sample".to_owned(), session_epoch: None };
            store.commit(&Change::Rename(change, origin)).await?;
        }
        Ok(())
    }
}
