//! A refresh: what it decides between two calls, and its calls.

use super::data::bound::Bound;
use super::data::faults::Fault;
use super::data::history::{Event, Violation};
use super::data::request::{Access, InFlight, Progress, Seen, TokenCall, WithToken};
use super::data::state::State;
use super::data::table::{SKEW, Secret, Session, Tick};

impl WithToken {
    /// Whether both items are read.
    pub fn is_read(&self) -> bool {
        !self.user.is_unread() && !self.session.is_unread()
    }

    /// Whether the token is the session's current one.
    pub fn is_current(&self, session: &Session) -> bool {
        self.token.generation == session.generation && self.token.secret == session.hash
    }

    /// Whether the token's successor is the session's current token.
    pub fn is_predecessor(&self, session: &Session) -> bool {
        self.token.generation + 1 == session.generation
            && self.token.secret.successor(session.nonce) == session.hash
    }

    /// Returns the request as it reads again, because another request wrote first.
    fn overtaken(self) -> Self {
        let (user, session) = (Seen::Unread, Seen::Unread);
        Self { call: TokenCall::Read, user, session, overtaken: true, ..self }
    }

    fn calling(self, call: TokenCall) -> Self {
        Self { call, ..self }
    }
}

impl InFlight {
    /// Returns the request with other progress.
    pub(crate) fn with(self, progress: Progress) -> Self {
        Self { progress, ..self }
    }

    /// Returns the time that the function's clock shows.
    pub(crate) fn now(&self, state: &State) -> Tick {
        state.time - self.back
    }
}

impl Bound {
    /// Decides what follows when both items are read. Returns `None` when the refresh is over.
    pub(crate) fn decide_refresh(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
    ) -> Option<WithToken> {
        let now = in_flight.now(state);
        let read = refresh.session.found().zip(refresh.user.found());
        let Some((session, user)) = read.filter(|(session, user)| {
            let is_over = session.is_over(now) && !self.has(Fault::TrustsTtl);
            user.active && !session.ended && !is_over
        }) else {
            return self.refuse(state, in_flight, refresh);
        };
        if session.epoch != user.epoch {
            let may_be_torn = refresh.call == TokenCall::Read && !self.has(Fault::TrustsTornReads);
            return if may_be_torn {
                Some(refresh.calling(TokenCall::ReadAgain))
            } else {
                self.refuse(state, in_flight, refresh)
            };
        }
        if refresh.call == TokenCall::ReadAgain {
            state.record_event(self, Event::TornRead);
        }
        if !refresh.token.right_tag {
            return if self.has(Fault::EndsOnWrongTag) {
                Some(refresh.calling(TokenCall::End))
            } else {
                self.refuse(state, in_flight, refresh)
            };
        }
        let over_for_all = session.is_over(state.time - SKEW);
        state.history.record_if(over_for_all, Violation::OverYielded);
        if refresh.is_current(&session) {
            return Some(refresh.calling(TokenCall::Rotate));
        }
        self.decide_repeat(state, in_flight, refresh, &session)
    }

    /// Decides what follows when the token is not the current one.
    fn decide_repeat(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
        session: &Session,
    ) -> Option<WithToken> {
        let overtaken = refresh.overtaken && !self.has(Fault::OvertakenIsLate);
        let elapsed = in_flight.now(state) - session.grace_from;
        let in_grace = elapsed <= 0 && !self.has(Fault::NoGrace);
        if refresh.is_predecessor(session) {
            if overtaken || in_grace {
                state.record_event(self, Event::RepeatedInGrace);
                self.give_successor(state, in_flight, refresh, session);
                return None;
            }
            if session.late < self.late_repeats {
                return Some(refresh.calling(TokenCall::CountLate));
            }
        } else if refresh.overtaken && !self.has(Fault::OvertakenEnds) {
            state.record_event(self, Event::OvertakenTwice);
            return None;
        }
        if self.has(Fault::ReuseEndsNothing) {
            return self.refuse_old(state, in_flight, refresh);
        }
        Some(refresh.calling(TokenCall::End))
    }

    /// Makes the next call of a refresh. Returns `None` when the refresh is over.
    pub(crate) fn call_refresh(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
        answered: bool,
    ) -> Option<WithToken> {
        match refresh.call {
            TokenCall::Read | TokenCall::ReadAgain => {
                let read = state.read_both(refresh);
                self.decide_refresh(state, in_flight, read)
            }
            TokenCall::Rotate => self.rotate(state, in_flight, refresh, answered),
            TokenCall::CountLate => self.count_late(state, in_flight, refresh, answered),
            TokenCall::End | TokenCall::Raise => {
                if self.end_session(state, refresh) {
                    self.record_sign_out(state, refresh);
                }
                self.refuse_old(state, in_flight, refresh)
            }
        }
    }

