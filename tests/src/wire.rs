//! The wire between the SDK and DynamoDB. It records the calls, and tests inject faults into it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use futures_util::future::BoxFuture;
use sandbox::refusals;
use serde_json::Value;

use crate::secrets;

/// A fault or another event that happens to one call.
pub enum Injection {
    /// The connection is refused.
    Refuse,
    /// DynamoDB carries out the call, and the response is lost.
    LoseAnswer,
    /// DynamoDB gives this response and does not carry out the call.
    Answer(u16, Value),
    /// DynamoDB gives a response that is not JSON, and does not carry out the call.
    Garbage,
    /// DynamoDB receives the call and never responds.
    Stall,
    /// Something else happens first. Then DynamoDB carries out the call.
    Meanwhile(BoxFuture<'static, ()>),
}

impl Injection {
    /// DynamoDB responds with an exception of that name.
    pub fn exception(name: &str) -> Self {
        Self::Answer(400, refusals::exception(name))
    }

    /// DynamoDB cancels a transaction with these codes.
    pub fn cancelled(codes: &[&str]) -> Self {
        Self::Answer(400, refusals::cancelled(codes))
    }
}

/// The wire. Copies are the same wire.
#[derive(Clone, Default)]
pub struct FaultInjector(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    calls: Vec<String>,
    bodies: Vec<Value>,
    injections: VecDeque<Injection>,
}

impl FaultInjector {
    /// Returns the connections of `http` with this wire in between.
    pub fn through(&self, http: SharedHttpClient) -> SharedHttpClient {
        let wire = self.clone();
        http_client_fn(move |settings, components| {
            use aws_smithy_runtime_api::client::http::HttpClient;
            let inner = http.http_connector(settings, components);
            SharedHttpConnector::new(Tap { wire: wire.clone(), inner })
        })
    }

    /// Adds an injection for the next call that has none yet.
    pub fn inject(&self, injection: Injection) {
        self.state(|state| state.injections.push_back(injection));
    }

    /// Returns the operations of the calls since the last use of this method.
    pub fn take_calls(&self) -> Vec<String> {
        self.state(|state| std::mem::take(&mut state.calls))
    }

    /// Returns the bodies of the calls since the last use of this method.
    pub fn take_bodies(&self) -> Vec<Value> {
        self.state(|state| std::mem::take(&mut state.bodies))
    }

    /// Removes the injections that have not happened yet.
    pub fn discard(&self) {
        self.state(|state| state.injections.clear());
    }

    /// Returns the number of injections that have not happened yet.
    pub fn waiting(&self) -> usize {
        self.state(|state| state.injections.len())
    }

    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for FaultInjector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultInjector")
    }
}

#[derive(Debug)]
struct Tap {
    wire: FaultInjector,
    inner: SharedHttpConnector,
}

impl HttpConnector for Tap {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default());
        let body = body.unwrap_or_default();
        secrets::scan_call(&body);
        let injection = self.wire.state(|state| {
            state.calls.push(operation);
            state.bodies.push(body);
            state.injections.pop_front()
        });
        let inner = self.inner.clone();
        HttpConnectorFuture::new(async move {
            match injection {
                None => inner.call(request).await,
                Some(Injection::Refuse) => Err(ConnectorError::io("refused".into())),
                Some(Injection::LoseAnswer) => {
                    inner.call(request).await?;
                    Err(ConnectorError::io("the answer was lost".into()))
                }
                Some(Injection::Answer(status, body)) => Ok(answer(status, body.to_string())),
                Some(Injection::Garbage) => Ok(answer(200, "<html>not DynamoDB".to_owned())),
                Some(Injection::Stall) => std::future::pending().await,
                Some(Injection::Meanwhile(first)) => {
                    first.await;
                    inner.call(request).await
                }
            }
        })
    }
}

fn answer(status: u16, body: String) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, body.into());
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
