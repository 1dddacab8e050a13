//! Sessions: `SESSION#<id>` in the table of credentials.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::actions::Action;
use super::error::StoreError;
use super::expression::Expression;
use super::item::{self, CorruptItem, Item, PK, Reader, instant, n, s, ttl};
use super::table::{REREADS, Store};
use super::tables::Table;
use crate::domain::session::{Bytes32, EndReason, RefreshToken, Rotation, Session, SessionId};
use crate::domain::user::User;
use crate::domain::user_id::UserId;

const SESSION: &str = "SESSION#";
const GENERATION: &str = "gen";
const HASH: &str = "hash";
const LATE: &str = "late";
const ENDED_AT: &str = "endedAt";
const EPOCH: &str = "epoch";

/// The session and the user that a refresh token claims to be of, where they exist.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The session.
    pub session: Option<Session>,
    /// The user.
    pub user: Option<User>,
}

impl Store {
    /// Reads the session and the user that a refresh token claims to be of, strongly consistent. One call,
    /// `BatchGetItem`. Where their epochs differ it reads again, since a change may have come between the items.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn claimed(&self, token: &RefreshToken) -> Result<Claimed, StoreError> {
        let mut claimed = self.claimed_once(token).await?;
        for _ in 0..REREADS {
            let Claimed { session: Some(session), user: Some(user) } = &claimed else { break };
            if session.epoch == user.session_epoch || session.ended_at.is_some() {
                break;
            }
            claimed = self.claimed_once(token).await?;
        }
        Ok(claimed)
    }

    async fn claimed_once(&self, token: &RefreshToken) -> Result<Claimed, StoreError> {
        let keys = [
            (Table::Credentials, key(token.session_id)),
            (Table::Users, item::user_key(&token.user_id)),
        ];
        let items = self.batch(keys).await?;
        let (users, sessions): (Vec<_>, Vec<_>) = items.iter().partition(|i| item::is_user(i));
        let session = sessions.first().map(|item| from_item(item)).transpose();
        let user = users.first().map(|item| item::to_user(item)).transpose();
        Ok(Claimed {
            session: session.map_err(StoreError::broken)?,
            user: user.map_err(StoreError::broken)?,
        })
    }

    /// Writes a new session. One call, `UpdateItem` or, with `beside`, `TransactWriteItems`; what is beside is left
    /// out when its condition does not hold.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub(super) async fn put_session(
        &self,
        session: &Session,
        beside: Vec<Action>,
    ) -> Result<(), StoreError> {
        if !beside.is_empty() {
            let actions = [vec![new_session(session)], beside].concat();
            if self.write_all(actions).await? {
                return Ok(());
            }
        }
        // Its id is random: if it exists, an earlier attempt of this write made it.
        self.write(&new_session(session)).await.map(drop)
    }

    /// Moves the session on to its next refresh token, if it still has the present one; says whether it did.
    /// One call, `UpdateItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn rotate(&self, rotation: &Rotation) -> Result<bool, StoreError> {
        let Rotation { after, secret_hash, successor: _ } = rotation;
        let mut e = Expression::default();
        e.set(GENERATION, n(after.generation));
        e.set(HASH, bytes(after.secret_hash));
        e.set("nonce", bytes(after.nonce));
        e.set("rotatedAt", instant(after.rotated_at));
        e.set("expiresAt", ttl(after.expires_at));
        let present = [
            e.equals(GENERATION, n(after.generation.saturating_sub(1))),
            e.equals(HASH, bytes(*secret_hash)),
            e.absent(ENDED_AT),
        ];
        for clause in present {
            e.require(clause);
        }
        self.write(&update(after.id, e)).await.map(|written| written.is_done())
    }

    /// Counts a repetition of the token before the present one after the grace, if nobody has counted one since the
    /// session was read; says whether it did. A new grace begins, so that several tabs that repeat at once count
    /// once. One call, `UpdateItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn count_late_repeat(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut e = Expression::default();
        e.increase(LATE, n(1));
        e.set("rotatedAt", instant(now));
        let clauses = [
            e.equals(GENERATION, n(session.generation)),
            e.equals(LATE, n(session.late_repeats)),
            e.absent(ENDED_AT),
        ];
        for clause in clauses {
            e.require(clause);
        }
        self.write(&update(session.id, e)).await.map(|written| written.is_done())
    }

    /// Ends the session, unless it has ended. One call, `UpdateItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn end_session(
        &self,
        id: SessionId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut e = Expression::default();
        e.set(ENDED_AT, instant(now));
        e.set("endReason", s(reason.as_str()));
        let exists = e.present(PK);
        e.require(exists);
        let goes_on = e.absent(ENDED_AT);
        e.require(goes_on);
        self.write(&update(id, e)).await.map(drop)
    }
}

