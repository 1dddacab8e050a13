//! A request, and what a request under way knows.

use super::table::{Epoch, Name, Password, PasswordHash, Secret, Session, SessionId, Tick, User};

/// Who holds a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holder {
    /// The user's client. It has session 0.
    Client,
    /// Another device of the user. It has session 1.
    Other,
    /// Somebody with a copy of a token of session 0.
    Thief,
}

/// The number of holders.
pub const HOLDERS: usize = 3;

impl Holder {
    /// The session to which the holder's tokens belong.
    pub fn session(self) -> SessionId {
        u8::from(self == Self::Other)
    }

    /// Whether the holder is the user.
    pub fn is_honest(self) -> bool {
        self != Self::Thief
    }
}

/// A request, or what an administrator does in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// `POST /v1/auth/refresh` with the holder's present token.
    Refresh(Holder),
    /// `POST /v1/auth/refresh` with the right session and generation and a made-up tag.
    ForgedRefresh,
    /// `POST /v1/auth/logout` with the client's present token.
    Logout,
    /// `POST /v1/auth/logout` with a made-up tag.
    ForgedLogout,
    /// `POST /v1/auth/logout` with `everywhere` and the client's present token.
    Everywhere,
    /// `POST /v1/auth/login`.
    Login {
        /// The name.
        name: Name,
        /// The password.
        password: Password,
        /// Whether the device is known.
        known: bool,
    },
    /// `POST /v1/users/change-password` with the holder's present access token.
    Change {
        /// The holder.
        holder: Holder,
        /// The old password.
        old: Password,
        /// The new password.
        new: Password,
    },
    /// An `ADMIN` sets a password.
    SetPassword(Password),
    /// An `ADMIN` blocks the user.
    Block,
    /// An `ADMIN` makes the user `ACTIVE` again.
    Unblock,
    /// Somebody renames the user.
    Rename,
    /// An `ADMIN` erases the user.
    Erase,
    /// An `ADMIN` creates the user again, with the same id, name and first password.
    Create,
    /// The thief copies the client's present token.
    Steal,
}

/// A refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token {
    /// The session.
    pub session: SessionId,
    /// The generation.
    pub generation: u8,
    /// The secret.
    pub secret: Secret,
    /// Whether the tag proves that this token was issued.
    pub right_tag: bool,
}

impl Token {
    /// Returns the first token of a session.
    pub fn first(session: SessionId) -> Self {
        Self { session, generation: 0, secret: Secret::FIRST, right_tag: true }
    }
}

/// What counts of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Access {
    /// The claim `epoch`.
    pub epoch: Epoch,
    /// The era in which the token's session was allowed. Only the properties read this.
    pub era: u8,
}

/// What a request knows of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seen<T> {
    /// The item was not read yet.
    Unread,
    /// The item was absent.
    Absent,
    /// The item was as given.
    Found(T),
}

impl<T: Copy> Seen<T> {
    /// Returns what a read sees.
    pub fn read(item: Option<T>) -> Self {
        item.map_or(Self::Absent, Self::Found)
    }

    /// Returns the item, if it was found.
    pub fn found(self) -> Option<T> {
        if let Self::Found(item) = self { Some(item) } else { None }
    }

    /// Whether the item was not read yet.
    pub fn is_unread(&self) -> bool {
        matches!(self, Self::Unread)
    }
}

/// The next call of a refresh or of signing out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenCall {
    /// It reads the session and the user, each at its own moment.
    Read,
    /// It reads both again, in one transaction.
    ReadAgain,
    /// It makes the successor the current token.
    Rotate,
    /// It counts a late repeat.
    CountLate,
    /// It ends the session.
    End,
    /// It raises the user's epoch.
    Raise,
}

/// A request with a refresh token under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WithToken {
    /// Who sent it.
    pub holder: Holder,
    /// The token.
    pub token: Token,
    /// The next call.
    pub call: TokenCall,
    /// The user as read.
    pub user: Seen<User>,
    /// The session as read.
    pub session: Seen<Session>,
    /// Whether the request read its token as the current one or its predecessor, and another request
    /// wrote first.
    pub overtaken: bool,
}

impl WithToken {
    /// Returns a request that begins.
    pub fn new(holder: Holder, token: Token) -> Self {
        let (user, session) = (Seen::Unread, Seen::Unread);
        Self { holder, token, call: TokenCall::Read, user, session, overtaken: false }
    }
}

/// The next call of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LoginCall {
    /// It reads the user and the hash.
    Read,
    /// It reserves an attempt, and then verifies the password.
    Reserve,
    /// It counts an attempt that was verified already. Only a fault causes this.
    Count,
    /// It replaces an imported hash.
    Rehash,
    /// It puts the session.
    Put,
    /// It gives the attempt back.
    GiveBack,
}

/// A login under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Login {
    /// The name.
    pub name: Name,
    /// The password.
    pub password: Password,
    /// Whether the device is known.
    pub known: bool,
    /// The next call.
    pub call: LoginCall,
    /// The user as read.
    pub user: Seen<User>,
    /// The hash as read.
    pub hash: Seen<PasswordHash>,
    /// The window of the reserved attempt.
    pub window: u8,
    /// The era of the older of the two reads. Only the properties read this.
    pub era: u8,
}

/// A change of password under way. It writes when it has read both items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Change {
    /// Who sent it.
    pub holder: Holder,
    /// The access token.
    pub access: Access,
    /// The old password.
    pub old: Password,
    /// The new password.
    pub new: Password,
    /// The user as read.
    pub user: Seen<User>,
    /// The hash as read.
    pub hash: Seen<PasswordHash>,
    /// The access token of the answer, if DynamoDB carried out the transaction and its answer was lost.
    pub committed: Option<Access>,
}

/// What a request under way does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Progress {
    /// A refresh.
    Refresh(WithToken),
    /// Signing out. `true` stands for everywhere.
    Logout(WithToken, bool),
    /// A login.
    Login(Login),
    /// A change of password.
    Change(Change),
}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InFlight {
    /// What it does.
    pub progress: Progress,
    /// How far back the function's clock is.
    pub back: Tick,
    /// Whether its sender has given up, so that nobody receives the answer.
    pub given_up: bool,
}
