//! The server of an issuer.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use sandbox::{IssuerKey, key_set};
use tokio::net::TcpListener;

use crate::TestApp;

/// How the issuer's server responds.
#[derive(Clone)]
pub(crate) enum Behaviour {
    Answer(u16, String),
    /// Leads to another URL.
    Redirect(String),
    Stall,
}

/// The issuer's server. It has a key set, and any documents beside it.
#[derive(Clone)]
pub(crate) struct Publisher {
    /// Its scheme, host and port.
    pub(crate) origin: String,
    /// Where the key set is.
    pub(crate) url: String,
    state: Arc<Mutex<Served>>,
}

#[derive(Default)]
struct Served {
    documents: BTreeMap<String, Behaviour>,
    requests: Vec<(String, HeaderMap)>,
}

/// The path of the key set.
const KEYS: &str = "/jwks.json";

impl Publisher {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::default();
        let publisher = Self { url: format!("{origin}{KEYS}"), origin, state };
        publisher.set(behaviour);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&publisher.state));
        tokio::spawn(async { axum::serve(listener, router).await });
        publisher
    }

    pub(crate) async fn publishing(keys: &[&IssuerKey]) -> Self {
        Self::start(Behaviour::Answer(200, key_set(keys))).await
    }

    /// Changes the key set.
    pub(crate) fn set(&self, behaviour: Behaviour) {
        self.serve(KEYS, behaviour);
    }

    /// Changes the document at the path.
    pub(crate) fn serve(&self, path: &str, behaviour: Behaviour) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.documents.insert(path.to_owned(), behaviour);
    }

    /// How often the key set was fetched.
    pub(crate) fn fetches(&self) -> usize {
        self.requests().iter().filter(|(path, _)| path == KEYS).count()
    }

    /// The requests so far: their path and headers.
    pub(crate) fn requests(&self) -> Vec<(String, HeaderMap)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }

    /// Starts an app that fetches the keys at its start, as on Lambda.
    pub(crate) async fn app(&self) -> TestApp {
        let url = self.url.clone();
        let app = TestApp::start_with(|settings| settings.jwks_url = Some(url)).await;
        app.app().tokens.warm_up(app.now()).await;
        app
    }
}

async fn answer(State(state): State<Arc<Mutex<Served>>>, uri: Uri, headers: HeaderMap) -> Response {
    let behaviour = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.push((uri.path().to_owned(), headers));
        state.documents.get(uri.path()).cloned()
    };
    match behaviour {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Behaviour::Answer(status, body)) => {
            (StatusCode::from_u16(status).unwrap(), body).into_response()
        }
        Some(Behaviour::Redirect(url)) => {
            (StatusCode::FOUND, [(header::LOCATION, url)]).into_response()
        }
        Some(Behaviour::Stall) => std::future::pending().await,
    }
}
