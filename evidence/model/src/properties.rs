//! What must always hold, and what must be possible.

use stateright::Property;

use crate::protocol::{Bound, State};
use crate::request::Flight;
use crate::table::{
    COOLDOWN, HOLD, KEYS, NameItem, Status, Table, Tick, Transaction, USERS, UserId,
};

/// No two users have names of one key.
pub const ONE_HOLDER: &str = "one holder per key";
/// Each user's record and its name's item say the same.
pub const RECORD_AND_NAME: &str = "a user holds exactly the name that the record says";
/// The cooldown.
pub const ONE_CHANGE: &str = "at most one counted change of a user in 30 days";
/// The hold.
pub const HELD: &str = "a name given up is its giver's until its hold is over";
/// No item without a future.
pub const NOT_FOR_EVER: &str = "a name that no user has is held for at most 37 days more";
/// No need of the sweep.
pub const FREE_UNSWEPT: &str = "a name whose hold is over is free for all, swept or not";
/// A 200 is true.
pub const TRUE_SUCCESS: &str = "who is told of success has the name, or had it by this request";
/// A 409 is true.
pub const TRUE_REFUSAL: &str = "who is refused has changed nothing";
/// A 409 has a reason.
pub const REASON: &str = "who is refused is refused for a reason that the table has";
/// A request is not carried out twice.
pub const ONCE: &str = "one request makes at most one change";
/// Only `ACTIVE` users rename themselves.
pub const ACTIVE: &str = "only an active user changes the own name";
/// No 500.
pub const NO_LOST_NAME: &str = "no request finds a user whose name is not the user's";

/// What is looked for can happen.
pub const HAPPENS: &str = "what is looked for happens";

/// A wrong that was done on the way to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Violation {
    /// Of [`ONE_CHANGE`].
    TooSoon = 1,
    /// Of [`TRUE_SUCCESS`].
    FalseSuccess = 2,
    /// Of [`TRUE_REFUSAL`].
    RefusedThoughMade = 4,
    /// Of [`REASON`].
    RefusedForNothing = 8,
    /// Of [`ONCE`].
    Twice = 16,
    /// Of [`ACTIVE`].
    NotActive = 32,
    /// Of [`NO_LOST_NAME`].
    Broken = 64,
}

/// What can happen, and must be seen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An answer was lost, and the attempt made again with the same token is answered as the first.
    RetryOfCommitted,
    /// A transaction was built on what a failed condition, or a read, returned.
    BuiltOnTruth,
    /// A request was refused.
    Refused,
    /// A request found its name there already.
    AlreadySo,
    /// The sweep took an item.
    Swept,
    /// A held name went back to its giver.
    TakenBack,
    /// A name was taken from a hold that is over, unswept, by somebody else.
    TakenAfterHold,
    /// A name's item got another spelling.
    Respelled,
    /// An attempt that was on its way is carried out.
    CameLate,
    /// A request ends without an answer: what became of an attempt is not known.
    Unknown,
    /// An update was decided anew although an attempt was not answered.
    Overtaken,
    /// A request was refused while an attempt of it is on its way.
    RefusedOnWay,
    /// A user changed the own name twice.
    SecondChange,
}

/// What the properties know beyond the table. None of it is in the protocol's reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ghosts {
    /// The instant of each user's last counted change.
    counted: [Option<Tick>; USERS],
    /// To whom each key is due, and until when.
    due: [Option<(UserId, Tick)>; KEYS],
    violations: u16,
    happened: bool,
}

impl Ghosts {
    /// A wrong was done.
    pub fn violated(&mut self, violation: Violation) {
        self.violations |= violation as u16;
    }

    /// Something happened, if the model remembers it.
    pub fn happened(&mut self, bound: &Bound, event: Event) {
        self.happened |= bound.witness == Some(event);
    }

    /// Time has passed: what is due to nobody any more is forgotten.
    pub fn tick(&mut self, time: Tick) {
        for due in &mut self.due {
            *due = due.filter(|(_, until)| *until > time);
        }
    }

