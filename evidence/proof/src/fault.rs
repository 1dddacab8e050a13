//! What can happen to a call on its way to DynamoDB and back.

/// A fault that happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is refused, so DynamoDB does not receive the call.
    Refused,
    /// DynamoDB carries out the call, and the response is lost.
    AnswerLost,
    /// The call arrives late, perhaps after the SDK has given up on this attempt and made the next one.
    RequestDelayed,
    /// DynamoDB carries out the call, and the response arrives late, perhaps too late.
    AnswerDelayed,
    /// The call conflicts with another one on the same item.
    Conflict,
    /// An earlier attempt at the same transaction is still in progress.
    InProgress,
    /// DynamoDB throttles the call.
    Throttled,
    /// DynamoDB fails, and does not carry out the call.
    Failed,
    /// DynamoDB carries out the call, and fails afterwards.
    FailedAfterwards,
    /// DynamoDB carries out the call, and the response is not JSON.
    Garbage,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 10] = [
        Self::Refused,
        Self::AnswerLost,
        Self::RequestDelayed,
        Self::AnswerDelayed,
        Self::Conflict,
        Self::InProgress,
        Self::Throttled,
        Self::Failed,
        Self::FailedAfterwards,
        Self::Garbage,
    ];
}
