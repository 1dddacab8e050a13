//! The properties: what must hold in every state, and what must be possible.

use stateright::Property;

use crate::data::bound::Bound;
use crate::data::history::Violation;
use crate::data::state::State;
use crate::data::table::{HOLD, NameRecord, Table};

/// Two users never have names with the same key.
pub const ONE_HOLDER: &str = "one holder per key";
/// Each user's item and the record of its name agree.
pub const RECORD_AND_NAME: &str = "a user holds exactly the name that the record says";
/// The cooldown separates two counted changes.
pub const ONE_CHANGE: &str = "at most one counted change of a user in 30 days";
/// The hold keeps a name for the user who gave it up.
pub const HELD: &str = "a name given up is its giver's until its hold is over";
/// Every hold ends.
pub const NOT_FOR_EVER: &str = "a name that no user has is held for at most 37 days more";
/// No name depends on the TTL sweep.
pub const FREE_UNSWEPT: &str = "a name whose hold is over is free for all, swept or not";
/// An answer 200 is true.
pub const TRUE_SUCCESS: &str = "who is told of success has the name, or had it by this request";
/// An answer 409 is true.
pub const TRUE_REFUSAL: &str = "who is refused has changed nothing";
/// An answer 409 has a reason.
pub const REASON: &str = "who is refused is refused for a reason that the table has";
/// DynamoDB carries out a request at most once.
pub const ONCE: &str = "one request makes at most one change";
/// Only `ACTIVE` users rename themselves.
pub const ACTIVE: &str = "only an active user changes the own name";
/// No request ends with 500.
pub const NO_LOST_NAME: &str = "no request finds a user whose name is not the user's";

/// The event that the bound looks for can happen.
pub const HAPPENS: &str = "what is looked for happens";

/// Returns all properties of a model.
pub fn of(bound: &Bound) -> Vec<Property<Bound>> {
    let mut properties = safety();
    if bound.looked_for.is_some() {
        properties.push(Property::sometimes(HAPPENS, |_, state: &State| state.history.seen));
    }
    properties
}

fn safety() -> Vec<Property<Bound>> {
    vec![
        Property::always(ONE_HOLDER, |_, state: &State| one_holder(&state.table)),
        Property::always(RECORD_AND_NAME, |_, state: &State| record_and_name(&state.table)),
        Property::always(NOT_FOR_EVER, |_, state: &State| not_for_ever(state)),
        Property::always(FREE_UNSWEPT, free_unswept),
        Property::always(HELD, |_, state: &State| held(state)),
        Property::always(ONE_CHANGE, |_, state: &State| without(state, Violation::TooSoon)),
        Property::always(TRUE_SUCCESS, |_, state: &State| without(state, Violation::FalseSuccess)),
        Property::always(TRUE_REFUSAL, |_, state: &State| {
            without(state, Violation::RefusedButChanged)
        }),
        Property::always(REASON, |_, state: &State| {
            without(state, Violation::RefusedWithoutReason)
        }),
        Property::always(ONCE, |_, state: &State| without(state, Violation::ChangedTwice)),
        Property::always(ACTIVE, |_, state: &State| without(state, Violation::NotActive)),
        Property::always(NO_LOST_NAME, |_, state: &State| without(state, Violation::LostName)),
    ]
}

fn without(state: &State, violation: Violation) -> bool {
    !state.history.has(violation)
}

/// Whether no two users have names with the same key.
fn one_holder(table: &Table) -> bool {
    let mut keys = table.users.iter().flatten().map(|user| 1_u8 << user.name.key);
    let mut found = 0;
    keys.all(|key| {
        let is_first = found & key == 0;
        found |= key;
        is_first
    })
}

/// Whether the record of each user's name belongs to the user, has the same spelling and is not held.
fn record_and_name(table: &Table) -> bool {
    (0..).zip(&table.users).all(|(id, user)| {
        user.is_none_or(|user| {
            table.name_record(user.name) == Some(NameRecord::in_use(id, user.name))
        })
    })
}

/// Whether each name record belongs to a user with this name, or is held for at most one hold from now
/// on.
fn not_for_ever(state: &State) -> bool {
    state.table.names.iter().flatten().all(|record| match record.held_until {
        Some(until) => until <= state.time + HOLD,
        None => state.table.user(record.user).is_some_and(|user| user.name == record.name),
    })
}

/// Whether every user may take a name whose hold is over.
fn free_unswept(bound: &Bound, state: &State) -> bool {
    let State { table, time, .. } = state;
    let mut over = table.names.iter().flatten().filter(|record| record.hold_is_over(*time));
    over.all(|record| {
        (0..bound.users).all(|user| table.is_free_for(record.name, user, *time, bound.faults))
    })
}

/// Whether each name that a user gave up still has a record of this user until its hold is over.
fn held(state: &State) -> bool {
    state.history.held_for.iter().zip(&state.table.names).all(|(held_for, record)| {
        held_for.is_none_or(|(user, _)| record.is_some_and(|record| record.user == user))
    })
}
