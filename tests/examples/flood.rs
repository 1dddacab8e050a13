//! Measures what one token that asks for a taken name 100 times a second takes from the others:
//! `cargo run -p tests --example flood`. The load is real; the table is the embedded DynamoDB.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "the figures are this command's output, and it fails when a rename does"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use tests::{TestApp, TestUser};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// The time from one request of the flood to the next.
const TICK: Duration = Duration::from_millis(10);
/// The requests of the flood in one measurement: ten seconds of it.
const REQUESTS: u32 = 1000;
/// The requests of the flood for each rename by another caller.
const EACH: u32 = 5;

/// What one measurement saw.
#[derive(Default)]
struct Measurement {
    /// The times of the other callers' renames, the shortest first.
    times: Vec<Duration>,
    refused: u32,
    limited: u32,
    /// The number of calls to DynamoDB for each rename by another caller.
    calls: f64,
}

#[tokio::main]
async fn main() {
    println!("| | renames | median ms | 99 % ms | calls per rename | flood: 409 | flood: 429 |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let quiet = measure(TestApp::start_with_quotas().await, false).await;
    print(&quiet, "no flood");
    let limited = measure(TestApp::start_with_quotas().await, true).await;
    print(&limited, "flood, quotas on");
    let unlimited = measure(TestApp::start().await, true).await;
    print(&unlimited, "flood, quotas off");
    let ratio = |of: &Measurement| at(of, 50).as_secs_f64() / at(&quiet, 50).as_secs_f64();
    println!(
        "\nThe median is {:.2} times that without a flood, with quotas off {:.2} times.",
        ratio(&limited),
        ratio(&unlimited)
    );
}

/// Renames a user every 50 ms, while another one asks for a taken name every 10 ms.
async fn measure(app: TestApp, is_flooded: bool) -> Measurement {
    let app = Arc::new(app);
    let flooder = app.user("flooder").await;
    app.user("taken_name").await;
    let mut others = Vec::new();
    for number in 0..REQUESTS / EACH {
        others.push(app.user(&format!("before_{number}")).await);
    }
    app.wire.take_calls();
    let mut measurement = Measurement::default();
    let (mut floods, mut renames) = (JoinSet::new(), JoinSet::new());
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for number in 0..REQUESTS {
        ticks.tick().await;
        app.clock.advance(SignedDuration::try_from(TICK).expect("a short time"));
        if is_flooded {
            floods.spawn(app.rename(&flooder, "taken_name").send());
        }
        if number % EACH == 0 {
            let user = others.pop().expect("a user for each rename");
            renames.spawn(rename(Arc::clone(&app), user, number));
        }
    }
    measurement.times = renames.join_all().await;
    measurement.times.sort();
    for answer in floods.join_all().await {
        match answer.status.as_u16() {
            409 => measurement.refused += 1,
            429 => measurement.limited += 1,
            _ => {}
        }
    }
    let calls = u32::try_from(app.wire.take_calls().len()).expect("few calls");
    measurement.calls = f64::from(calls) / f64::from(REQUESTS / EACH);
    measurement
}

/// Renames the user, and returns how long it took. Every rename must succeed; as a client does, it
/// repeats a 503.
async fn rename(app: Arc<TestApp>, user: TestUser, number: u32) -> Duration {
    let started = Instant::now();
    loop {
        let answer = app.rename(&user, &format!("after_{number}")).send().await;
        if answer.status != 503 {
            answer.expect("200");
            return started.elapsed();
        }
    }
}

fn print(measurement: &Measurement, name: &str) {
    let milliseconds = |part| at(measurement, part).as_secs_f64() * 1000.0;
    println!(
        "| {name} | {} of {} | {:.1} | {:.1} | {:.1} | {} | {} |",
        measurement.times.len(),
        REQUESTS / EACH,
        milliseconds(50),
        milliseconds(99),
        measurement.calls,
        measurement.refused,
        measurement.limited,
    );
}

/// The time that so many of a hundred renames took at most.
fn at(measurement: &Measurement, part: usize) -> Duration {
    measurement.times[(measurement.times.len() - 1) * part / 100]
}
