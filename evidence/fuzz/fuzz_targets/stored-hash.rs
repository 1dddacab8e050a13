//! The target `stored-hash`.

#![cfg_attr(fuzzing, no_main)]

fuzz::fuzz_target!(fuzz::stored_hash);
