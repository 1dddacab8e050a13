//! Whether the ways of failing to sign in take the same time.
//!
//! Whoever measures the time of an answer should not learn whether a name is in use.

use std::error::Error;
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::time::Duration;

use sandbox::lambda::{Answer, Function};
use serde_json::{Value, json};

use crate::binaries::Binary;
use crate::figures::{median, milliseconds, quantile};
use crate::measure::time_invocation;
use crate::scenario;
use crate::upstream::DynamoDb;

/// The most that the medians of two ways may differ.
const TOLERANCE: Duration = Duration::from_millis(5);
/// How often one name is tried: from the hundredth failure in a row on, strangers have one attempt in a window.
const TRIES_OF_A_NAME: usize = 90;
/// The password of the users who have one.
const PASSWORD: &str = "Difference-Engine-1822";

/// The functions that take part.
pub(crate) struct Binaries {
    /// Fails.
    pub(crate) log_in: Binary,
    /// Creates those who fail.
    pub(crate) create_user: Binary,
    /// Renames, blocks and deletes them.
    pub(crate) update_user: Binary,
}

/// A way of failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    WrongPassword,
    UnknownName,
    HeldName,
    NoPassword,
    Blocked,
    Deleted,
}

impl Way {
    const ALL: [(Self, &str); 6] = [
        (Self::WrongPassword, "a wrong password"),
        (Self::UnknownName, "a name that nobody has"),
        (Self::HeldName, "a name that its owner gave up"),
        (Self::NoPassword, "a user without a password"),
        (Self::Blocked, "a wrong password of a blocked user"),
        (Self::Deleted, "a deleted user"),
    ];

    /// What makes a new user fail in this way, besides the password that the user is created with.
    fn change(self, name: &str) -> Option<Value> {
        match self {
            Self::HeldName => Some(json!({ "username": format!("{name}.now") })),
            Self::Blocked => Some(json!({ "status": "BLOCKED" })),
            Self::Deleted => Some(json!({ "status": "DELETED" })),
            Self::WrongPassword | Self::UnknownName | Self::NoPassword => None,
        }
    }
}

/// Fails that many times in each way, by turns. Returns the medians as a table.
///
/// # Errors
/// When two medians differ by more than 5 ms.
pub(crate) async fn compare(binaries: &Binaries, times: usize) -> Result<String, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::signing_in(&dynamo_db);
    let names = create_users(binaries, &settings, times.div_ceil(TRIES_OF_A_NAME)).await?;
    let mut log_in = Function::start(&binaries.log_in.path, &settings).await?;
    let event: Value = serde_json::from_str(&scenario::success("log-in")?)?;
    let mut taken = Way::ALL.map(|_| Vec::new());
    for number in 0..times {
        for ((_, names), taken) in names.iter().zip(&mut taken) {
            let mut event = event.clone();
            let name = names.get(number / TRIES_OF_A_NAME).ok_or("no name is left")?;
            event["body"] = json!(json!({ "username": name, "password": "wrong" }).to_string());
            event["requestContext"]["http"]["sourceIp"] = json!(source(number).to_string());
            let (time, answer) = time_invocation(&mut log_in, &event.to_string()).await?;
            scenario::check_status(&answer, &[401])?;
            taken.push(time);
        }
    }
    let medians = taken.each_ref().map(|taken| median(taken));
    let spread =
        medians.iter().max().zip(medians.iter().min()).map(|(most, least)| most.abs_diff(*least));
    let spread = spread.unwrap_or_default();
    let mut table = "| 401 for | p50, ms | p99, ms |\n|---|--:|--:|\n".to_owned();
    for ((_, name), taken) in Way::ALL.iter().zip(&taken) {
        let (middle, tail) = (milliseconds(median(taken)), milliseconds(quantile(taken, 0.99)));
        writeln!(table, "| {name} | {middle} | {tail} |")?;
    }
    writeln!(table, "\nThe medians differ by {} ms at most.", milliseconds(spread))?;
    if spread > TOLERANCE {
        return Err(format!("the ways of failing take different times:\n\n{table}").into());
    }
    Ok(table)
}

/// An address for each failure, since one of them may not fail without end.
fn source(number: usize) -> Ipv4Addr {
    Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(number).unwrap_or_default())
}

/// Creates that many users who fail in each way. Returns the names to try.
async fn create_users(
    binaries: &Binaries,
    settings: &[(&str, String)],
    count: usize,
) -> Result<Vec<(Way, Vec<String>)>, Box<dyn Error>> {
    let mut create = Function::start(&binaries.create_user.path, settings).await?;
    let mut update = Function::start(&binaries.update_user.path, settings).await?;
    let mut all = Vec::new();
    for (at, (way, _)) in Way::ALL.into_iter().enumerate() {
        let names: Vec<_> = (0..count).map(|number| format!("fails.{at}.{number}.times")).collect();
        for name in names.iter().filter(|_| way != Way::UnknownName) {
            let mut user = json!({ "username": name, "firstName": "Charles" });
            if way != Way::NoPassword {
                user["password"] = json!(PASSWORD);
            }
            let created = send(&mut create, "create-user", &user).await?;
            if let Some(mut change) = way.change(name) {
                change["userId"] = created["userId"].clone();
                send(&mut update, "update-user", &change).await?;
            }
        }
        all.push((way, names));
    }
    Ok(all)
}

/// Sends a body in place of that of the function's successful event, which an administrator sends.
async fn send(function: &mut Function, name: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
    let mut event: Value = serde_json::from_str(&scenario::success(name)?)?;
    event["body"] = json!(body.to_string());
    let answer = function.invoke(event.to_string()).await?;
    scenario::check(&answer)?;
    let Answer::Response(response) = answer else { return Err("not a response".into()) };
    Ok(serde_json::from_str(response["body"].as_str().unwrap_or_default())?)
}
