//! The properties: what must hold in every state, and what must be possible.

use stateright::Property;

use super::data::bound::Bound;
use super::data::history::{History, Violation};
use super::data::state::State;
use super::data::table::{MAX_ATTEMPTS, SKEW};
use super::login::window_of;

/// A client loses as many answers as a session has late repeats, and is never signed out.
pub const STAYS_SIGNED_IN: &str = "a client that loses no more answers than it may stays signed in";
/// Repeats that come late together are counted once.
pub const ONE_EACH: &str = "a lost answer costs at most one late repeat";
/// All answers to one token are the same.
pub const ONE_SUCCESSOR: &str = "a token has one successor, and every answer gives it";
/// A thief and a client do not both go on.
pub const LATE_BUDGET: &str = "thief and client meet late no more often than a session may";
/// An old token ends its session.
pub const REUSE_ENDS: &str = "a refused old token has ended its session";
/// A made-up tag has no effect.
pub const FORGED: &str = "a forged token writes nothing";
/// An end is an end.
pub const ENDED: &str = "a session that was ended yields nothing";
/// The functions check the time themselves.
pub const OVER: &str = "a session whose time is over yields nothing, swept or not";
/// No session survives what raises the epoch.
pub const NONE_FROM_BEFORE: &str = "no session from before has the user's present epoch";
/// No access token survives what raises the epoch.
pub const NO_TOKEN_FROM_BEFORE: &str = "no access token from before has the user's present epoch";
/// Whoever signs out everywhere has done so.
pub const EVERYWHERE: &str = "who is told of signing out everywhere has done so";
/// The number of guesses is bounded.
pub const GUESSES: &str = "a window and a pool have no more guesses than allowed";
/// The count is of failures alone.
pub const COUNT: &str = "the count is that of the failures and of the logins under way";
/// No password is verified without a reserved attempt.
pub const RESERVED: &str = "a refused attempt verifies nothing";
/// Strangers cannot lock a known device out.
pub const NOT_LOCKED_OUT: &str = "a known device signs in while strangers are at the limit";
/// Only the present name signs in.
pub const PRESENT_NAME: &str = "a login succeeds by the user's present name alone";
/// A rehash keeps the password.
pub const REHASH: &str = "a rehash never replaces a changed password";
/// Only who knows the present password changes it.
pub const KNOWS_OLD: &str = "a change replaces the old password and no other";
/// Only `ACTIVE` users change the own password.
pub const ACTIVE: &str = "only an active user changes the own password";
/// A change that was made is not refused.
pub const REPEATED_CHANGE: &str = "a repeated change of password is not refused";

/// The event that the bound looks for can happen.
pub const HAPPENS: &str = "what is looked for happens";

/// Returns all properties of a model.
pub fn of(bound: &Bound) -> Vec<Property<Bound>> {
    let mut properties = refreshing();
    properties.extend(signing_in());
    if bound.looked_for.is_some() {
        properties.push(Property::sometimes(HAPPENS, |_, state: &State| state.history.seen));
    }
    properties
}

fn refreshing() -> Vec<Property<Bound>> {
    vec![
        Property::always(STAYS_SIGNED_IN, |_, state| without(state, Violation::SignedOut)),
        Property::always(ONE_EACH, one_each),
        Property::always(ONE_SUCCESSOR, |_, state| without(state, Violation::SecondSuccessor)),
        Property::always(LATE_BUDGET, |bound: &Bound, state: &State| {
            state.history.late_served <= bound.late_repeats
        }),
        Property::always(REUSE_ENDS, |_, state| without(state, Violation::ReuseWithoutEnd)),
        Property::always(FORGED, |_, state| without(state, Violation::ForgedWrote)),
        Property::always(ENDED, |_, state| without(state, Violation::EndedYielded)),
        Property::always(OVER, |_, state| without(state, Violation::OverYielded)),
        Property::always(NONE_FROM_BEFORE, |_, state| none_from_before(state)),
        Property::always(NO_TOKEN_FROM_BEFORE, |_, state| no_token_from_before(state)),
        Property::always(EVERYWHERE, |_, state| without(state, Violation::NotEverywhere)),
    ]
}

fn signing_in() -> Vec<Property<Bound>> {
    vec![
        Property::always(GUESSES, |_, state| guesses(state)),
        Property::always(COUNT, |_, state| count(state)),
        Property::always(RESERVED, |_, state| without(state, Violation::Unreserved)),
        Property::always(NOT_LOCKED_OUT, |_, state| without(state, Violation::LockedOut)),
        Property::always(PRESENT_NAME, |_, state| without(state, Violation::WrongName)),
        Property::always(REHASH, |_, state| without(state, Violation::RehashOverwrote)),
        Property::always(KNOWS_OLD, |_, state| without(state, Violation::ChangedOther)),
        Property::always(ACTIVE, |_, state| without(state, Violation::ChangedInactive)),
        Property::always(REPEATED_CHANGE, |_, state| without(state, Violation::FalseRefusal)),
    ]
}

fn without(state: &State, violation: Violation) -> bool {
    !state.history.has(violation)
}

/// Whether no more late repeats were counted than answers were lost. A thief makes late repeats too, and
/// a clock that is back makes repeats late.
fn one_each(bound: &Bound, state: &State) -> bool {
    let late = state.table.session(0).map_or(0, |session| session.late);
    state.history.stolen || bound.skewed || late <= state.lost
}

/// Whether each session that would be refreshed was allowed in the present era.
fn none_from_before(state: &State) -> bool {
    let mut sessions = state.table.sessions.iter().flatten();
    sessions.all(|session| !state.table.is_alive(session) || session.era == state.history.era)
}

/// Whether each access token that would be accepted was minted by a session of the present era.
fn no_token_from_before(state: &State) -> bool {
    let user = state.table.user.filter(|user| user.active);
    user.is_none_or(|user| !state.history.has_minted_before(user.epoch))
}

/// Whether no more wrong passwords were verified than a pool has attempts.
fn guesses(state: &State) -> bool {
    state.history.wrong.iter().flatten().all(|wrong| *wrong <= MAX_ATTEMPTS)
}

/// Whether each count is that of the wrong passwords, of the logins under way, and of the reservations
/// that were carried out twice. The counters of a window that is over may be deleted.
fn count(state: &State) -> bool {
    let is_counted = |window: u8, known: bool| {
        let (at, class) = (usize::from(window), usize::from(known));
        let History { wrong, twice, .. } = &state.history;
        let expected = wrong[at][class] + twice[at][class] + state.held_attempts(window, known);
        state.table.attempts[at][class].unwrap_or(0) == expected
    };
    (0..).zip(&state.table.attempts).all(|(window, _)| {
        let is_over = window_of(state.time - SKEW) > window;
        is_over || [false, true].into_iter().all(|known| is_counted(window, known))
    })
}
