//! Two Regions: what becomes of the names when the table is replicated asynchronously.
//!
//! A DynamoDB global table of the mode MREC: a transaction is one step only in the Region where it is
//! asked for; its items are then replicated one by one, and the later write of an item wins
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html>).
//! Cooldown is left out, and a hold never ends: 37 days are longer than any replication takes.

use stateright::{Model, Property};

const USERS: usize = 2;
const NAMES: usize = 4;
const ITEMS: usize = USERS + NAMES;

/// No two users of one name where requests are served.
pub const ONE_HOLDER: &str = "one holder per name in each Region that writes";
/// Records and names agree where requests are served.
pub const AGREEMENT: &str = "records and names agree in each Region that writes";
/// The repair has nothing to decide.
pub const NO_RIVALS: &str = "a repair never meets two records of one name";
/// Nothing confirmed is lost.
pub const NOTHING_LOST: &str = "a change that was confirmed is there where requests are served";

/// Who writes where, and what is done when the home is to be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Every Region writes, at any time.
    EachRegionWrites,
    /// One writes. The other begins to, while the first goes on: it was only cut off.
    UnfencedFailover,
    /// One writes. It is stopped, everything is replicated, the other begins.
    PlannedFailover,
    /// One writes. It is lost with what it had not replicated, and the other begins.
    LossUnrepaired,
    /// The same, and before the other begins, its names are made to agree with its records.
    LossRepaired,
    /// The same, and then the lost Region comes back and replicates what it had not.
    LossAndReturn,
    /// The same, but writers are stopped for the return, and names repaired again after it.
    LossAndFencedReturn,
}

impl Design {
    /// All designs.
    pub const ALL: [Self; 7] = [
        Self::EachRegionWrites,
        Self::UnfencedFailover,
        Self::PlannedFailover,
        Self::LossUnrepaired,
        Self::LossRepaired,
        Self::LossAndReturn,
        Self::LossAndFencedReturn,
    ];

    /// The properties that the design does not have: the model finds a counterexample of each.
    pub fn lacks(self) -> &'static [&'static str] {
        match self {
            Self::EachRegionWrites
            | Self::UnfencedFailover
            | Self::LossUnrepaired
            | Self::LossAndReturn => &[ONE_HOLDER, AGREEMENT, NOTHING_LOST],
            Self::PlannedFailover => &[],
            Self::LossRepaired => &[NOTHING_LOST],
            Self::LossAndFencedReturn => &[ONE_HOLDER, AGREEMENT, NO_RIVALS, NOTHING_LOST],
        }
    }

    fn repairs(self) -> bool {
        matches!(self, Self::LossRepaired | Self::LossAndReturn | Self::LossAndFencedReturn)
    }

    fn loses(self) -> bool {
        self.repairs() || self == Self::LossUnrepaired
    }
}

/// What an item says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Value {
    /// A user's record: the name.
    Record(u8),
    /// Nobody's name.
    Free,
    /// The name of a user.
    Used(u8),
    /// A name held for a user.
    Held(u8),
}

/// An item in one Region, and when it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Item {
    value: Value,
    written: u8,
}

type Replica = [Item; ITEMS];

/// How far a change of home is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// The first Region is home.
    First,
    /// Nobody writes.
    Stopped,
    /// The second Region is home.
    Second,
    /// The first Region comes back, and nobody writes.
    Returning,
    /// The first Region is back.
    Returned,
}

/// Both Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    replicas: [Replica; 2],
    stage: Stage,
    clock: u8,
    /// For each user the time of the last change that was confirmed.
    confirmed: [u8; USERS],
    /// A repair has met two records of one name.
    rivals: bool,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A user renames in a Region.
    Rename {
        /// Where.
        region: u8,
        /// Who.
        user: u8,
        /// To what.
        name: u8,
    },
    /// A Region's item reaches the other.
    Replicate {
        /// From where.
        from: u8,
        /// Which item.
        item: u8,
    },
    /// The next stage of the change of home.
    Proceed,
}

/// The model of a design.
#[derive(Clone, Copy, Debug)]
pub struct Regions {
    /// Who writes where.
    pub design: Design,
    /// How many changes there are.
    pub changes: u8,
}

impl Regions {
    /// The model of a design with as many changes as show all that it lacks.
    pub fn new(design: Design) -> Self {
        Self { design, changes: 4 }
    }

    fn writes(self, stage: Stage, region: usize) -> bool {
        match self.design {
            Design::EachRegionWrites => true,
            Design::UnfencedFailover => region == 0 || stage == Stage::Second,
            _ => match stage {
                Stage::First => region == 0,
                Stage::Second | Stage::Returned => region == 1,
                Stage::Stopped | Stage::Returning => false,
            },
        }
    }

    fn is_connected(self, stage: Stage) -> bool {
        match stage {
            Stage::First | Stage::Returning | Stage::Returned => true,
            Stage::Stopped | Stage::Second => !self.design.loses(),
        }
    }

    fn next_stage(self, state: &State) -> Option<Stage> {
        let drained = state.replicas[0] == state.replicas[1];
        match (self.design, state.stage) {
            (Design::EachRegionWrites, _) => None,
            (Design::UnfencedFailover, Stage::First) => Some(Stage::Second),
            (Design::PlannedFailover, Stage::Stopped) if !drained => None,
            (_, Stage::First) => Some(Stage::Stopped),
            (_, Stage::Stopped) => Some(Stage::Second),
            (Design::LossAndReturn, Stage::Second) => Some(Stage::Returned),
            (Design::LossAndFencedReturn, Stage::Second) => Some(Stage::Returning),
            (Design::LossAndFencedReturn, Stage::Returning) if drained => Some(Stage::Returned),
            _ => None,
        }
    }

