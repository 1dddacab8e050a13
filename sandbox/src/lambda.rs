//! A Lambda Runtime API on loopback. The binary of a function uses it as it uses the one on AWS.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as PathParameter, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc, watch};

/// The time limit for a response.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// A running function.
#[derive(Debug)]
pub struct Function {
    process: Child,
    started: Instant,
    ready: watch::Receiver<Option<Instant>>,
    events: mpsc::Sender<Vec<u8>>,
    answers: mpsc::Receiver<Answer>,
}

/// The answer of a function to an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The response.
    Response(Value),
    /// The function reports that it could not handle the event.
    Error(Value),
    /// The function reports that it could not start.
    InitError(Value),
}

/// Why a function gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The process has ended.
    #[error("the function has ended: {0}")]
    Ended(String),
    /// The function took longer than 10 s.
    #[error("the function did not answer within 10 s")]
    TimedOut,
}

/// The Runtime API's ends of the channels to the [`Function`].
struct Runtime {
    ready: watch::Sender<Option<Instant>>,
    events: Mutex<mpsc::Receiver<Vec<u8>>>,
    answers: mpsc::Sender<Answer>,
}

impl Function {
    /// Starts the binary with these settings. The function sees nothing else of this process's environment.
    ///
    /// # Errors
    /// When the binary cannot be started.
    pub async fn start(binary: &Path, settings: &[(&str, String)]) -> io::Result<Self> {
        Self::start_by(Command::new(binary).stdout(Stdio::null()).stderr(Stdio::null()), settings)
            .await
    }

    /// Starts a function with this command, which determines where the output goes.
    ///
    /// # Errors
    /// As [`Function::start`].
    pub async fn start_by(command: &mut Command, settings: &[(&str, String)]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, events_receiver) = mpsc::channel(1);
        let (answers_sender, answers) = mpsc::channel(1);
        let (ready_sender, ready) = watch::channel(None);
        let runtime = Arc::new(Runtime {
            ready: ready_sender,
            events: Mutex::new(events_receiver),
            answers: answers_sender,
        });
        tokio::spawn(async { axum::serve(listener, routes(runtime)).await });
        let started = Instant::now();
        let process = command
            .env_clear()
            .envs(lambda_environment(address))
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { process, started, ready, events, answers })
    }

    /// Waits until the function asks for its first event. Returns the time from its start until then.
    ///
    /// # Errors
    /// [`NoAnswer`] when the function ends or takes too long.
    pub async fn ready(&mut self) -> Result<Duration, NoAnswer> {
        let ready = async {
            let ready = self.ready.wait_for(Option::is_some).await.ok();
            ready.and_then(|instant| *instant)
        };
        tokio::select! {
            biased;
            Some(instant) = ready => Ok(instant.duration_since(self.started)),
            ended = self.process.wait() => Err(NoAnswer::Ended(format!("{ended:?}"))),
            () = tokio::time::sleep(TIME_LIMIT) => Err(NoAnswer::TimedOut),
        }
    }

    /// Returns the id of the process while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Ends the process with SIGTERM, as Lambda does, and waits until it has ended.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub async fn terminate(mut self) -> io::Result<()> {
        if let Some(id) = self.id() {
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        }
        self.process.wait().await.map(drop)
    }

    /// Invokes the function with an event. The event does not have to be JSON.
    ///
    /// # Errors
    /// [`NoAnswer`] when the function ends or takes too long.
    pub async fn invoke(&mut self, event: impl Into<Vec<u8>>) -> Result<Answer, NoAnswer> {
        // The send does not fail, because the Runtime API keeps the receiver.
        let _ = self.events.send(event.into()).await;
        self.answer().await
    }

    /// Waits for the next answer.
    ///
    /// # Errors
    /// As [`Function::invoke`].
    pub async fn answer(&mut self) -> Result<Answer, NoAnswer> {
        tokio::select! {
            biased;
            Some(answer) = self.answers.recv() => Ok(answer),
            ended = self.process.wait() => match self.answers.try_recv() {
                Ok(answer) => Ok(answer),
                Err(_) => Err(NoAnswer::Ended(format!("{ended:?}"))),
            },
            () = tokio::time::sleep(TIME_LIMIT) => Err(NoAnswer::TimedOut),
        }
    }
}

/// Returns the environment variables that Lambda itself sets.
fn lambda_environment(runtime_api: SocketAddr) -> [(&'static str, String); 4] {
    [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", "function".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
    ]
}

fn routes(runtime: Arc<Runtime>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(finish))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(runtime)
}

async fn next(State(runtime): State<Arc<Runtime>>) -> ([(&'static str, &'static str); 3], Vec<u8>) {
    runtime.ready.send_if_modified(|ready| {
        let is_first = ready.is_none();
        ready.get_or_insert_with(Instant::now);
        is_first
    });
    let event = match runtime.events.lock().await.recv().await {
        Some(event) => event,
        // The `Function` is gone, so the process ends soon.
        None => std::future::pending().await,
    };
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:f",
        ),
    ];
    (headers, event)
}

async fn finish(
    State(runtime): State<Arc<Runtime>>,
    PathParameter((_, outcome)): PathParameter<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let body = as_json(&body);
    let answer = if outcome == "response" { Answer::Response(body) } else { Answer::Error(body) };
    deliver(&runtime, answer).await
}

async fn init_error(State(runtime): State<Arc<Runtime>>, body: Bytes) -> StatusCode {
    deliver(&runtime, Answer::InitError(as_json(&body))).await
}

/// Delivers the answer to the [`Function`].
async fn deliver(runtime: &Runtime, answer: Answer) -> StatusCode {
    // The send fails when the test is over.
    let _ = runtime.answers.send(answer).await;
    StatusCode::ACCEPTED
}

fn as_json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
}
