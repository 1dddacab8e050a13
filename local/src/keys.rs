//! `nameplate keys`: the keys that sign the access tokens of a deployment. It is the one command that reaches AWS,
//! with the credentials of the environment.

use std::error::Error;

use jiff::Timestamp;
use shared::clock::{Clock, SystemClock};
use shared::config::env;
use shared::sign_in::{not_before, revoke, rotate, schedule};
use shared::store::{Custody, DynamoDb, Kms, Store, Tables};

use crate::options::{Deployment, Keys};

/// Runs the command.
pub(crate) fn run(keys: &Keys) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run_on(keys, SystemClock.now()))
}

#[expect(clippy::print_stdout, reason = "what was done is this command's output")]
async fn run_on(keys: &Keys, now: Timestamp) -> Result<(), Box<dyn Error>> {
    match keys {
        Keys::Rotate { deployment, kms_key, algorithm, access_token_lifetime } => {
            let (store, kms) = deployment.open()?;
            let custody = Custody::Envelope(kms.encrypting_with(kms_key.clone()));
            let made = rotate(&store, &custody, *algorithm, *access_token_lifetime, now).await?;
            println!("{} signs from {} on", made.kid, made.sign_from);
        }
        Keys::List { deployment } => {
            let (store, _) = deployment.open()?;
            let schedule = schedule(&store).await?;
            let signing = schedule.signing_at(now).map(|key| key.id().to_owned());
            for key in &schedule.keys {
                let until = key.verify_until.map_or_else(|| "-".to_owned(), |at| at.to_string());
                let state = if signing.as_deref() == Some(key.id()) { "signs" } else { "" };
                println!("{} {:<6} {} {until} {state}", key.id(), key.algorithm(), key.sign_from);
            }
        }
        Keys::Revoke { deployment, kid } => {
            revoke(&deployment.open()?.0, kid, now).await?;
            println!("{kid} verifies no longer; functions that run know it within 5 minutes");
        }
        Keys::NotBefore { deployment, instant } => {
            not_before(&deployment.open()?.0, *instant).await?;
            println!("sign-ins before {instant} count no longer");
        }
    }
    Ok(())
}

impl Deployment {
    fn open(&self) -> Result<(Store, Kms), Box<dyn Error>> {
        let required = |name: &str| env(name).ok_or_else(|| format!("{name} is not set"));
        let account = DynamoDb {
            region: self.region.clone(),
            endpoint: env("AWS_ENDPOINT_URL_DYNAMODB"),
            access_key_id: required("AWS_ACCESS_KEY_ID")?,
            secret_access_key: required("AWS_SECRET_ACCESS_KEY")?.into(),
            session_token: env("AWS_SESSION_TOKEN").map(Into::into),
            ca_bundle: env("AWS_CA_BUNDLE").map(Into::into),
        };
        let tables =
            Tables { users: self.users_table.clone(), credentials: self.credentials_table.clone() };
        let endpoint = env("AWS_ENDPOINT_URL_KMS");
        let kms = Kms::new(&account, account.https()?, endpoint, self.stage.as_str());
        Ok((Store::new(account.client(account.https()?), tables), kms))
    }
}
