//! The home's own gateway: brizo behind its own socket, and the agent's handle on it.

use agent::{Encrypted, GatewayFault, OwnGateway, SaleNews, SaleStage, ToShare};
use async_trait::async_trait;
use node::brizo::{self, Gateway};
use protocol::{Address, Checksum, Did, Sentence};
use tokio::sync::broadcast;

/// The agent's handle on a gateway of the same process.
pub(crate) struct Handle {
    gateway: Gateway,
    news: broadcast::Sender<SaleNews>,
}

impl Handle {
    pub(crate) fn new(gateway: Gateway) -> Self {
        let (news, _) = broadcast::channel(256);
        let (to, mut from) = (news.clone(), gateway.sales());
        tokio::spawn(async move {
            loop {
                match from.recv().await {
                    // Nobody may be listening.
                    Ok(sale) => drop(to.send(translate(&sale))),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
        Self { gateway, news }
    }
}

fn translate(sale: &brizo::SaleNews) -> SaleNews {
    SaleNews {
        agreement: sale.agreement,
        did: sale.did,
        price: sale.price,
        stage: match sale.stage {
            brizo::SaleStage::Begun => SaleStage::Begun,
            brizo::SaleStage::SetAside => SaleStage::SetAside,
            brizo::SaleStage::Opened => SaleStage::Opened,
            brizo::SaleStage::Paid => SaleStage::Paid,
            brizo::SaleStage::Ended => SaleStage::Ended,
        },
    }
}

fn fault(error: brizo::GatewayError) -> GatewayFault {
    GatewayFault((&error).into())
}

#[async_trait]
impl OwnGateway for Handle {
    fn provider(&self) -> Address {
        self.gateway.provider()
    }

    async fn share(&self, file: ToShare<'_>) -> Result<String, GatewayFault> {
        let ToShare { path, name, content_type, sha256, bytes } = file;
        self.gateway.share(path, name, content_type, sha256, bytes).await.map_err(fault)
    }

    async fn encrypt(&self, did: Did, document: &[u8]) -> Result<Encrypted, GatewayFault> {
        match self.gateway.encrypt(did, document).await {
            Ok(list) => Ok(Encrypted::List(list)),
            Err(error) if error.is_number_used() => Ok(Encrypted::NumberUsed),
            Err(error) => Err(fault(error)),
        }
    }

    async fn adopt(&self, document: &[u8], checksum: Checksum) -> Result<(), GatewayFault> {
        self.gateway.adopt(document, checksum).await.map_err(fault)
    }

    fn news(&self) -> broadcast::Receiver<SaleNews> {
        self.news.subscribe()
    }

    async fn sales(&self) -> Result<Vec<SaleNews>, GatewayFault> {
        Ok(self.gateway.all_sales().await.map_err(fault)?.iter().map(translate).collect())
    }

    async fn file_trouble(&self, did: Did) -> Result<Option<Sentence>, GatewayFault> {
        self.gateway.file_trouble(did).await.map_err(fault)
    }
}
