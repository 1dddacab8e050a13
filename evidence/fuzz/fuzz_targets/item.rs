//! The target `item`.

#![cfg_attr(fuzzing, no_main)]

fuzz::fuzz_target!(fuzz::item);
