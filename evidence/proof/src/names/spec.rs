//! The specification: the responses of the API if requests came one after the other and nothing failed.
//!
//! The rules are those of `docs/contract.md`, written a second time. They share only the type
//! [`Status`] with the handlers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shared::domain::status::Status;
use stateright::semantics::SequentialSpec;

use super::scenario::{KEYS, Name, Operation, Response, USERS};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// The time between two changes of the own name, in milliseconds.
pub const COOLDOWN: i64 = 30 * DAY;
/// The time for which an old name is held, in milliseconds.
pub const HOLD: i64 = 37 * DAY;

/// The greatest number of steps of the search for an order of one history. They take some seconds.
const SEARCH_STEPS: u64 = 300_000;

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The instant at which the request arrives, in milliseconds since 1970.
    pub at: i64,
    /// The operation.
    pub operation: Operation,
}

/// The state of the API: the users and the name records.
#[derive(Debug, Clone)]
pub struct State {
    /// The number of steps that the search may still take. All copies share it.
    steps_left: Arc<AtomicU64>,
    created_at: i64,
    users: [User; USERS as usize],
    names: [Option<NameRecord>; KEYS as usize],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct User {
    name: Name,
    previous: Option<Name>,
    changed_at: Option<i64>,
    first_name: char,
    status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NameRecord {
    owner: u8,
    name: Name,
    held_until: Option<i64>,
}

/// A change of a user's name.
#[derive(Debug, Clone, Copy)]
struct Rename {
    user: u8,
    to: Name,
    at: i64,
}

impl State {
    /// Returns the state in which each user was created at that instant and has the name of the same
    /// number.
    pub fn new(created_at: i64) -> Self {
        let users = std::array::from_fn(|user| User {
            name: Name::of_key(number(user)),
            previous: None,
            changed_at: None,
            first_name: 'A',
            status: Status::Active,
        });
        let names = std::array::from_fn(|key| {
            let name = Name::of_key(number(key));
            (key < users.len()).then(|| NameRecord { owner: number(key), name, held_until: None })
        });
        Self { steps_left: Arc::new(AtomicU64::new(SEARCH_STEPS)), created_at, users, names }
    }

    /// Whether the search has used up its steps. Its result then says nothing.
    pub fn is_search_exhausted(&self) -> bool {
        self.steps_left.load(Ordering::Relaxed) == 0
    }

    /// Takes one step of the search. Returns whether a step was left.
    fn take_step(&self) -> bool {
        let less = |left: u64| left.checked_sub(1);
        self.steps_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn user(&self, user: u8) -> User {
        self.users[usize::from(user)]
    }

    fn user_mut(&mut self, user: u8) -> &mut User {
        &mut self.users[usize::from(user)]
    }

    /// Carries out `PATCH /api/v1/users/username`.
    fn self_rename(&mut self, rename: Rename) -> Response {
        let Rename { user, to, at } = rename;
        let before = self.user(user);
        match before.status {
            Status::Active => {}
            Status::Deleted => return Response::NotFound,
            _ => return Response::NotActive,
        }
        if before.name == to {
            let next = before.changed_at.map_or(self.created_at, |changed| changed + COOLDOWN);
            return Response::Renamed { old: before.previous.unwrap_or(to), new: to, next };
        }
        if let Err(error) = self.check_self_rename(rename) {
            return error;
        }
        self.rename(rename);
        self.user_mut(user).changed_at = Some(at);
        Response::Renamed { old: before.name, new: to, next: at + COOLDOWN }
    }

    /// Checks the cooldown and whether the name is free.
    fn check_self_rename(&self, rename: Rename) -> Result<(), Response> {
        let changed_at = self.user(rename.user).changed_at;
        if changed_at.is_some_and(|changed| rename.at - changed < COOLDOWN) {
            return Err(Response::CoolingDown);
        }
        self.check_availability(rename)
    }

    /// Checks that nobody else has the name or a look-alike.
    fn check_availability(&self, Rename { user, to, at }: Rename) -> Result<(), Response> {
        let Some(record) = self.names[usize::from(to.key())] else { return Ok(()) };
        let is_expired = record.held_until.is_some_and(|until| until <= at);
        if record.owner == user || is_expired {
            Ok(())
        } else if record.name.is_same_in_any_case(to) {
            Err(Response::Taken)
        } else {
            Err(Response::TooSimilar)
        }
    }

    /// Gives the user the new name, and holds the old one.
    fn rename(&mut self, Rename { user, to, at }: Rename) {
        let before = self.user_mut(user);
        let from = std::mem::replace(&mut before.name, to);
        before.previous = Some(from);
        let held = NameRecord { owner: user, name: from, held_until: Some(at + HOLD) };
        self.names[usize::from(from.key())] = Some(held);
        let in_use = NameRecord { owner: user, name: to, held_until: None };
        self.names[usize::from(to.key())] = Some(in_use);
    }

    /// Carries out `PATCH /v1/users/update` with a username. `is_own` says whether the user or an
    /// administrator sends it.
    fn update_name(&mut self, rename: Rename, is_own: bool) -> Response {
        let user = self.user(rename.user);
        if is_own && user.status != Status::Active {
            return Response::NotActive;
        }
        if user.name != rename.to {
            let checked = if is_own {
                self.check_self_rename(rename)
            } else {
                self.check_availability(rename)
            };
            if let Err(error) = checked {
                return error;
            }
            self.rename(rename);
            if is_own {
                self.user_mut(rename.user).changed_at = Some(rename.at);
            }
        }
        self.read(rename.user)
    }

    /// Carries out `GET /v1/users/{userId}`.
    fn read(&self, user: u8) -> Response {
        let User { name, first_name, status, .. } = self.user(user);
        Response::User { name, first_name, status }
    }

    /// Deletes the records of these keys. Returns whether the hold of each of these names is over. DynamoDB
    /// decides when it deletes an expired item.
    fn sweep(&mut self, keys: u8, at: i64) -> bool {
        (0..KEYS).filter(|key| keys & (1 << key) != 0).all(|key| {
            let record = self.names[usize::from(key)].take();
            record.is_some_and(|record| record.held_until.is_some_and(|until| until <= at))
        })
    }
}

impl SequentialSpec for State {
    type Op = Request;
    type Ret = Response;

    fn invoke(&mut self, &Request { at, operation }: &Request) -> Response {
        match operation {
            Operation::SelfRename { user, to } => self.self_rename(Rename { user, to, at }),
            Operation::SelfRenameByUpdate { user, to } => {
                self.update_name(Rename { user, to, at }, true)
            }
            Operation::RenameByAdmin { user, to } => {
                self.update_name(Rename { user, to, at }, false)
            }
            Operation::SetFirstName { user, letter } => {
                self.user_mut(user).first_name = letter;
                self.read(user)
            }
            Operation::SetStatus { user, status } => {
                self.user_mut(user).status = status;
                self.read(user)
            }
            Operation::Read { user } => self.read(user),
            Operation::Sweep => Response::Swept { keys: 0 },
        }
    }

    fn is_valid_step(&mut self, request: &Request, response: &Response) -> bool {
        self.take_step()
            && match *response {
                // A request that ends with `CONCURRENT_CHANGE` changes nothing.
                Response::Conflict => true,
                Response::Swept { keys } => self.sweep(keys, request.at),
                _ => self.invoke(request) == *response,
            }
    }
}

/// Converts a small index to a number.
fn number(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}