    fn proceed(self, state: &mut State) -> Option<()> {
        let before = state.stage;
        state.stage = self.next_stage(state)?;
        let opens = matches!(before, Stage::Stopped | Stage::Returning);
        if opens && self.design.repairs() {
            state.clock += 1;
            state.rivals |= has_rivals(&state.replicas[1]);
            repair(&mut state.replicas[1], state.clock);
        }
        Some(())
    }
}

/// The user's record and two names, if the new name is free or the user's. One step in one Region.
fn rename(state: &mut State, region: usize, user: u8, name: u8) -> Option<()> {
    let replica = &mut state.replicas[region];
    let Value::Record(old) = replica[usize::from(user)].value else { return None };
    let of = |name: u8| USERS + usize::from(name);
    let taken = replica[of(name)].value;
    let may = old != name
        && [Value::Free, Value::Used(user), Value::Held(user)].contains(&taken)
        && replica[of(old)].value == Value::Used(user);
    if !may {
        return None;
    }
    state.clock += 1;
    let mut put = |item: usize, value| replica[item] = Item { value, written: state.clock };
    put(usize::from(user), Value::Record(name));
    put(of(name), Value::Used(user));
    put(of(old), Value::Held(user));
    state.confirmed[usize::from(user)] = state.clock;
    Some(())
}

/// The later write of an item wins.
fn replicate(replicas: &mut [Replica; 2], from: usize, item: usize) -> Option<()> {
    let (source, target) = (replicas[from][item], &mut replicas[1 - from][item]);
    (source.written > target.written).then(|| *target = source)
}

/// Makes the names agree with the records: each record's name is its user's, and a name in use that
/// its user's record does not have is held.
fn repair(replica: &mut Replica, now: u8) {
    let records: [Item; USERS] = [replica[0], replica[1]];
    for (name, item) in (0..).zip(&mut replica[USERS..]) {
        let owner = (0..).zip(records).find(|(_, record)| record.value == Value::Record(name));
        let right = match (owner, item.value) {
            (Some((user, _)), _) => Value::Used(user),
            (None, Value::Used(user)) => Value::Held(user),
            (None, other) => other,
        };
        if item.value != right {
            *item = Item { value: right, written: now };
        }
    }
}

fn has_rivals(replica: &Replica) -> bool {
    replica[0].value == replica[1].value
}

fn agrees(replica: &Replica) -> bool {
    let recorded = (0..).zip(&replica[..USERS]).all(|(user, record)| match record.value {
        Value::Record(name) => replica[USERS + usize::from(name)].value == Value::Used(user),
        _ => false,
    });
    let used = (0..).zip(&replica[USERS..]).all(|(name, item)| match item.value {
        Value::Used(user) => replica[usize::from(user)].value == Value::Record(name),
        _ => true,
    });
    recorded && used
}

fn everywhere(regions: Regions, state: &State, holds: impl Fn(&Replica) -> bool) -> bool {
    let mut replicas = state.replicas.iter().enumerate();
    replicas.all(|(region, replica)| !regions.writes(state.stage, region) || holds(replica))
}

impl Model for Regions {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let values = [
            Value::Record(0),
            Value::Record(1),
            Value::Used(0),
            Value::Used(1),
            Value::Free,
            Value::Free,
        ];
        let replica = values.map(|value| Item { value, written: 0 });
        vec![State {
            replicas: [replica; 2],
            stage: Stage::First,
            clock: 0,
            confirmed: [0; USERS],
            rivals: false,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        steps.push(Step::Proceed);
        for region in 0..2 {
            if self.is_connected(state.stage) {
                steps.extend((0..6).map(|item| Step::Replicate { from: region, item }));
            }
            if state.clock < self.changes && self.writes(state.stage, usize::from(region)) {
                for user in 0..2 {
                    steps.extend((0..4).map(|name| Step::Rename { region, user, name }));
                }
            }
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = *last;
        match step {
            Step::Rename { region, user, name } => {
                rename(&mut state, usize::from(region), user, name)?;
            }
            Step::Replicate { from, item } => {
                replicate(&mut state.replicas, usize::from(from), usize::from(item))?;
            }
            Step::Proceed => self.proceed(&mut state)?,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ONE_HOLDER, |regions, state| {
                everywhere(*regions, state, |replica| !has_rivals(replica))
            }),
            Property::always(AGREEMENT, |regions, state| everywhere(*regions, state, agrees)),
            Property::always(NO_RIVALS, |_, state: &State| !state.rivals),
            Property::always(NOTHING_LOST, |regions, state| {
                everywhere(*regions, state, |replica| {
                    let records = replica.iter().zip(state.confirmed);
                    records.into_iter().all(|(record, confirmed)| record.written >= confirmed)
                })
            }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use stateright::Checker;

    use super::*;

    #[test]
    fn a_design_for_two_regions_lacks_exactly_the_properties_that_it_says() {
        for design in Design::ALL {
            let checker = Regions { design, changes: 3 }.checker().spawn_bfs().join();
            let found: BTreeSet<_> = checker.discoveries().into_keys().collect();
            let lacks: BTreeSet<_> = design.lacks().iter().copied().collect();
            assert_eq!(found, lacks, "{design:?}");
        }
    }
}
