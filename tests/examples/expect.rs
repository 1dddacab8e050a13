//! Writes the expected answer of every sample event in `events/` anew:
//! `cargo run -p tests --example expect`. Then read what `git diff` shows.

#[tokio::main]
async fn main() {
    Box::pin(tests::sample_events::write_expected_answers()).await;
}
