//! The bounds up to which the model of signing in is checked.

use super::data::bound::Bound;
use super::data::faults::Faults;
use super::data::request::{Holder, Request};

/// The client refreshes.
pub const REFRESH: Request = Request::Refresh(Holder::Client);
const THEFT: Request = Request::Refresh(Holder::Thief);
/// The user signs in from a new device.
pub const STRANGER: Request = login(0, 0, false);
/// The user signs in from a known device.
pub const KNOWN: Request = login(0, 0, true);
/// A stranger guesses wrong.
pub const GUESS: Request = login(0, 3, false);
/// The client changes the password.
pub const CHANGE: Request = change(Holder::Client, 1);
const OTHER_CHANGE: Request = change(Holder::Other, 2);

const fn login(name: u8, password: u8, known: bool) -> Request {
    Request::Login { name, password, known }
}

const fn change(holder: Holder, new: u8) -> Request {
    Request::Change { holder, old: 0, new }
}

/// One client refreshes, one request after the other, and may lose one answer.
pub const SERIAL: Bound = Bound {
    label: "4 refreshes, 1 lost answer, L = 1",
    requests: &[REFRESH; 4],
    late_repeats: 1,
    lost: 1,
    horizon: 2,
    skewed: false,
    parallel: false,
    torn: false,
    two_devices: false,
    imported: false,
    looked_for: None,
    faults: Faults::NONE,
};

/// As `SERIAL`, but a session has no late repeats, no answer is lost, and somebody forges tokens.
pub const STRICT: Bound = Bound {
    label: "3 refreshes, forged tokens, logout, L = 0",
    requests: &[
        REFRESH,
        REFRESH,
        REFRESH,
        Request::ForgedRefresh,
        Request::ForgedLogout,
        Request::Logout,
    ],
    late_repeats: 0,
    lost: 0,
    ..SERIAL
};

/// As `SERIAL`, but three answers may be lost.
pub const THREE_LOST: Bound = Bound {
    label: "5 refreshes, 3 lost answers, L = 3",
    requests: &[REFRESH; 5],
    late_repeats: 3,
    lost: 3,
    ..SERIAL
};

/// Three requests with one token, and one with its successor. Any number of answers may be lost, for
/// no time passes.
pub const PARALLEL: Bound = Bound {
    label: "4 parallel refreshes, 2 lost answers within the grace, L = 0",
    parallel: true,
    late_repeats: 0,
    lost: 2,
    horizon: 0,
    ..SERIAL
};

/// As `PARALLEL`, but time passes. A tab of the client has read its token before that.
pub const PARALLEL_IN_TIME: Bound = Bound {
    label: "4 parallel refreshes, logout, L = 0",
    requests: &[REFRESH, REFRESH, REFRESH, REFRESH, Request::Logout],
    lost: 0,
    horizon: 2,
    ..PARALLEL
};

/// An answer to parallel requests is lost, and time passes.
pub const PARALLEL_LATE: Bound = Bound {
    label: "4 parallel refreshes, 1 lost answer, L = 2",
    parallel: true,
    late_repeats: 2,
    ..SERIAL
};

/// A client repeats late and signs out, perhaps while a repeat is under way.
pub const LATE_LOGOUT: Bound = Bound {
    label: "4 refreshes, logout, 2 lost answers, L = 2",
    requests: &[REFRESH, REFRESH, REFRESH, REFRESH, Request::Logout],
    late_repeats: 2,
    lost: 2,
    ..SERIAL
};

/// A thief has a copy of a token. The clocks differ.
pub const THIEF: Bound = Bound {
    label: "3 refreshes, a thief with 3, clocks differ, L = 1",
    requests: &[REFRESH, REFRESH, REFRESH, Request::Steal, THEFT, THEFT, THEFT],
    late_repeats: 1,
    lost: 0,
    horizon: 3,
    skewed: true,
    ..SERIAL
};

