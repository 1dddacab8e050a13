//! The users that a fresh server has, so that there is somebody to try it with.

use std::error::Error;

use jiff::Timestamp;
use shared::domain::role::Role;
use shared::domain::text::PersonName;
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::store::{Change, Outcome, Store};
use uuid::Uuid;

/// A user to be created.
pub(crate) struct Sample {
    pub(crate) id: &'static str,
    pub(crate) username: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    pub(crate) roles: &'static [Role],
}

/// The user who tries the rename.
pub(crate) const PLAIN: Sample = Sample {
    id: "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    username: "old_username",
    first_name: "Ada",
    last_name: "Lovelace",
    roles: &[Role::ApiUser],
};

/// The administrator.
pub(crate) const ADMIN: Sample = Sample {
    id: "8e94a551-5b86-40ba-ae55-b019dee5cc25",
    username: "sample_admin",
    first_name: "Grace",
    last_name: "Hopper",
    roles: &[Role::ApiUser, Role::Admin],
};

/// The user whom the API page's second command changes.
pub(crate) const CHANGED: Sample = Sample {
    id: "88a52d74-ebee-49a4-9631-cfe492f4bf53",
    username: "name@domain.com",
    first_name: "John",
    last_name: "Doe",
    roles: &[Role::ApiUser],
};

/// Creates the sample users that are not there. One that is there stays as it is.
pub(crate) async fn create(store: &Store, now: Timestamp) -> Result<(), Box<dyn Error>> {
    for (number, sample) in (1..).zip([PLAIN, ADMIN, CHANGED]) {
        let user = sample.user(Uuid::from_u128(number), now)?;
        if let Outcome::Taken(name) = store.commit(&Change::Create(Box::new(user))).await? {
            return Err(format!("the sample user's name {name} belongs to another user").into());
        }
    }
    Ok(())
}

impl Sample {
    fn user(&self, account_id: Uuid, now: Timestamp) -> Result<User, Box<dyn Error>> {
        let names = (PersonName::parse(self.first_name)?, PersonName::parse(self.last_name)?);
        let username = Username::held(self.username.to_owned());
        let mut user = User::new(UserId::parse(self.id)?, username, names, account_id, now);
        user.roles = self.roles.iter().copied().collect();
        Ok(user)
    }
}
