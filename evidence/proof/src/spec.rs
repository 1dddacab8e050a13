//! What the API promises, as if requests came one after the other and nothing ever failed: written from the
//! rules of the API, and sharing no code with what is tested.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shared::domain::status::Status;
use stateright::semantics::SequentialSpec;

use crate::cast::{KEYS, Name, Told, USERS, Wish};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Between two changes of the own name, in milliseconds.
pub const COOLDOWN: i64 = 30 * DAY;
/// How long an old name is held, in milliseconds.
pub const HOLD: i64 = 37 * DAY;

/// How many steps the search for an order of one history may take: some seconds.
const PATIENCE: u64 = 300_000;

/// A request at the instant (milliseconds since 1970) that it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// When.
    pub at: i64,
    /// What for.
    pub wish: Wish,
}

/// The users and who has which name.
#[derive(Debug, Clone)]
pub struct World {
    /// How many steps the search for an order may yet take. Copies share it.
    patience: Arc<AtomicU64>,
    created_at: i64,
    users: [Person; USERS as usize],
    names: [Option<NameRecord>; KEYS as usize],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Person {
    name: Name,
    previous: Option<Name>,
    changed_at: Option<i64>,
    first_name: char,
    status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NameRecord {
    user: u8,
    name: Name,
    held_until: Option<i64>,
}

impl World {
    /// Each user with the name of the same number, at that instant.
    pub fn new(created_at: i64) -> Self {
        let users = std::array::from_fn(|user| Person {
            name: Name::of_key(number(user)),
            previous: None,
            changed_at: None,
            first_name: 'A',
            status: Status::Active,
        });
        let names = std::array::from_fn(|key| {
            let name = Name::of_key(number(key));
            (key < users.len()).then(|| NameRecord { user: number(key), name, held_until: None })
        });
        Self { patience: Arc::new(AtomicU64::new(PATIENCE)), created_at, users, names }
    }

    /// Whether the search has been given up: there are more orders than anybody can try.
    pub fn is_given_up(&self) -> bool {
        self.patience.load(Ordering::Relaxed) == 0
    }

    /// Takes one step of the search, unless there have been too many.
    fn may_go_on(&self) -> bool {
        let less = |left: u64| left.checked_sub(1);
        self.patience.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// `PATCH /api/v1/users/username`.
    fn rename(&mut self, user: u8, to: Name, at: i64) -> Told {
        let person = self.users[usize::from(user)];
        match person.status {
            Status::Active => {}
            Status::Deleted => return Told::NotFound,
            _ => return Told::NotActive,
        }
        if person.name == to {
            let next = person.changed_at.map_or(self.created_at, |changed| changed + COOLDOWN);
            return Told::Renamed { old: person.previous.unwrap_or(to), new: to, next };
        }
        if let Some(refusal) = self.refusal(user, to, at) {
            return refusal;
        }
        self.give(user, to, at);
        self.users[usize::from(user)].changed_at = Some(at);
        Told::Renamed { old: person.name, new: to, next: at + COOLDOWN }
    }

    /// The rename rules, for the user's own change.
    fn refusal(&self, user: u8, to: Name, at: i64) -> Option<Told> {
        let changed_at = self.users[usize::from(user)].changed_at;
        if changed_at.is_some_and(|changed| at - changed < COOLDOWN) {
            return Some(Told::CoolingDown);
        }
        self.taken(user, to, at)
    }

    /// Whether somebody else has the name, or one that looks the same.
    fn taken(&self, user: u8, to: Name, at: i64) -> Option<Told> {
        let record = self.names[usize::from(to.key())]?;
        let is_free = record.user == user || record.held_until.is_some_and(|until| until <= at);
        let refusal = if record.name.is_case_of(to) { Told::Taken } else { Told::TooSimilar };
        (!is_free).then_some(refusal)
    }

    /// Gives the user the name; the old one is held.
    fn give(&mut self, user: u8, to: Name, at: i64) {
        let person = &mut self.users[usize::from(user)];
        let from = std::mem::replace(&mut person.name, to);
        person.previous = Some(from);
        self.names[usize::from(from.key())] =
            Some(NameRecord { user, name: from, held_until: Some(at + HOLD) });
        self.names[usize::from(to.key())] = Some(NameRecord { user, name: to, held_until: None });
    }

    /// `PATCH /v1/users/update` with a username, by the user or an administrator.
    fn update_name(&mut self, user: u8, to: Name, at: i64, is_own: bool) -> Told {
        if is_own && self.users[usize::from(user)].status != Status::Active {
            return Told::NotActive;
        }
        if self.users[usize::from(user)].name != to {
            let refusal =
                if is_own { self.refusal(user, to, at) } else { self.taken(user, to, at) };
            if let Some(refusal) = refusal {
                return refusal;
            }
            self.give(user, to, at);
            if is_own {
                self.users[usize::from(user)].changed_at = Some(at);
            }
        }
        self.read(user)
    }

    fn read(&self, user: u8) -> Told {
        let Person { name, first_name, status, .. } = self.users[usize::from(user)];
        Told::User { name, first_name, status }
    }

    /// Forgets these names, if each of them is free. When DynamoDB does so is its own affair.
    fn sweep(&mut self, swept: u8, at: i64) -> bool {
        (0..KEYS).filter(|key| swept & (1 << key) != 0).all(|key| {
            let record = self.names[usize::from(key)].take();
            record.is_some_and(|held| held.held_until.is_some_and(|until| until <= at))
        })
    }
}

impl SequentialSpec for World {
    type Op = Request;
    type Ret = Told;

    fn invoke(&mut self, &Request { at, wish }: &Request) -> Told {
        match wish {
            Wish::Rename { user, to } => self.rename(user, to, at),
            Wish::RenameByUpdate { user, to } => self.update_name(user, to, at, true),
            Wish::Reassign { user, to } => self.update_name(user, to, at, false),
            Wish::SetFirstName { user, letter } => {
                self.users[usize::from(user)].first_name = letter;
                self.read(user)
            }
            Wish::SetStatus { user, status } => {
                self.users[usize::from(user)].status = status;
                self.read(user)
            }
            Wish::Read { user } => self.read(user),
            Wish::Sweep => Told::Swept { keys: 0 },
        }
    }

    fn is_valid_step(&mut self, request: &Request, told: &Told) -> bool {
        self.may_go_on()
            && match *told {
                // Who gives up changes nothing, whenever it is.
                Told::Conflict => true,
                Told::Swept { keys } => self.sweep(keys, request.at),
                _ => self.invoke(request) == *told,
            }
    }
}

/// A small index as a number.
fn number(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}