/// The time of the session ends, and DynamoDB deletes it at once or late. The clocks differ.
pub const ENDING: Bound = Bound {
    label: "3 refreshes, to the end of the session, clocks differ, L = 1",
    requests: &[REFRESH; 3],
    horizon: 8,
    skewed: true,
    lost: 1,
    ..SERIAL
};

/// A login, a refresh, and what raises the epoch or must not.
pub const EPOCHS: Bound = Bound {
    label: "login, refresh, block, unblock, rename, password set",
    requests: &[
        STRANGER,
        REFRESH,
        Request::Block,
        Request::Unblock,
        Request::Rename,
        Request::SetPassword(1),
    ],
    lost: 0,
    horizon: 0,
    torn: true,
    ..SERIAL
};

/// As `EPOCHS`, but the user is erased and created again.
pub const ERASED: Bound = Bound {
    label: "login, refresh, erased, created again",
    requests: &[STRANGER, REFRESH, REFRESH, Request::Erase, Request::Create],
    ..EPOCHS
};

/// Two devices; the client signs out everywhere, perhaps again.
pub const EVERYWHERE: Bound = Bound {
    label: "2 devices, everywhere twice, refreshes, login, 2 lost answers",
    requests: &[
        Request::Everywhere,
        Request::Everywhere,
        REFRESH,
        Request::Refresh(Holder::Other),
        STRANGER,
    ],
    lost: 2,
    torn: false,
    two_devices: true,
    ..EPOCHS
};

/// The client changes the password, perhaps again, beside its own refreshes and a login.
pub const CHANGING: Bound = Bound {
    label: "change twice, refresh twice, login, 1 lost answer",
    requests: &[CHANGE, CHANGE, REFRESH, STRANGER],
    lost: 1,
    parallel: true,
    two_devices: true,
    ..EPOCHS
};

/// Two devices change the password, and one of them signs out everywhere.
pub const TWO_CHANGES: Bound = Bound {
    label: "2 devices, a change each, everywhere, block, unblock",
    requests: &[CHANGE, OTHER_CHANGE, Request::Everywhere, Request::Block, Request::Unblock],
    lost: 0,
    parallel: true,
    two_devices: true,
    ..EPOCHS
};

/// One device changes the password while the other signs out everywhere and in again.
pub const EPOCH_WRITTEN: Bound = Bound {
    label: "2 devices, a change, everywhere, a login",
    requests: &[OTHER_CHANGE, Request::Everywhere, STRANGER, KNOWN],
    ..TWO_CHANGES
};

/// Logins replace an imported hash while the password is changed.
pub const REHASHING: Bound = Bound {
    label: "2 logins with an imported hash, a change, a password set",
    requests: &[STRANGER, KNOWN, CHANGE, Request::SetPassword(2)],
    lost: 0,
    imported: true,
    ..EPOCHS
};

/// Strangers guess in parallel. The user signs in from a known device and from a new one.
pub const GUESSING: Bound = Bound {
    label: "3 guesses, a login of a stranger and 2 of a known device, 1 lost answer",
    requests: &[GUESS, GUESS, GUESS, STRANGER, KNOWN, KNOWN],
    lost: 1,
    horizon: 0,
    torn: false,
    ..EPOCHS
};

/// As `GUESSING`, but windows end, and the clocks differ.
pub const WINDOWS: Bound = Bound {
    label: "3 guesses, a login of a stranger, 2 windows, clocks differ",
    requests: &[GUESS, GUESS, GUESS, STRANGER],
    lost: 0,
    horizon: 3,
    skewed: true,
    ..GUESSING
};

/// The bounds that the tests check.
pub const SMALL_ONES: [Bound; 18] = [
    SERIAL,
    STRICT,
    THREE_LOST,
    PARALLEL,
    PARALLEL_IN_TIME,
    PARALLEL_LATE,
    LATE_LOGOUT,
    THIEF,
    ENDING,
    EPOCHS,
    ERASED,
    EVERYWHERE,
    CHANGING,
    TWO_CHANGES,
    EPOCH_WRITTEN,
    REHASHING,
    GUESSING,
    WINDOWS,
];
