//! The disk with the data. When it is full, every change fails; one warning says why.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

/// More than the database writes at once.
const ROOM: usize = 64 * 1024;

/// The disk with the folder of the data.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    folder: Arc<Path>,
    /// Whether the warning has been given.
    warned: Arc<AtomicBool>,
}

impl Disk {
    pub(crate) fn of(folder: &Path) -> Self {
        Self { folder: folder.into(), warned: Arc::default() }
    }

    /// Looks for the reason when a request is answered that the service is unavailable.
    pub(crate) async fn watch(State(disk): State<Self>, request: Request, next: Next) -> Response {
        let response = next.run(request).await;
        if response.status() == StatusCode::SERVICE_UNAVAILABLE
            && !disk.warned.load(Ordering::Relaxed)
            && disk.is_full()
            && !disk.warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "the disk with {} is full: changes are answered 503 until there is room on it again; \
                 nothing that was confirmed is lost",
                disk.folder.display(),
            );
        }
        response
    }

    fn is_full(&self) -> bool {
        let file = self.folder.join("room");
        let written = fs::write(&file, vec![0; ROOM]);
        // What was written in part takes room as well.
        let _ = fs::remove_file(file);
        let full = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded];
        written.is_err_and(|error| full.contains(&error.kind()))
    }
}
