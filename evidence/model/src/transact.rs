//! A transaction of conditional writes on the table.
//!
//! It follows `shared/src/store/actions.rs` and `read_cancellation` in `commit.rs`. A transaction is
//! one step, because `TransactWriteItems` is atomic.

use crate::data::faults::{Fault, Faults};
use crate::data::table::{COOLDOWN, HOLD, Name, NameRecord, Status, Table, Tick, User, UserId};
use crate::data::transaction::{Outcome, Part, Transaction, UserWrite};

impl Table {
    /// Carries out the transaction if all of its conditions hold.
    pub fn transact(&mut self, transaction: &Transaction, part: Part, faults: Faults) -> Outcome {
        match self.failed_condition(transaction, part, faults) {
            Some(failure) if !faults.has(Fault::NoConditions) => failure,
            _ => {
                self.write(transaction, part, faults);
                Outcome::Committed
            }
        }
    }

    /// The TTL sweep deletes the name record with this key, if its hold is over.
    pub fn sweep(&mut self, key: u8, now: Tick) {
        let slot = &mut self.names[usize::from(key)];
        *slot = slot.filter(|record| !record.hold_is_over(now));
    }

    /// The condition on a new name: no record, the user's own record, or a hold that is over.
    pub fn is_free_for(&self, name: Name, user: UserId, at: Tick, faults: Faults) -> bool {
        if faults.has(Fault::NoNewNameCondition) {
            return true;
        }
        self.name_record(name).is_none_or(|record| {
            let is_over = record.hold_is_over(at) && !faults.has(Fault::WaitsForTtl);
            let is_stolen = record.held_until.is_some() && faults.has(Fault::TakesHeldNames);
            record.user == user || is_over || is_stolen
        })
    }

    /// The condition on the old name: the user has it and has not given it up.
    fn in_use_by(&self, name: Name, user: UserId) -> bool {
        self.name_record(name)
            .is_some_and(|record| record.user == user && record.held_until.is_none())
    }

    /// Returns the outcome of the first condition that fails.
    fn failed_condition(
        &self,
        transaction: &Transaction,
        part: Part,
        faults: Faults,
    ) -> Option<Outcome> {
        let user = self.user(transaction.user);
        if part != Part::Names && !user_condition_holds(user, transaction, faults) {
            return Some(Outcome::Stale(user));
        }
        if part == Part::User {
            return None;
        }
        match (transaction.from, transaction.to) {
            (_, None) => None,
            (Some(from), Some(to)) if from.key == to.key => {
                (!self.in_use_by(from, transaction.user)).then_some(Outcome::LostName)
            }
            (_, Some(to)) if !self.is_free_for(to, transaction.user, transaction.at, faults) => {
                Some(Outcome::Taken)
            }
            (Some(from), _) if !faults.has(Fault::NoOldNameCondition) => {
                (!self.in_use_by(from, transaction.user)).then_some(Outcome::LostName)
            }
            _ => None,
        }
    }

    fn write(&mut self, transaction: &Transaction, part: Part, faults: Faults) {
        if part != Part::Names {
            self.write_user(transaction, faults);
        }
        if part != Part::User {
            self.write_names(transaction, faults);
        }
    }

    fn write_user(&mut self, transaction: &Transaction, faults: Faults) {
        let slot = &mut self.users[usize::from(transaction.user)];
        match transaction.write {
            UserWrite::Create(user) => *slot = Some(user),
            UserWrite::Rename { .. } => {
                if let (Some(user), Some(name)) = (slot.as_mut(), transaction.to) {
                    user.name = name;
                    user.changed_at = Some(transaction.at);
                    user.updated_at = transaction.at;
                    user.version += 1;
                }
            }
            UserWrite::Update { before, after } => {
                if let Some(user) = slot {
                    write_difference(user, before, after);
                    if faults.has(Fault::DeletionFreesName) && after.status == Status::Deleted {
                        self.names[usize::from(user.name.key)] = None;
                    }
                }
            }
        }
    }

    fn write_names(&mut self, transaction: &Transaction, faults: Faults) {
        let Transaction { user, from, to: Some(to), at, .. } = *transaction else { return };
        self.names[usize::from(to.key)] = Some(NameRecord::in_use(user, to));
        if let Some(from) = from.filter(|from| from.key != to.key) {
            let held_until = (!faults.has(Fault::HoldsForEver)).then_some(at + HOLD);
            let held = NameRecord { user, name: from, held_until };
            self.names[usize::from(from.key)] = (!faults.has(Fault::HoldsNothing)).then_some(held);
        }
    }
}

/// Writes only the attributes that differ.
fn write_difference(user: &mut User, before: User, after: User) {
    if before.name != after.name {
        user.name = after.name;
    }
    if before.changed_at != after.changed_at {
        user.changed_at = after.changed_at;
    }
    if before.status != after.status {
        user.status = after.status;
    }
    if before.field != after.field {
        user.field = after.field;
    }
    user.updated_at = after.updated_at;
    user.version = after.version;
}

fn user_condition_holds(user: Option<User>, transaction: &Transaction, faults: Faults) -> bool {
    match (transaction.write, user) {
        (UserWrite::Create(_), user) => user.is_none(),
        (_, None) => false,
        (UserWrite::Rename { from }, Some(user)) => {
            let active = user.status == Status::Active || faults.has(Fault::NoActiveCondition);
            let has_name = user.name == from || faults.has(Fault::NoStillOldNameCondition);
            let cooled_down = user.changed_at.is_none_or(|at| at <= transaction.at - COOLDOWN)
                || faults.has(Fault::NoCooldownCondition);
            active && has_name && cooled_down
        }
        (UserWrite::Update { before, .. }, Some(user)) => {
            user.version == before.version || faults.has(Fault::NoVersionCondition)
        }
    }
}
