//! The target `username`.

#![cfg_attr(fuzzing, no_main)]

fuzz::fuzz_target!(fuzz::username);
