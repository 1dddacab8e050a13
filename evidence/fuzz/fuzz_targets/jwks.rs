//! The target `jwks`.

#![cfg_attr(fuzzing, no_main)]

fuzz::fuzz_target!(fuzz::jwks);
