//! Fuzz targets for everything that comes from outside. No input may make Nameplate panic or break a rule.
//!
//! A target is a function that takes bytes and panics when a rule is broken. `scripts/fuzz` builds the
//! binary of a target as a fuzzer. In an ordinary build, the binary runs the target on files. The tests
//! run each target on its seeds.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a target that finds a broken rule has to fail"
)]

mod api;
mod bearer;
mod body;
mod event;
mod item;
mod jwks;
mod refresh_token;
mod response;
mod second_implementation;
pub mod seeds;
mod stored_hash;
mod table;
mod username;

use std::process::ExitCode;

pub use bearer::bearer;
pub use body::body;
pub use event::event;
pub use item::item;
pub use jwks::jwks;
#[cfg(fuzzing)]
pub use libfuzzer_sys;
pub use refresh_token::refresh_token;
pub use stored_hash::stored_hash;
pub use username::username;

/// A target. It panics when its input makes the code break a rule.
pub type Target = fn(&[u8]);

/// Every target with its name.
pub const TARGETS: [(&str, Target); 8] = [
    ("event", event),
    ("bearer", bearer),
    ("body", body),
    ("username", username),
    ("item", item),
    ("jwks", jwks),
    ("refresh-token", refresh_token),
    ("stored-hash", stored_hash),
];

/// Defines the `main` of the binary of a target.
#[macro_export]
macro_rules! fuzz_target {
    ($target:path) => {
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|data: &[u8]| $target(data));

        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay($target)
        }
    };
}

/// Runs the target on the files that the arguments of the process name.
pub fn replay(target: Target) -> ExitCode {
    for file in std::env::args_os().skip(1) {
        target(&std::fs::read(&file).expect("a file"));
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_seed_breaks_a_rule() {
        for (name, target) in TARGETS {
            let seeds = seeds::of(name).unwrap();
            assert!(!seeds.is_empty(), "{name}");
            for seed in seeds {
                target(&seed);
            }
        }
    }
}
