//! Signing out: by the client here or everywhere, and by a refusal that the client did not deserve.

use super::data::bound::Bound;
use super::data::faults::Fault;
use super::data::history::{Event, Violation};
use super::data::request::{Holder, InFlight, Seen, TokenCall, WithToken};
use super::data::state::State;

impl State {
    /// Reads the session and the user at one moment.
    pub(crate) fn read_both(&self, request: WithToken) -> WithToken {
        let session = Seen::read(self.table.session(request.token.session));
        WithToken { session, user: Seen::read(self.table.user), ..request }
    }

    /// Reads the user, or the session, of a request.
    pub(crate) fn read_one(&self, request: WithToken, user: bool) -> WithToken {
        if user {
            WithToken { user: Seen::read(self.table.user), ..request }
        } else {
            let session = Seen::read(self.table.session(request.token.session));
            WithToken { session, ..request }
        }
    }

    /// Records an event, if the bound looks for it.
    pub(crate) fn record_event(&mut self, bound: &Bound, event: Event) {
        self.history.seen |= bound.looked_for == Some(event);
    }

    /// Records an event, if it happened and the bound looks for it.
    pub(crate) fn record_event_if(&mut self, bound: &Bound, happened: bool, event: Event) {
        if happened {
            self.record_event(bound, event);
        }
    }

    /// Whether the session's refresh may be refused: it was ended by its user, by a thief, by what
    /// raises the epoch, or by time.
    fn may_refuse(&self, request: WithToken) -> bool {
        let session = self.table.session(request.token.session);
        let is_past = session.is_none_or(|it| it.era < self.history.era || it.is_over(self.time));
        let is_active = self.table.user.is_some_and(|user| user.active);
        let by_user = self.history.logged_out && request.token.session == 0;
        is_past || !is_active || by_user || self.history.stolen
    }
}

impl Bound {
    /// Refuses a refresh with 401. An honest client that held this token is now signed out.
    pub(crate) fn refuse(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
    ) -> Option<WithToken> {
        let is_held = state.token(refresh.holder) == Some(refresh.token);
        if is_held && !in_flight.given_up {
            if refresh.holder.is_honest() {
                self.record_sign_out(state, refresh);
            }
            state.tokens[refresh.holder as usize] = None;
        }
        None
    }

    /// Refuses a refresh because the token is too old.
    pub(crate) fn refuse_old(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        refresh: WithToken,
    ) -> Option<WithToken> {
        let session = state.table.session(refresh.token.session);
        let goes_on = refresh.token.right_tag && session.is_some_and(|session| !session.ended);
        state.history.record_if(goes_on, Violation::ReuseWithoutEnd);
        self.refuse(state, in_flight, refresh)
    }

    /// Records that a session is over for its client, unless there is a reason.
    pub(crate) fn record_sign_out(&self, state: &mut State, refresh: WithToken) {
        if !refresh.token.right_tag || state.may_refuse(refresh) {
            return;
        }
        if self.is_within_budget(state) {
            state.history.record_violation(Violation::SignedOut);
        } else {
            state.record_event(self, Event::SignedOutBeyondBudget);
        }
    }

    /// Whether no more answers were lost than a client may lose. Within the grace it may lose any.
    fn is_within_budget(&self, state: &State) -> bool {
        state.lost <= self.late_repeats || self.horizon == 0
    }

    /// Decides what signing out does when both items are read. Returns `None` when it is over.
    pub(crate) fn decide_logout(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        request: WithToken,
        everywhere: bool,
    ) -> Option<WithToken> {
        let Some(session) = request.session.found().filter(|session| {
            let is_right = request.token.right_tag || self.has(Fault::EndsOnWrongTag);
            is_right && !session.ended
        }) else {
            return self.signed_out(state, in_flight, request, everywhere);
        };
        let is_present = |active: bool, epoch| active && epoch == session.epoch;
        let user = request.user.found();
        let is_open = user.is_some_and(|user| is_present(user.active, user.epoch))
            && !session.is_over(in_flight.now(state));
        let is_served = request.is_current(&session)
            || request.is_predecessor(&session) && !self.has(Fault::EverywhereNeedsCurrent);
        let raises = everywhere && is_open && is_served;
        let raises_first = raises && !self.has(Fault::EndsBeforeRaising);
        let call = if raises_first { TokenCall::Raise } else { TokenCall::End };
        // Whether it raises at all is in the user that it remembers.
        let user = if raises { request.user } else { Seen::Absent };
        Some(WithToken { call, user, ..request })
    }

    /// Makes the next call of signing out. Returns `None` when it is over.
    pub(crate) fn call_logout(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        request: WithToken,
        everywhere: bool,
        answered: bool,
    ) -> Option<WithToken> {
        let raises_last = request.user.found().is_some() && self.has(Fault::EndsBeforeRaising);
        match request.call {
            TokenCall::Raise => {
                state.raise_epoch();
                if !answered {
                    return Some(request);
                }
                if !raises_last {
                    return Some(WithToken { call: TokenCall::End, ..request });
                }
            }
            TokenCall::End => {
                self.end_session(state, request);
                state.history.logged_out |= request.token.right_tag;
                if raises_last {
                    return Some(WithToken { call: TokenCall::Raise, ..request });
                }
            }
            _ => {
                let read = state.read_both(request);
                return self.decide_logout(state, in_flight, read, everywhere);
            }
        }
        self.signed_out(state, in_flight, request, everywhere)
    }

    /// Answers 204.
    fn signed_out(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        request: WithToken,
        everywhere: bool,
    ) -> Option<WithToken> {
        if !in_flight.given_up && request.token.right_tag {
            let [own, other] = [0, Holder::Other.session()].map(|id| state.table.session(id));
            let goes_on = own
                .zip(other)
                .is_some_and(|(own, other)| own.era == other.era && state.table.is_alive(&other));
            let is_false = everywhere && goes_on && self.is_within_budget(state);
            state.history.record_if(is_false, Violation::NotEverywhere);
            state.tokens[request.holder as usize] = None;
        }
        None
    }
}
