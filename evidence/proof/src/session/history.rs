//! One history: everybody sends requests at the same time, the clock advances meanwhile, and DynamoDB sweeps.
//!
//! A seed decides everything that happens in a history, but not the secrets of tokens.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::clients::Client;
use super::devices::{Device, Owner};
use super::mutant::Mutant;
use super::recorder::Recorder;
use super::scenario::{Kind, Operation, Password, Response, Tokens};
use super::world::World;
use crate::subject::History;

/// The number of devices.
const DEVICES: u8 = 3;
/// How often a device does something.
const STEPS: u32 = 6;
/// How often one stranger guesses before the window may be over, and how many strangers there are.
const GUESSES: u32 = 8;
const GUESSERS: u32 = 2;
/// A time that is longer than any call is under way.
const DRAIN_TIME: Duration = Duration::from_mins(1);

/// Runs the history of that seed.
pub(super) async fn run(seed: u64, mutant: Option<Mutant>) -> Result<History, Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = Box::pin(World::start(random.u64(..), mutant)).await?;
    let recorder = Arc::new(Recorder::new(world));
    let mut cast = Cast { recorder, owner: Arc::default(), kind: Kind::of(seed), random };
    match cast.kind {
        Kind::Guessing => cast.guess().await?,
        Kind::Refreshing | Kind::Passwords => cast.use_devices().await,
    }
    let malformed = cast.recorder.world.wire.malformed_call();
    malformed.map_or_else(|| Ok(cast.recorder.into_history()), |call| Err(call.into()))
}

/// Everybody who takes part.
struct Cast {
    recorder: Arc<Recorder>,
    owner: Arc<Owner>,
    kind: Kind,
    random: fastrand::Rng,
}

impl Cast {
    /// Devices use their sessions, among an administrator and perhaps a thief.
    async fn use_devices(&mut self) {
        let mut devices = JoinSet::new();
        for number in 0..DEVICES {
            let device = self.device(number).await;
            devices.spawn(device.act(STEPS));
        }
        self.wire_faults(true);
        let mut others = JoinSet::new();
        others.spawn(self.client().administer());
        if self.kind == Kind::Refreshing && self.random.bool() {
            others.spawn(self.client().steal());
        }
        let time = tokio::spawn(self.client().advance_time());
        let mut devices = devices.join_all().await;
        others.join_all().await;
        time.abort();
        // Every call that is still under way arrives.
        tokio::time::sleep(DRAIN_TIME).await;
        self.wire_faults(false);
        devices.sort_by_key(|device| device.number);
        for device in devices {
            device.finish().await;
        }
    }

    /// Strangers guess while the user logs in, in one window or in two.
    async fn guess(&mut self) -> Result<(), Box<dyn Error>> {
        for minutes in [self.random.choice([9, 40]).unwrap_or(9), 0] {
            self.recorder.world.import_password(Password::FIRST)?;
            self.wire_faults(true);
            let mut clients = JoinSet::new();
            for _ in 0..GUESSERS {
                clients.spawn(self.client().guess(GUESSES));
            }
            clients.spawn(self.client().log_in(3));
            clients.spawn(self.client().advance_time());
            clients.join_all().await;
            tokio::time::sleep(DRAIN_TIME).await;
            self.wire_faults(false);
            self.recorder.world.clock.advance(SignedDuration::from_mins(minutes));
        }
        Ok(())
    }

    fn wire_faults(&self, enabled: bool) {
        self.recorder.world.wire.set_faults_enabled(enabled);
    }

    fn client(&mut self) -> Client {
        Client {
            recorder: Arc::clone(&self.recorder),
            owner: Arc::clone(&self.owner),
            random: self.random.fork(),
            kind: self.kind,
        }
    }

    /// Returns a device that is signed in, or in a history with passwords perhaps not yet.
    async fn device(&mut self, number: u8) -> Device {
        let tokens = match self.kind {
            Kind::Passwords if self.random.bool() => None,
            _ => self.begin(number).await,
        };
        Device {
            recorder: Arc::clone(&self.recorder),
            owner: Arc::clone(&self.owner),
            number,
            random: self.random.fork(),
            kind: self.kind,
            tokens,
        }
    }

    async fn begin(&self, number: u8) -> Option<Tokens> {
        match self.recorder.send(&format!("device {number}"), Operation::Begin).await {
            Some(Response::SignedIn(tokens)) => Some(tokens),
            _ => None,
        }
    }
}
