//! How a function's process behaves when something goes wrong in it.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::Path;

use sandbox::lambda::{Answer, Function, NoAnswer};
use sandbox::{EmbeddedDynamoDb, EmbeddedKms, events};
use tokio::net::TcpListener;

const BINARY: &str = env!("CARGO_BIN_EXE_panicking-function");

#[tokio::test]
async fn a_panic_is_answered_with_500_and_the_process_lives_on() -> Result<(), Box<dyn Error>> {
    let dynamo_db =
        EmbeddedDynamoDb::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?, None)?;
    let kms = EmbeddedKms::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)?;
    let settings = events::settings(&dynamo_db, &kms);
    let mut function = Function::start(Path::new(BINARY), &settings).await?;
    let samples = events::of("change-username")?;
    let event = samples.iter().find(|sample| sample.case == "success").ok_or("no sample")?;
    for _ in 0..3 {
        let Answer::Response(answer) = function.invoke(event.event.clone()).await? else {
            return Err("no response".into());
        };
        assert_eq!(answer["statusCode"], 500);
        assert_eq!(answer["headers"]["x-error-code"], "INTERNAL");
        assert!(!answer.to_string().contains("secret"), "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_missing_setting_ends_the_process_at_once() -> Result<(), Box<dyn Error>> {
    let mut function = Function::start(Path::new(BINARY), &[("STAGE", "dev".to_owned())]).await?;
    assert!(matches!(function.answer().await, Err(NoAnswer::Ended(_))));
    Ok(())
}
