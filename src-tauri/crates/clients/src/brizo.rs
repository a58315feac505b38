//! The client of a publisher's gateway (PROTOCOL 5).

use crate::ClientError;
use protocol::{Address, AgreementId, Did, Signature};
use serde::{Deserialize, Serialize};
use serde_json::json;
use transport::{Http, Request};

/// A gateway. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BrizoClient {
    http: Http,
    base: String,
}

/// A gateway's sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Alive {
    /// The gateway's account.
    pub provider_address: Address,
    /// What was asked.
    pub nonce: String,
    /// personal_sign of [`alive_text`].
    pub signature: Signature,
}

/// What a gateway signs to show that it is there, and that it is itself.
pub fn alive_text(nonce: &str) -> String {
    format!("Neuston gateway alive\n{nonce}")
}

/// What came of asking a gateway to create an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Initialized {
    /// It says that the agreement is created.
    Created,
    /// It has no such call; the buyer creates the agreement.
    Unknown,
    /// It refused.
    Refused {
        /// Its words.
        message: String,
        /// Whether asking again later may help.
        may_pass: bool,
    },
}

impl BrizoClient {
    /// A client of the gateway whose interface begins at `base`: `http://…/api/v1/brizo`.
    pub fn new(http: Http, base: &str) -> Self {
        Self { http, base: base.trim_end_matches('/').to_owned() }
    }

    /// The gateway of a service endpoint like `http://…/api/v1/brizo/services/consume`.
    pub fn of_service(http: Http, endpoint: &str) -> Option<Self> {
        let (base, _) = endpoint.split_once("/services/")?;
        Some(Self::new(http, base))
    }

    /// Asks for a signed sign of life of this very provider.
    ///
    /// # Errors
    /// [`ClientError::Impostor`] where somebody else answers.
    pub async fn check_alive(&self, provider: Address) -> Result<(), ClientError> {
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        let response = self.http.send(Request::get(format!("{}/alive?nonce={nonce}", self.base))).await?;
        if !response.is_success() {
            return Err(ClientError::refused(response).await);
        }
        let alive: Alive = response.json(64 << 10).await?;
        let signer = alive.signature.recover_personal(alive_text(&nonce).as_bytes());
        if alive.nonce == nonce && alive.provider_address == provider && signer == Ok(provider) {
            Ok(())
        } else {
            Err(ClientError::Impostor)
        }
    }

    /// Posts a signed agreement (`POST …/services/access/initialize`).
    ///
    /// # Errors
    /// [`ClientError`] where the gateway was not reached.
    pub async fn initialize(
        &self,
        did: Did,
        agreement: AgreementId,
        service: u64,
        signature: &Signature,
        consumer: Address,
    ) -> Result<Initialized, ClientError> {
        let body = json!({
            "did": did, "serviceAgreementId": agreement, "serviceDefinitionId": service.to_string(),
            "signature": signature, "consumerAddress": consumer,
        });
        let url = format!("{}/services/access/initialize", self.base);
        let response = self.http.send(Request::post(url).json(&body)).await?;
        match response.status {
            200..=299 => Ok(Initialized::Created),
            404 | 405 | 501 => Ok(Initialized::Unknown),
            status => match ClientError::refused(response).await {
                ClientError::Refused { message, .. } => {
                    Ok(Initialized::Refused { message, may_pass: status == 429 || status >= 500 })
                }
                other => Err(other),
            },
        }
    }
}
