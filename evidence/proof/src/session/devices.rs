//! The user's devices: each keeps its tokens, and repeats what was not answered.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

use super::recorder::Recorder;
use super::scenario::{AccessToken, Kind, Operation, Password, RefreshToken, Response, Tokens};

/// How often a device repeats a request that was not answered.
const REPEATS: u32 = 4;
/// Of so many answers one does not reach the device.
const LOST: u32 = 8;

/// What the user knows, on whatever device.
#[derive(Debug)]
pub struct Owner {
    /// The passwords that may be the user's, the latest first.
    passwords: Mutex<Vec<Password>>,
    /// The first device's refresh token, which a thief copies.
    pub exposed: Mutex<Option<RefreshToken>>,
}

impl Default for Owner {
    fn default() -> Self {
        Self { passwords: Mutex::new(vec![Password::FIRST]), exposed: Mutex::default() }
    }
}

impl Owner {
    /// Returns the passwords that may be the user's, the latest first.
    pub fn passwords(&self) -> Vec<Password> {
        self.passwords.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Chooses the next password.
    pub fn choose(&self) -> Password {
        let mut passwords = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        let next = Password(passwords.iter().map(|password| password.0).max().unwrap_or(0) + 1);
        passwords.insert(0, next);
        next
    }

    fn expose(&self, token: &RefreshToken) {
        let mut exposed = self.exposed.lock().unwrap_or_else(PoisonError::into_inner);
        *exposed = Some(token.clone());
    }
}

/// A device.
pub struct Device {
    /// Sends the requests.
    pub recorder: Arc<Recorder>,
    /// The user.
    pub owner: Arc<Owner>,
    /// The number of the device.
    pub number: u8,
    /// What decides on everything that the device does.
    pub random: fastrand::Rng,
    /// The kind of the history.
    pub kind: Kind,
    /// The tokens, while the device is signed in.
    pub tokens: Option<Tokens>,
}

impl Device {
    /// Does so many things, with pauses.
    pub async fn act(mut self, steps: u32) -> Self {
        // Logging in and changing the password should meet.
        let longest = if self.kind == Kind::Passwords { 300 } else { 1500 };
        for _ in 0..steps {
            self.pause(longest).await;
            match self.tokens.clone() {
                None => self.sign_in().await,
                Some(tokens) => self.use_session(tokens).await,
            }
        }
        self
    }

    /// Refreshes once more, reads, and ends with a log-in.
    pub async fn finish(mut self) {
        if let Some(tokens) = self.tokens.clone() {
            self.refresh(tokens.refresh, 1).await;
        }
        if let Some(access) = self.tokens.take().and_then(|tokens| tokens.access) {
            self.send(Operation::Read { access }).await;
        }
        if self.kind == Kind::Passwords && self.number == 0 {
            for password in self.owner.passwords() {
                self.send(Operation::LogIn { password, device: None }).await;
            }
        }
    }

    async fn use_session(&mut self, tokens: Tokens) {
        let Tokens { refresh, access } = tokens;
        let passwords = self.kind == Kind::Passwords;
        match (self.random.u8(..40), access) {
            (0..2, _) => self.log_out(refresh, false).await,
            (2, _) => self.log_out(refresh, true).await,
            (3..18, Some(access)) if passwords => self.change_password(access).await,
            (3..13, Some(access)) => self.read(access).await,
            (13..22, _) => self.refresh(refresh, 2).await,
            (22..24, _) => self.refresh(refresh, 5).await,
            _ => self.refresh(refresh, 1).await,
        }
    }

    async fn sign_in(&mut self) {
        let operation = if self.kind == Kind::Passwords {
            let password = self.known_password();
            Operation::LogIn { password, device: Some(self.number) }
        } else {
            Operation::Begin
        };
        if let Some(Response::SignedIn(tokens)) = self.send(operation).await {
            self.keep(tokens);
        }
    }

    /// One of the latest two passwords: the last change may not have happened, or not yet.
    fn known_password(&mut self) -> Password {
        let known = self.owner.passwords();
        let one = self.random.usize(..known.len().min(2));
        known.get(one).copied().unwrap_or(Password::FIRST)
    }

