//! A Lambda Runtime API on loopback: what a function's binary talks to on AWS.
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

/// The longest that a function may take to answer.
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

/// What a function says to an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Its response.
    Response(Value),
    /// It could not handle the event, and says so.
    Error(Value),
    /// It could not even start.
    InitError(Value),
}

/// The function did not answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The process has ended.
    #[error("the function has ended: {0}")]
    Ended(String),
    /// It took longer than 10 s.
    #[error("the function did not answer within 10 s")]
    TimedOut,
}

/// The Runtime API's two ends of the queue.
struct Runtime {
    ready: watch::Sender<Option<Instant>>,
    events: Mutex<mpsc::Receiver<Vec<u8>>>,
    answers: mpsc::Sender<Answer>,
}

impl Function {
    /// Starts the binary with these settings and nothing else of this process's environment.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start(binary: &Path, settings: &[(&str, String)]) -> io::Result<Self> {
        Self::start_by(Command::new(binary).stdout(Stdio::null()).stderr(Stdio::null()), settings)
            .await
    }

    /// Starts a function by this command, which says where its output goes.
    ///
    /// # Errors
    /// As [`Function::start`].
    pub async fn start_by(command: &mut Command, settings: &[(&str, String)]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, next) = mpsc::channel(1);
        let (said, answers) = mpsc::channel(1);
        let (is_ready, ready) = watch::channel(None);
        let runtime =
            Arc::new(Runtime { ready: is_ready, events: Mutex::new(next), answers: said });
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

    /// Waits until it asks for an event for the first time, and gives how long after its start that was.
    ///
    /// # Errors
    /// [`NoAnswer`] when it ends or takes too long.
    pub async fn ready(&mut self) -> Result<Duration, NoAnswer> {
        let asked = async {
            let asked = self.ready.wait_for(Option::is_some).await.ok();
            asked.and_then(|instant| *instant)
        };
        tokio::select! {
            biased;
            Some(instant) = asked => Ok(instant.duration_since(self.started)),
            ended = self.process.wait() => Err(NoAnswer::Ended(format!("{ended:?}"))),
            () = tokio::time::sleep(TIME_LIMIT) => Err(NoAnswer::TimedOut),
        }
    }

    /// The process's id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Ends the process as Lambda does, by SIGTERM, and waits until it has ended.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub async fn terminate(mut self) -> io::Result<()> {
        if let Some(id) = self.id() {
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        }
        self.process.wait().await.map(drop)
    }

    /// Invokes the function with an event, which need not be JSON.
    ///
    /// # Errors
    /// [`NoAnswer`] when it ends or takes too long.
    pub async fn invoke(&mut self, event: impl Into<Vec<u8>>) -> Result<Answer, NoAnswer> {
        // The other end lives as long as the Runtime API.
        let _ = self.events.send(event.into()).await;
        self.answer().await
    }

    /// Waits for what it says next.
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

/// What Lambda itself puts into a function's environment.
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
        // The function is about to be killed.
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
    say(&runtime, answer).await
}

async fn init_error(State(runtime): State<Arc<Runtime>>, body: Bytes) -> StatusCode {
    say(&runtime, Answer::InitError(as_json(&body))).await
}

async fn say(runtime: &Runtime, answer: Answer) -> StatusCode {
    // Nobody listens when the test is over.
    let _ = runtime.answers.send(answer).await;
    StatusCode::ACCEPTED
}

fn as_json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
}
