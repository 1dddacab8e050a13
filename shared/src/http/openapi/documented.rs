//! Handlers that describe themselves.

use std::time::Duration;

use super::description::Description;
use super::inputs::Input;
use super::outputs::Output;
use crate::error::Error;

/// A handler that describes itself.
pub trait Documented<T> {
    /// The endpoint as the handler describes it.
    fn describe() -> Description;
}

/// The errors that every request can come to.
fn of_every_request() -> [Error; 2] {
    let retry_after = Duration::from_secs(1);
    [Error::Internal("".into()), Error::Unavailable { cause: "".into(), retry_after }]
}

/// Describes a handler by its arguments and its answer, and adds the errors of every request.
macro_rules! documented {
    ($($argument:ident),+) => {
        impl<F, Answering, Kind, Answer, $($argument),+> Documented<(Kind, $($argument),+)> for F
        where
            F: FnOnce($($argument),+) -> Answering,
            Answering: Future<Output = Result<Answer, Error>>,
            Answer: Output,
            $($argument: Input),+
        {
            fn describe() -> Description {
                let mut description = Description::default();
                description.fails_with(of_every_request());
                $($argument::describe(&mut description);)+
                Answer::describe(&mut description);
                description
            }
        }
    };
}

documented!(A);
documented!(A, B);
documented!(A, B, C);
documented!(A, B, C, D);
documented!(A, B, C, D, E);