    fn keep(&mut self, tokens: Tokens) {
        if self.number == 0 {
            self.owner.expose(&tokens.refresh);
        }
        self.tokens = Some(tokens);
    }

    /// Refreshes from so many tabs at once, until one of them gets an answer. All of them are done before the
    /// device goes on.
    async fn refresh(&mut self, token: RefreshToken, tabs: u32) {
        for _ in 0..REPEATS {
            let mut requests = JoinSet::new();
            for tab in 0..tabs {
                let operation = Operation::Refresh { token: token.clone(), stolen: false };
                let (recorder, name) = (Arc::clone(&self.recorder), self.name());
                let pause = Duration::from_millis(u64::from(tab) * self.random.u64(..40));
                requests.spawn(async move {
                    tokio::time::sleep(pause).await;
                    recorder.send(&name, operation).await
                });
            }
            for response in requests.join_all().await {
                if self.random.u32(..LOST) == 0 {
                    continue;
                }
                match response {
                    Some(Response::SignedIn(tokens)) => {
                        self.keep(tokens);
                        return;
                    }
                    Some(Response::RefreshTokenInvalid) => {
                        self.tokens = None;
                        return;
                    }
                    _ => {}
                }
            }
            self.pause(4000).await;
        }
    }

    async fn read(&mut self, access: AccessToken) {
        self.send(Operation::Read { access }).await;
    }

    /// Logs out, perhaps while another tab refreshes, and tries the tokens once more.
    async fn log_out(&mut self, token: RefreshToken, everywhere: bool) {
        let refresh =
            |token: &RefreshToken| Operation::Refresh { token: token.clone(), stolen: false };
        let tab = self.random.bool().then(|| {
            let (recorder, name) = (Arc::clone(&self.recorder), self.name());
            let operation = refresh(&token);
            tokio::spawn(async move { recorder.send(&name, operation).await })
        });
        for _ in 0..REPEATS {
            let operation = Operation::LogOut { token: token.clone(), everywhere };
            if self.send(operation).await.is_some() {
                self.send(refresh(&token)).await;
                // Some users press the button again.
                if self.random.u8(..3) > 0 {
                    break;
                }
            }
            self.pause(2000).await;
        }
        if let Some(tab) = tab
            && let Ok(Some(Response::SignedIn(tokens))) = tab.await
        {
            self.send(refresh(&tokens.refresh)).await;
        }
        self.tokens = None;
    }

    /// Changes the password, repeats the request while it is not answered, and tries the tokens of before.
    async fn change_password(&mut self, access: AccessToken) {
        let old = self.known_password();
        let (new, before) = (self.owner.choose(), access.clone());
        let mut access = access;
        for _ in 0..REPEATS {
            let operation = Operation::ChangePassword { access: access.clone(), old, new };
            match self.send(operation).await {
                Some(Response::PasswordChanged(next)) => {
                    self.send(Operation::Read { access: before }).await;
                    if let Some(tokens) = &mut self.tokens {
                        tokens.access = Some(next);
                    }
                    return;
                }
                Some(Response::TokenRevoked | Response::TokenExpired) => {
                    let Some(tokens) = self.tokens.clone() else { return };
                    self.refresh(tokens.refresh, 1).await;
                    match self.tokens.as_ref().and_then(|tokens| tokens.access.clone()) {
                        Some(next) if next.session == access.session => access = next,
                        _ => return,
                    }
                }
                Some(Response::Conflict) | None => self.pause(1000).await,
                Some(_) => return,
            }
        }
    }

    /// Sends the operation. `None` when the device gets no answer, whether or not there was one.
    async fn send(&mut self, operation: Operation) -> Option<Response> {
        let response = self.recorder.send(&self.name(), operation).await;
        response.filter(|_| self.random.u32(..LOST) != 0)
    }

    async fn pause(&mut self, longest: u64) {
        if self.random.bool() {
            let pause = self.random.u64(..longest);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    fn name(&self) -> String {
        format!("device {}", self.number)
    }
}
