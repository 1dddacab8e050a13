//! Whoever else there is: the administrator, the thief, the strangers who guess, and the clock.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;

use super::devices::Owner;
use super::recorder::Recorder;
use super::scenario::NAMES;
use super::scenario::{Kind, Operation, Password, Response};

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

/// How often the administrator does something.
const STEPS: u32 = 4;
/// How often the thief does.
const THEFTS: u32 = 5;

/// Somebody who sends requests.
pub struct Client {
    /// Sends the requests.
    pub recorder: Arc<Recorder>,
    /// The user.
    pub owner: Arc<Owner>,
    /// What decides on everything that the client does.
    pub random: fastrand::Rng,
    /// The kind of the history.
    pub kind: Kind,
}

impl Client {
    /// An administrator blocks and unblocks the user, sets the password, and renames the user.
    pub async fn administer(mut self) {
        for _ in 0..STEPS {
            self.pause(4000).await;
            match (self.random.u8(..6), self.kind) {
                (0, _) => self.block().await,
                (1, Kind::Passwords) => {
                    let new = self.owner.choose();
                    self.send("admin", Operation::SetPassword { new }).await;
                }
                (2..4, Kind::Refreshing) => {
                    let to = self.random.choice(NAMES).unwrap_or(NAMES[0]);
                    self.send("admin", Operation::Rename { to }).await;
                }
                _ => {}
            }
        }
        // Whatever was not answered, the user ends up active.
        self.unblock().await;
    }

    async fn block(&mut self) {
        for _ in 0..2 {
            let blocked = self.send("admin", Operation::SetActive { active: false }).await;
            if blocked == Some(Response::User) {
                break;
            }
        }
        self.pause(1500).await;
        self.unblock().await;
    }

    async fn unblock(&mut self) {
        for _ in 0..4 {
            let active = self.send("admin", Operation::SetActive { active: true }).await;
            if active == Some(Response::User) {
                break;
            }
        }
    }

    /// A thief copies the first device's refresh token, and uses the copy and what it yields.
    pub async fn steal(mut self) {
        self.pause(6000).await;
        let exposed = self.owner.exposed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(mut token) = exposed else { return };
        for _ in 0..THEFTS {
            self.pause(4000).await;
            let operation = Operation::Refresh { token: token.clone(), stolen: true };
            match self.send("thief", operation).await {
                Some(Response::SignedIn(tokens)) if self.random.bool() => token = tokens.refresh,
                _ => {}
            }
        }
    }

    /// A stranger guesses.
    pub async fn guess(mut self, guesses: u32) {
        for _ in 0..guesses {
            self.pause(300).await;
            self.send("guesser", log_in(Password::WRONG)).await;
        }
    }

    /// The user logs in from elsewhere.
    pub async fn log_in(mut self, times: u32) {
        for _ in 0..times {
            self.pause(800).await;
            self.send("visitor", log_in(Password::FIRST)).await;
        }
    }

    /// Advances the clock at random times, and DynamoDB sweeps. While somebody guesses, the clock advances by
    /// less than two minutes in all.
    pub async fn advance_time(mut self) {
        let mut left = 4;
        while self.kind != Kind::Guessing || left > 0 {
            left -= 1;
            let pause = self.random.u64(1..1500);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let span = self.span();
            self.recorder.world.clock.advance(SignedDuration::from_millis(span));
            self.recorder.world.wire.note(format!("clock + {span} ms"));
            if self.random.u8(..8) == 0 {
                let swept = self.recorder.world.table.sweep();
                self.recorder.world.wire.note(format!("DynamoDB sweeps: {swept:?}"));
            }
        }
    }

    fn span(&mut self) -> i64 {
        let short = [1, 1000, MINUTE / 2];
        let about_grace = [MINUTE - 1, MINUTE, MINUTE + 1];
        let number = self.random.usize(..3);
        match (self.random.u8(..40), self.kind) {
            (0..18, _) | (_, Kind::Guessing) => short[number],
            (18..34, _) => about_grace[number],
            (34..38, _) => [MINUTE * 6, MINUTE * 10, MINUTE * 11][number],
            (_, Kind::Refreshing) => [DAY, DAY * 30 - 1, DAY * 30][number],
            _ => 1,
        }
    }

    async fn send(&mut self, name: &str, operation: Operation) -> Option<Response> {
        self.recorder.send(name, operation).await
    }

    async fn pause(&mut self, longest: u64) {
        let pause = self.random.u64(..longest);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

/// A log-in that names no device.
fn log_in(password: Password) -> Operation {
    Operation::LogIn { password, device: None }
}
