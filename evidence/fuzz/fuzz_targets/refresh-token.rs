//! The target `refresh-token`.

#![cfg_attr(fuzzing, no_main)]

fuzz::fuzz_target!(fuzz::refresh_token);
