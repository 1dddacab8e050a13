//! The built binary, run as Lambda runs it.

use std::error::Error;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_answers_its_sample_events_and_survives_odd_ones() -> Result<(), Box<dyn Error>>
{
    sandbox::events::check_binary("get-key-set", Path::new(env!("CARGO_BIN_EXE_get-key-set"))).await
}