    /// A request's write is carried out.
    pub fn committed(
        &mut self,
        bound: &Bound,
        user: UserId,
        flight: &Flight,
        wish: &Transaction,
        time: Tick,
    ) {
        if flight.made && !flight.torn {
            self.violated(Violation::Twice);
        }
        if flight.refused {
            self.violated(Violation::RefusedThoughMade);
        }
        if flight.wish.is_own()
            && !flight.made
            && let Some(last) = self.counted[usize::from(user)].replace(flight.now)
        {
            self.happened(bound, Event::SecondChange);
            if flight.now - last < COOLDOWN {
                self.violated(Violation::TooSoon);
            }
        }
        if let (Some(from), Some(to)) = (wish.from, wish.to) {
            if from.key == to.key {
                self.happened(bound, Event::Respelled);
            } else {
                let until = wish.at + HOLD;
                self.due[usize::from(from.key)] = (until > time).then_some((user, until));
            }
        }
    }

    /// The table before and after a write for a user.
    pub fn watch(&mut self, bound: &Bound, user: UserId, before: &Table, after: &Table) {
        let was = before.user(user);
        let is = after.user(user);
        if let (Some(was), Some(is)) = (was, is)
            && was.changed_at != is.changed_at
            && was.status != Status::Active
        {
            self.violated(Violation::NotActive);
        }
        for (was, is) in before.names.iter().zip(&after.names) {
            let (Some(was), Some(is)) = (was, is) else { continue };
            if was.held_until.is_some() && is.held_until.is_none() {
                let back = was.user == is.user;
                self.happened(bound, if back { Event::TakenBack } else { Event::TakenAfterHold });
            }
        }
    }
}

fn without(state: &State, violation: Violation) -> bool {
    state.ghosts.violations & violation as u16 == 0
}

/// All of a model's properties.
pub fn of(bound: &Bound) -> Vec<Property<Bound>> {
    let mut properties = safety();
    if bound.witness.is_some() {
        properties.push(Property::sometimes(HAPPENS, |_, state: &State| state.ghosts.happened));
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
            without(state, Violation::RefusedThoughMade)
        }),
        Property::always(REASON, |_, state: &State| without(state, Violation::RefusedForNothing)),
        Property::always(ONCE, |_, state: &State| without(state, Violation::Twice)),
        Property::always(ACTIVE, |_, state: &State| without(state, Violation::NotActive)),
        Property::always(NO_LOST_NAME, |_, state: &State| without(state, Violation::Broken)),
    ]
}

/// That no two users have names of one key.
pub(crate) fn one_holder(table: &Table) -> bool {
    let mut keys = table.users.iter().flatten().map(|user| 1_u8 << user.name.key);
    let mut had = 0;
    keys.all(|key| {
        let first = had & key == 0;
        had |= key;
        first
    })
}

/// That each user's name's item is the user's, in that spelling, and not just held.
pub(crate) fn record_and_name(table: &Table) -> bool {
    (0..).zip(&table.users).all(|(id, user)| {
        user.is_none_or(|user| {
            let own = NameItem { user: id, name: user.name, held_until: None };
            table.item(user.name) == Some(own)
        })
    })
}

/// That each item is that of its user's name, or held, and not for longer than a hold from now on.
fn not_for_ever(state: &State) -> bool {
    state.table.names.iter().flatten().all(|item| match item.held_until {
        Some(until) => until <= state.time + HOLD,
        None => state.table.user(item.user).is_some_and(|user| user.name == item.name),
    })
}

/// That a name whose hold is over satisfies the condition of whoever takes it.
fn free_unswept(bound: &Bound, state: &State) -> bool {
    state.table.names.iter().flatten().all(|item| {
        let is_over = item.held_until.is_some_and(|until| until <= state.time);
        !is_over
            || (0..bound.users)
                .all(|user| state.table.is_free_for(item.name, user, state.time, bound.faults))
    })
}

/// That what is due to a user is there, and the user's.
fn held(state: &State) -> bool {
    state
        .ghosts
        .due
        .iter()
        .zip(&state.table.names)
        .all(|(due, item)| due.is_none_or(|(user, _)| item.is_some_and(|item| item.user == user)))
}
