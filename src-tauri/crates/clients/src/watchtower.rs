//! The client of a watch-tower.

use crate::ClientError;
use protocol::conditions::AccessTerms;
use serde_json::json;
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
        let request = Request::post(format!("{}/agreements", self.base)).json(&json!(terms));
        let response = self.http.send(request).await?;
        if response.is_success() { Ok(()) } else { Err(ClientError::refused(response).await) }
    }
}
