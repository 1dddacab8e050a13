//! How the history records violations and events.

use crate::data::bound::Bound;
use crate::data::history::{Event, History, Violation};
use crate::data::request::InFlight;
use crate::data::table::{COOLDOWN, HOLD, Status, Table, Tick, UserId};
use crate::data::transaction::Transaction;

impl History {
    /// Records a violation.
    pub fn record_violation(&mut self, violation: Violation) {
        self.violations |= violation as u16;
    }

    /// Records an event, if the bound looks for it.
    pub fn record_event(&mut self, bound: &Bound, event: Event) {
        self.seen |= bound.looked_for == Some(event);
    }

    /// Forgets the holds that are over at this instant.
    pub fn forget_past_holds(&mut self, time: Tick) {
        for hold in &mut self.held_for {
            *hold = hold.filter(|(_, until)| *until > time);
        }
    }

    /// Records that DynamoDB carried out a transaction of a request.
    pub fn record_commit(
        &mut self,
        bound: &Bound,
        in_flight: &InFlight,
        transaction: &Transaction,
        time: Tick,
    ) {
        if in_flight.changed && !in_flight.half_done {
            self.record_violation(Violation::ChangedTwice);
        }
        if in_flight.refused {
            self.record_violation(Violation::RefusedButChanged);
        }
        if in_flight.request.is_own_rename() && !in_flight.changed {
            self.record_counted_change(bound, transaction.user, in_flight.now);
        }
        if let (Some(from), Some(to)) = (transaction.from, transaction.to) {
            if from.key == to.key {
                self.record_event(bound, Event::Respelled);
            } else {
                let until = transaction.at + HOLD;
                self.held_for[usize::from(from.key)] =
                    (until > time).then_some((transaction.user, until));
            }
        }
    }

    fn record_counted_change(&mut self, bound: &Bound, user: UserId, now: Tick) {
        if let Some(last) = self.last_change[usize::from(user)].replace(now) {
            self.record_event(bound, Event::SecondChange);
            if now - last < COOLDOWN {
                self.record_violation(Violation::TooSoon);
            }
        }
    }

    /// Compares the table before and after a write for a user, and records what the write did.
    pub fn record_difference(
        &mut self,
        bound: &Bound,
        user: UserId,
        before: &Table,
        after: &Table,
    ) {
        if let (Some(old), Some(new)) = (before.user(user), after.user(user))
            && old.changed_at != new.changed_at
            && old.status != Status::Active
        {
            self.record_violation(Violation::NotActive);
        }
        for (old, new) in before.names.iter().zip(&after.names) {
            let (Some(old), Some(new)) = (old, new) else { continue };
            if old.held_until.is_some() && new.held_until.is_none() {
                let same_user = old.user == new.user;
                let event = if same_user { Event::TakenBack } else { Event::TakenAfterHold };
                self.record_event(bound, event);
            }
        }
    }
}
