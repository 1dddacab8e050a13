//! The target `bearer`.

#![cfg_attr(fuzzing, no_main)]

fuzz::fuzz_target!(fuzz::bearer);
