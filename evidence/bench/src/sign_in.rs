//! Sign-ins and refreshes, one after the other, with one whole processor.

use std::error::Error;
use std::fmt::Write;

use sandbox::lambda::Answer;
use serde_json::{Value, json};

use crate::binaries::Binary;
use crate::figures::{median, milliseconds, quantile};
use crate::measure::{NextEvent, Warm, in_turn};
use crate::scenario;
use crate::upstream::DynamoDb;

/// A refresh takes so much less than a sign-in that more of them fit into the time.
const SIGN_INS_PER_REFRESH: usize = 10;

/// Measures sign-ins by `log_in` and refreshes by `refresh`. Returns the times as a table.
pub(crate) async fn requests(
    log_in: &Binary,
    refresh: &Binary,
    invocations: usize,
) -> Result<String, Box<dyn Error>> {
    let success = scenario::success("log-in")?;
    let refreshes = chain(scenario::success("refresh-session")?);
    let (sign_ins, count) = (in_turn([success]), invocations / SIGN_INS_PER_REFRESH);
    let rows =
        [("log-in", log_in, sign_ins, count), ("refresh-session", refresh, refreshes, invocations)];
    let mut table = "| | p50, ms | p99, ms | CPU, ms | a second and processor | peak memory, MB |\n|---|--:|--:|--:|--:|--:|\n".to_owned();
    for (name, binary, next, times) in rows {
        let dynamo_db = DynamoDb::start().await?;
        let mut warm = Warm::start(&binary.path, &scenario::signing_in(&dynamo_db), next).await?;
        warm.invoke(times).await?;
        let cpu = warm.cpu_of_one();
        writeln!(
            table,
            "| {name} | {} | {} | {} | {:.0} | {} |",
            milliseconds(median(&warm.taken)),
            milliseconds(quantile(&warm.taken, 0.99)),
            milliseconds(cpu),
            1.0 / cpu.as_secs_f64(),
            crate::figures::megabytes(warm.peak_memory()?),
        )?;
    }
    Ok(table)
}

/// Refreshes that each present the refresh token of the answer before; the first presents that of the event.
fn chain(first: String) -> NextEvent {
    Box::new(move |before| {
        let Some(Answer::Response(answer)) = before else { return Ok(first.clone()) };
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
        let mut event: Value = serde_json::from_str(&first)?;
        event["body"] = json!(json!({ "refreshToken": body["refreshToken"] }).to_string());
        Ok(event.to_string())
    })
}
