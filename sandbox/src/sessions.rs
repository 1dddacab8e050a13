//! Sessions of a sample user whose refresh tokens everybody knows, for the sample events.

use std::error::Error;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use shared::domain::session::{Randomness, Session, SessionId, SessionPolicy, SignedIn};
use shared::domain::user_id::UserId;
use shared::store::{CredentialUpdate, Store};

use crate::samples::Sample;

/// A session of [`Sample::PLAIN`].
#[derive(Debug, Clone, Copy)]
pub struct SampleSession(u8);

impl SampleSession {
    /// The session that a sample event refreshes.
    pub const REFRESHED: Self = Self(1);
    /// The session that a sample event ends.
    pub const ENDED: Self = Self(2);

    /// Begins both sessions.
    ///
    /// # Errors
    /// When the tables are unavailable, or there are no sample users.
    pub async fn begin_all(store: &Store, now: Timestamp) -> Result<(), Box<dyn Error>> {
        for sample in [Self::REFRESHED, Self::ENDED] {
            sample.begin(store, now).await?;
        }
        Ok(())
    }

    async fn begin(self, store: &Store, now: Timestamp) -> Result<(), Box<dyn Error>> {
        let user_id = UserId::parse(Sample::PLAIN.id)?;
        let before = store.credential(&user_id).await?.ok_or("no sample user")?;
        let update =
            CredentialUpdate { user_id: &user_id, before: &before, device: None, rehashed: None };
        let user = store.user(&user_id).await?.ok_or("no sample user")?;
        store.begin_session(&self.session(user.session_epoch, now)?.0, update).await?;
        Ok(())
    }

    fn session(
        self,
        epoch: u64,
        now: Timestamp,
    ) -> Result<(Session, shared::domain::session::RefreshToken), Box<dyn Error>> {
        let Self(number) = self;
        let randomness =
            Randomness { id: SessionId([number; 16]), secret: [number; 32], tag_key: [number; 32] };
        let signed_in = SignedIn {
            user_id: UserId::parse(Sample::PLAIN.id)?,
            epoch,
            is_staff: false,
            device: None,
            platform: "web".to_owned(),
        };
        Ok(Session::begin(signed_in, &randomness, &SessionPolicy::default(), now))
    }

    /// Returns the first refresh token of the session.
    ///
    /// # Errors
    /// Never: the sample user's id is one.
    pub fn refresh_token(self) -> Result<String, Box<dyn Error>> {
        let (_, token) = self.session(0, Timestamp::UNIX_EPOCH)?;
        Ok(token.expose().expose_secret().to_owned())
    }
}
