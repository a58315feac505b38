//! The one door of a node: services are mounted behind it as they come up, because some of them need the address
//! of others before they can start.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::Response,
};
use std::sync::{Arc, PoisonError, RwLock};
use tower::ServiceExt;

/// A router that can grow while it serves.
#[derive(Clone, Default)]
pub struct Front {
    inner: Arc<RwLock<Router>>,
}

impl Front {
    /// Adds a service below a path, like `/rpc`.
    pub fn mount(&self, path: &str, service: Router) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        *inner = std::mem::take(&mut *inner).nest(path, service);
    }

    /// Adds routes as they are.
    pub fn merge(&self, routes: Router) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        *inner = std::mem::take(&mut *inner).merge(routes);
    }

    /// What is served.
    pub fn router(&self) -> Router {
        Router::new().fallback(pass).with_state(self.clone())
    }
}

async fn pass(State(front): State<Front>, request: Request<Body>) -> Response {
    let inner = front.inner.read().unwrap_or_else(PoisonError::into_inner).clone();
    match inner.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
