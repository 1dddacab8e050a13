//! Sessions of a sample user whose refresh tokens everybody knows, for the sample events.

use std::error::Error;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use shared::domain::attempt::DeviceHash;
use shared::domain::session::{
    Randomness, RefreshToken, Session, SessionId, SessionPolicy, SignedIn,
};
use shared::domain::user_id::UserId;
use shared::store::{CredentialUpdate, Store};

use crate::samples::Sample;

/// The device on which the sample administrator has signed in before.
const KNOWN_DEVICE: &str = "0f6b1d3a-8c2e-4e5f-9b7a-6d1c2b3a4f50";

/// A session of a sample user.
#[derive(Debug, Clone, Copy)]
pub struct SampleSession(u8);

impl SampleSession {
    /// The session that a sample event refreshes.
    pub const REFRESHED: Self = Self(1);
    /// The session that a sample event ends.
    pub const ENDED: Self = Self(2);

    /// Begins the sessions. [`Sample::ADMIN`] has signed in on a known device, and somebody has failed since.
    ///
    /// # Errors
    /// When the tables are unavailable, or there are no sample users.
    pub async fn begin_all(store: &Store, now: Timestamp) -> Result<(), Box<dyn Error>> {
        for sample in [Self::REFRESHED, Self::ENDED] {
            sample.begin(store, &Sample::PLAIN, None, now).await?;
        }
        let device = DeviceHash::of(KNOWN_DEVICE);
        Self(3).begin(store, &Sample::ADMIN, Some(&device), now).await?;
        store.count_failure(Some(&UserId::parse(Sample::ADMIN.id)?)).await?;
        Ok(())
    }

    async fn begin(
        self,
        store: &Store,
        sample: &Sample,
        device: Option<&DeviceHash>,
        now: Timestamp,
    ) -> Result<(), Box<dyn Error>> {
        let user_id = UserId::parse(sample.id)?;
        let before = store.credential(&user_id).await?.ok_or("no sample user")?;
        let user = store.user(&user_id).await?.ok_or("no sample user")?;
        let (session, _) = self.session(user_id.clone(), user.session_epoch, now);
        let update = CredentialUpdate {
            user_id: &user_id,
            before: &before,
            device,
            rehashed: None,
            strangers: None,
        };
        store.begin_session(&session, update).await?;
        Ok(())
    }

    fn session(self, user_id: UserId, epoch: u64, now: Timestamp) -> (Session, RefreshToken) {
        let Self(number) = self;
        let randomness =
            Randomness { id: SessionId([number; 16]), secret: [number; 32], tag_key: [number; 32] };
        let signed_in =
            SignedIn { user_id, epoch, is_staff: false, device: None, platform: "web".to_owned() };
        Session::begin(signed_in, &randomness, &SessionPolicy::default(), now)
    }

    /// Returns the first refresh token of the session.
    ///
    /// # Errors
    /// Never: the sample user's id is one.
    pub fn refresh_token(self) -> Result<String, Box<dyn Error>> {
        let id = UserId::parse(Sample::PLAIN.id)?;
        let (_, token) = self.session(id, 0, Timestamp::UNIX_EPOCH);
        Ok(token.expose().expose_secret().to_owned())
    }
}
