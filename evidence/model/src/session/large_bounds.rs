//! The further bounds, which take longer.

use super::bounds::{
    CHANGE, CHANGING, ENDING, EPOCHS, EVERYWHERE, GUESS, KNOWN, PARALLEL, PARALLEL_IN_TIME,
    REFRESH, REHASHING, STRANGER, THIEF, THREE_LOST, WINDOWS,
};
use super::data::bound::Bound;
use super::data::request::{Holder, Request};

/// The further bounds that the program checks.
pub const LARGE_ONES: [Bound; 10] = [
    Bound {
        label: "7 refreshes, 3 lost answers, clocks differ, L = 3",
        requests: &[REFRESH; 7],
        skewed: true,
        ..THREE_LOST
    },
    Bound {
        label: "6 parallel refreshes, 3 lost answers within the grace, L = 0",
        requests: &[REFRESH; 6],
        lost: 3,
        ..PARALLEL
    },
    Bound {
        label: "5 parallel refreshes, logout, 1 lost answer, L = 3",
        requests: &[REFRESH, REFRESH, REFRESH, REFRESH, REFRESH, Request::Logout],
        late_repeats: 3,
        lost: 1,
        ..PARALLEL_IN_TIME
    },
    Bound {
        label: "3 refreshes, a thief with 3, clocks differ, L = 3",
        late_repeats: 3,
        lost: 1,
        ..THIEF
    },
    Bound {
        label: "5 refreshes, to the end of the session, clocks differ, L = 2",
        requests: &[REFRESH; 5],
        late_repeats: 2,
        lost: 2,
        ..ENDING
    },
    Bound {
        label: "2 logins, refresh, block, unblock, rename, password set",
        requests: &[
            STRANGER,
            STRANGER,
            REFRESH,
            Request::Block,
            Request::Unblock,
            Request::Rename,
            Request::SetPassword(1),
        ],
        ..EPOCHS
    },
    Bound {
        label: "2 devices, everywhere twice, 2 refreshes each, 2 lost answers",
        requests: &[
            Request::Everywhere,
            Request::Everywhere,
            REFRESH,
            REFRESH,
            Request::Refresh(Holder::Other),
            Request::Refresh(Holder::Other),
            STRANGER,
        ],
        ..EVERYWHERE
    },
    Bound {
        label: "change twice, 2 refreshes, login, block, 1 lost answer",
        requests: &[CHANGE, CHANGE, REFRESH, REFRESH, STRANGER, Request::Block],
        ..CHANGING
    },
    Bound {
        label: "3 logins with an imported hash, a change, a password set, erased",
        requests: &[STRANGER, STRANGER, KNOWN, CHANGE, Request::SetPassword(2), Request::Erase],
        ..REHASHING
    },
    Bound {
        label: "3 guesses, a login of a stranger and 1 of a known device, 2 windows, clocks differ",
        requests: &[GUESS, GUESS, GUESS, STRANGER, KNOWN],
        ..WINDOWS
    },
];
