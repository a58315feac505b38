//! The client of a watch-tower.

use crate::ClientError;
use protocol::{conditions::AccessTerms, shape::Shape};
use serde_json::{Value, json};
use transport::{Http, Request};

/// A watch-tower. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WatchtowerClient {
    http: Http,
    base: String,
}

impl WatchtowerClient {
    /// A client of the tower whose interface begins at `base`: `http://…/api/v1/watchtower`.
    pub fn new(http: Http, base: &str) -> Self {
        Self { http, base: base.trim_end_matches('/').to_owned() }
    }

    /// Hands over an agreement that is paid for. Doing so again changes nothing.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::may_pass`] says whether asking again may help.
    pub async fn watch(&self, terms: &AccessTerms) -> Result<(), ClientError> {
        self.hands("agreements", &json!(terms)).await
    }

    /// Hands over an agreement of another shape in which something is paid. Doing so again changes nothing.
    ///
    /// # Errors
    /// As [`Self::watch`].
    pub async fn watch_shape(&self, shape: &Shape) -> Result<(), ClientError> {
        self.hands("shapes", &json!(shape)).await
    }

    async fn hands(&self, what: &str, document: &Value) -> Result<(), ClientError> {
        let request = Request::post(format!("{}/{what}", self.base)).json(document);
        let response = self.http.send(request).await?;
        if response.is_success() { Ok(()) } else { Err(ClientError::refused(response).await) }
    }
}