/// The session taken along to the user's next epoch, if it has not ended.
pub(super) fn carry_over(session: &Session, epoch: u64) -> Action {
    let mut e = Expression::default();
    e.set(EPOCH, n(epoch));
    let same = e.equals(EPOCH, n(session.epoch));
    e.require(same);
    let goes_on = e.absent(ENDED_AT);
    e.require(goes_on);
    update(session.id, e)
}

fn new_session(session: &Session) -> Action {
    let mut condition = Expression::default();
    condition.require_absent();
    Action::Put { table: Table::Credentials, item: to_item(session), condition }
}

fn update(id: SessionId, expression: Expression) -> Action {
    Action::Update { table: Table::Credentials, key: key(id), expression }
}

pub(super) fn key(id: SessionId) -> AttributeValue {
    s(format!("{SESSION}{id}"))
}

fn bytes(value: Bytes32) -> AttributeValue {
    AttributeValue::B(Blob::new(value.0))
}

/// The item of a session. A field of the session that is missing here does not compile.
fn to_item(session: &Session) -> Item {
    let Session {
        id,
        user_id,
        generation,
        secret_hash,
        tag_key,
        nonce,
        rotated_at,
        late_repeats,
        epoch,
        authenticated_at,
        device,
        platform,
        created_at,
        expires_at,
        ends_at,
        ended_at,
    } = session;
    let attributes = [
        (PK, Some(key(*id))),
        ("userId", Some(s(user_id.as_str()))),
        (GENERATION, Some(n(generation))),
        (HASH, Some(bytes(*secret_hash))),
        ("tagKey", Some(bytes(*tag_key))),
        ("nonce", Some(bytes(*nonce))),
        ("rotatedAt", Some(instant(*rotated_at))),
        (LATE, Some(n(late_repeats))),
        (EPOCH, Some(n(epoch))),
        ("authTime", Some(instant(*authenticated_at))),
        ("device", device.as_ref().map(s)),
        ("platform", Some(s(platform))),
        ("createdAt", Some(instant(*created_at))),
        ("expiresAt", Some(ttl(*expires_at))),
        ("endsAt", Some(instant(*ends_at))),
        (ENDED_AT, ended_at.map(instant)),
    ];
    attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

pub(super) fn from_item(item: &Item) -> Result<Session, CorruptItem> {
    let reader = Reader(item);
    let id = reader.string(PK)?.strip_prefix(SESSION).and_then(SessionId::parse);
    Ok(Session {
        id: id.ok_or(CorruptItem(PK))?,
        user_id: UserId::parse(reader.string("userId")?).map_err(|_| CorruptItem("userId"))?,
        generation: reader.number(GENERATION)?,
        secret_hash: bytes_of(item, HASH)?,
        tag_key: bytes_of(item, "tagKey")?,
        nonce: bytes_of(item, "nonce")?,
        rotated_at: reader.instant("rotatedAt")?,
        late_repeats: reader.number(LATE)?,
        epoch: reader.number(EPOCH)?,
        authenticated_at: reader.instant("authTime")?,
        device: reader.optional("device", |device| device)?,
        platform: reader.string("platform")?.to_owned(),
        created_at: reader.instant("createdAt")?,
        expires_at: Timestamp::from_second(reader.number("expiresAt")?)
            .map_err(|_| CorruptItem("expiresAt"))?,
        ends_at: reader.instant("endsAt")?,
        ended_at: reader.optional_instant(ENDED_AT)?,
    })
}

fn bytes_of(item: &Item, name: &'static str) -> Result<Bytes32, CorruptItem> {
    let bytes = match item.get(name) {
        Some(AttributeValue::B(bytes)) => bytes.as_ref().try_into().ok(),
        _ => None,
    };
    bytes.map(Bytes32).ok_or(CorruptItem(name))
}
