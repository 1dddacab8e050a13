//! The target `body`.

#![cfg_attr(fuzzing, no_main)]

fuzz::fuzz_target!(fuzz::body);
