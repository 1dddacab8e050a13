//! Serving every endpoint on one port.

use std::error::Error;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use sandbox::{EmbeddedDynamoDb, Sample, settings_at};
use shared::app::App;
use shared::clock::{Clock, SystemClock};
use shared::http::cors;
use shared::log::{self, Format, RequestLog};
use shared::sign_in::{SignInSettings, SourceAddress, rotate, schedule};
use shared::store::{Custody, Store};
use tokio::net::TcpListener;
use tower_http::cors::{Any, CorsLayer};

use crate::disk::Disk;
use crate::guide::Guide;
use crate::options::Serve;
use crate::settings::Settings;
use crate::{pages, token};

/// Serves until Ctrl-C.
pub(crate) fn run(options: &Serve) -> Result<(), Box<dyn Error>> {
    log::init(Format::Text);
    tokio::runtime::Runtime::new()?.block_on(serve(options))
}

async fn serve(options: &Serve) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    check_ports(options)?;
    let listener = listen(options.host, options.port, "--host", "--port").await?;
    let (endpoint, _embedded) = start_dynamo_db(options).await?;
    let address = listener.local_addr()?;
    let settings = Settings { port: address.port(), ..start_issuer(options).await? };
    let config = settings.config(settings_at(&endpoint))?;
    for (name, near) in settings.unknown()? {
        let meant = near.map(|near| format!("did you mean {near}?"));
        let meant = meant.unwrap_or_else(|| "docs/operations.md lists them".to_owned());
        tracing::warn!("{name} is no setting of Nameplate: {meant}");
    }
    let app = App::signing_in(&config, Custody::Embedded, RequestLog::Text)?;
    fill(&app.store, config.sign_in.as_ref()).await.map_err(|error| match &options.dynamodb_endpoint {
        None => error,
        Some(url) => format!(
            "cannot use the DynamoDB at {url}: {error}; check --dynamodb-endpoint, and whether it has the tables"
        )
        .into(),
    })?;
    app.tokens.warm_up(app.now()).await;

    let store = app.store.clone();
    // Other origins may call the API, but not read the sample tokens.
    let api = shared::http::serve(api::endpoints(), app)
        .layer(middleware::from_fn(note_source))
        .layer(cors())
        .layer(middleware::from_fn(lead_to_reference));
    let (base, data) = (&base_of(address), &data(options));
    let mut router = api.merge(pages::router(base, &settings)?);
    if let Some(folder) = &options.data {
        router = router.layer(middleware::from_fn_with_state(Disk::of(folder), Disk::watch));
    }
    let taken = started.elapsed();
    let guide = Guide { settings: &settings, base, dynamo_db: &endpoint, data, taken };
    guide.print(&store).await?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

/// Makes what a fresh table lacks: a key that signs, and the sample users.
async fn fill(store: &Store, sign_in: Option<&SignInSettings>) -> Result<(), Box<dyn Error>> {
    if let Some(sign_in) = sign_in {
        make_first_key(store, sign_in).await?;
    }
    Sample::create_all(store, SystemClock.now()).await
}

/// Makes the key that signs access tokens, unless the data has one.
async fn make_first_key(store: &Store, sign_in: &SignInSettings) -> Result<(), Box<dyn Error>> {
    let now = SystemClock.now();
    if schedule(store).await?.signing_at(now).is_none() {
        let lifetime = sign_in.sessions.access_token;
        rotate(store, &Custody::Embedded, sign_in.algorithm, lifetime, now).await?;
    }
    Ok(())
}

/// The URL of the API on this machine.
fn base_of(address: SocketAddr) -> String {
    let host = Some(address.ip()).filter(|ip| !ip.is_unspecified());
    let host = host.unwrap_or_else(|| Ipv4Addr::LOCALHOST.into());
    format!("http://{host}:{}", address.port())
}

/// Leads a browser that opens the API's own address to the reference.
async fn lead_to_reference(request: Request, next: Next) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_page = accept.is_some_and(|accept| accept.contains("text/html"));
    if request.uri().path() == "/" && request.method() == Method::GET && wants_page {
        return Redirect::temporary("/docs/").into_response();
    }
    next.run(request).await
}

/// Notes the address that a request comes from, as API Gateway does.
async fn note_source(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(SourceAddress::from(address.ip()));
    next.run(request).await
}

/// Lets pages of every origin call, as API Gateway lets those that the deployment names: whoever
/// develops a page serves it from another port.
fn cors() -> CorsLayer {
    let headers = |names: &[&'static str]| -> Vec<HeaderName> {
        names.iter().filter_map(|name| name.parse().ok()).collect()
    };
    let methods: Vec<Method> = cors::METHODS.iter().filter_map(|name| name.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(methods)
        .allow_headers(headers(cors::REQUEST_HEADERS))
        .expose_headers(headers(cors::RESPONSE_HEADERS))
}

/// Starts the sample issuer, if the options name one, and gives the settings with it.
async fn start_issuer(options: &Serve) -> Result<Settings, Box<dyn Error>> {
    if options.issuer.provider.is_none() {
        return Ok(Settings::default());
    }
    let port = options.issuer.issuer_port;
    let listener = listen(Ipv4Addr::LOCALHOST, port, "", "--issuer-port").await?;
    let sample = token::sample_issuer(&options.issuer, listener.local_addr()?.port());
    if let Some(sample) = &sample {
        let router = sample.router()?;
        tokio::spawn(async { axum::serve(listener, router).await });
    }
    Ok(Settings { sample, ..Settings::default() })
}

/// The address of the DynamoDB, and the embedded one, which ends when it is dropped.
async fn start_dynamo_db(
    options: &Serve,
) -> Result<(String, Option<EmbeddedDynamoDb>), Box<dyn Error>> {
    if let Some(endpoint) = &options.dynamodb_endpoint {
        return Ok((endpoint.clone(), None));
    }
    let (host, port) = (options.dynamodb_host, options.dynamodb_port);
    let listener = listen(host, port, "--dynamodb-host", "--dynamodb-port").await?;
    let embedded = EmbeddedDynamoDb::start(listener, options.data.as_deref())?;
    Ok((embedded.endpoint().to_owned(), Some(embedded)))
}

/// Where the data is, for people.
fn data(options: &Serve) -> String {
    match (&options.data, &options.dynamodb_endpoint) {
        (Some(folder), _) => format!("kept in {}", folder.display()),
        (None, Some(_)) => "in that DynamoDB".to_owned(),
        (None, None) => "in memory; keep it with --data DIR".to_owned(),
    }
}

/// Listens there. An address that this machine does not have is the fault of one option, a port that is taken of another.
async fn listen(
    host: Ipv4Addr,
    port: u16,
    host_option: &str,
    port_option: &str,
) -> Result<TcpListener, String> {
    TcpListener::bind((host, port)).await.map_err(|error| {
        let option = match error.kind() {
            ErrorKind::AddrNotAvailable => host_option,
            _ => port_option,
        };
        format!("cannot listen on {host} port {port}: {error}; choose another one with {option}")
    })
}

/// Refuses one port for two servers.
fn check_ports(options: &Serve) -> Result<(), String> {
    let Serve { port, dynamodb_port, dynamodb_endpoint, .. } = options;
    if *port != 0 && port == dynamodb_port && dynamodb_endpoint.is_none() {
        return Err(format!(
            "--port and --dynamodb-port are both {port}; give one of them another port"
        ));
    }
    Ok(())
}

async fn interrupted() {
    // Where the signal cannot be listened to, its default action ends the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