    fn rotate(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
        answered: bool,
    ) -> Option<WithToken> {
        let may_rotate = |session: &Session| {
            let is_open = !session.ended || self.has(Fault::RotatesEnded);
            refresh.is_current(session) && is_open || self.has(Fault::RotatesUnconditionally)
        };
        let Some(session) = state.table.session(refresh.token.session).filter(may_rotate) else {
            state.record_event(self, Event::Overtaken);
            let gone = state.table.session(refresh.token.session).is_none();
            state.record_event_if(self, gone, Event::SweptUnderWay);
            return Some(refresh.overtaken());
        };
        state.history.record_if(session.ended, Violation::EndedYielded);
        state.history.record_if(!refresh.token.right_tag, Violation::ForgedWrote);
        state.history.drawn += 1;
        let nonce = state.history.drawn;
        let hash = if self.has(Fault::RandomSuccessor) {
            Secret::random(nonce)
        } else {
            refresh.token.secret.successor(nonce)
        };
        let generation = refresh.token.generation + 1;
        let now = in_flight.now(state);
        let rotated =
            Session { generation, hash, nonce, rotated_at: now, grace_from: now, ..session };
        *state.table.session_mut(refresh.token.session) = Some(rotated);
        if !answered {
            return Some(refresh);
        }
        self.give(state, in_flight, refresh, hash);
        None
    }

    fn count_late(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
        answered: bool,
    ) -> Option<WithToken> {
        let read = refresh.session.found()?;
        let may_count = |session: &&mut Session| {
            let is_open = !session.ended || self.has(Fault::LateRepeatsEnded);
            let has_budget = if self.has(Fault::EachLateCounts) {
                session.late < self.late_repeats
            } else {
                session.late == read.late
            };
            session.generation == read.generation && has_budget && is_open
        };
        let now = in_flight.now(state);
        let slot = state.table.session_mut(refresh.token.session).as_mut();
        let Some(session) = slot.filter(may_count) else {
            return Some(refresh.overtaken());
        };
        session.late += u8::from(!self.has(Fault::LateNotCounted));
        if !self.has(Fault::LateHasNoGrace) {
            session.grace_from = now;
        }
        let ended = session.ended;
        state.history.record_if(ended, Violation::EndedYielded);
        if !answered {
            return Some(refresh);
        }
        state.history.late_served += u8::from(refresh.token.session == 0);
        let spent = state.history.late_served == self.late_repeats;
        state.record_event(self, Event::RepeatedLate);
        state.record_event_if(self, spent, Event::BudgetSpent);
        self.give_successor(state, in_flight, refresh, &read);
        None
    }

    /// Ends the session, if it was not ended yet. Returns whether it did.
    pub(crate) fn end_session(&self, state: &mut State, request: WithToken) -> bool {
        let slot = state.table.session_mut(request.token.session).as_mut();
        let Some(session) = slot.filter(|session| !session.ended) else { return false };
        session.ended = true;
        state.history.record_if(!request.token.right_tag, Violation::ForgedWrote);
        let by_reuse = state.history.stolen;
        state.record_event_if(self, by_reuse, Event::ReuseEnded);
        true
    }

    /// Gives the successor that the token leads to.
    fn give_successor(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
        session: &Session,
    ) {
        let secret = refresh.token.secret.successor(session.nonce);
        self.give(state, in_flight, refresh, secret);
    }

    /// Gives a new pair of tokens: an access token with the session's epoch as read, and a successor.
    fn give(&self, state: &mut State, in_flight: &InFlight, refresh: WithToken, secret: Secret) {
        let Some(session) = refresh.session.found() else { return };
        let mut access = Access { epoch: session.epoch, era: session.era };
        if let Some(user) = state.table.user
            && self.has(Fault::MintsUsersEpoch)
        {
            access.epoch = user.epoch;
        }
        state.history.record_mint(access);
        let mut successor = refresh.token;
        successor.generation += 1;
        successor.secret = secret;
        if refresh.token.session == 0 {
            let first = &mut state.history.successors[usize::from(refresh.token.generation)];
            let is_other = *first.get_or_insert(secret) != secret;
            state.history.record_if(is_other, Violation::SecondSuccessor);
        }
        let holder = refresh.holder as usize;
        let is_newer =
            state.tokens[holder].is_some_and(|held| held.generation < successor.generation);
        if !in_flight.given_up && is_newer {
            state.tokens[holder] = Some(successor);
            state.access[holder] = Some(access);
        }
    }
}
