//! The keeper contracts: where they are, what they know, what they can be asked to do, and how they are deployed.
//!
//! Everything that goes out or comes in is in the types of `protocol`; ethers is known only inside. The connection is
//! an [`Rpc`], which `transport::JsonRpc` is. Calls are pure data ([`Contracts`]); who signs and sends them decides
//! elsewhere. State is read from the newest block; events ([`KeeperEvent`]) say where to look, never that it is so.

mod bindings;
mod bloom;
mod broadcast;
mod calls;
mod check;
mod contracts;
mod convert;
mod deployment;
mod error;
mod events;
mod fees;
mod follower;
pub mod gas;
mod governance;
mod header;
mod heads;
mod history;
mod inclusion;
mod keeper;
mod logs;
mod nodes;
mod over_transport;
mod proxy;
mod reads;
mod revert;
mod rpc;
mod sentences;
mod shapes;
mod templates;
mod width;

pub use broadcast::BroadcastError;
pub use check::{NetworkCheck, NetworkFault};
pub use contracts::Contracts;
pub use deployment::{Governed, deploy, deploy_governed};
pub use error::KeeperError;
pub use events::KeeperEvent;
pub use follower::{Batch, Cursor, DEPTH, Follower, Seen};
pub use governance::{Operators, Proposal};
pub use history::{PastAgreement, PastGrant};
pub use keeper::{Keeper, chain_id};
pub use logs::{LogFilter, Seconded, WireLog};
pub use nodes::{Alone, Dispute, NodeAddress, NodeStanding, NodeTrouble, Nodes};
pub use proxy::Proxy;
pub use reads::{AgreementOnChain, BlockRef, ConditionOnChain, ConditionState, DidRegister};
pub use rpc::{Rpc, RpcFault};
pub use sentences::of_node;
pub use shapes::{AgreementDraft, DraftCondition, Evidence};
pub use templates::{PartiesV01, Template, TemplateState};
