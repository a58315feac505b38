//! The `serviceAgreementTemplate` of a listing: which conditions, in which order, with which time windows, and who
//! reacts to which event (OEP-11 v0.1 and v0.2; PROTOCOL 3.1). It is data: handlers are names from a fixed list.

use crate::{Address, Did, Vodka, conditions::ConditionKind, json::Node, templates, templates::TemplateRef};

/// What happens next when an event is seen. Names outside this list are never acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handler {
    /// The buyer locks the payment.
    LockReward,
    /// The gateway grants access.
    GrantAccess,
    /// The gateway starts the computation.
    StartComputation,
    /// The escrow pays the owner, or the buyer back.
    ReleaseReward,
    /// The buyer takes the money back after the time is over.
    Refund,
    /// Nothing is left to do.
    Verify,
}

impl Handler {
    /// Recognises a handler by the function's name, whatever module the listing says it is in.
    pub fn from_function(name: &str) -> Option<Self> {
        Some(match name {
            "fulfillLockRewardCondition" => Self::LockReward,
            "fulfillAccessSecretStoreCondition" => Self::GrantAccess,
            "fulfillComputeExecutionCondition" | "fulfillExecComputeCondition" => Self::StartComputation,
            "fulfillEscrowRewardCondition" => Self::ReleaseReward,
            "refundReward" => Self::Refund,
            "verifyRewardTokens" => Self::Verify,
            _ => return None,
        })
    }
}

/// Who reacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorRole {
    /// The buyer.
    Consumer,
    /// The publisher's side: its gateway.
    Provider,
}

impl ActorRole {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "consumer" => Some(Self::Consumer),
            // v0.1 said publisher where v0.2 says provider.
            "provider" | "publisher" => Some(Self::Provider),
            _ => None,
        }
    }
}

/// An event and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// The event's name: `Fulfilled`, `TimedOut`, `AgreementCreated`, `AgreementActorAdded`.
    pub event: String,
    /// Who reacts; `None` where the listing names nobody we know.
    pub actor: Option<ActorRole>,
    /// What is done; `None` where the listing names nothing we know, and then nothing is done.
    pub handler: Option<Handler>,
}

/// A parameter of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// For instance `_amount`.
    pub name: String,
    /// Its type in Solidity.
    pub kind: String,
    /// Its value, empty where it is known only at the purchase.
    pub value: String,
}

/// One condition as a listing describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionTemplate {
    /// For instance `lockReward`.
    pub name: String,
    /// For instance `LockRewardCondition`.
    pub contract: String,
    /// Blocks after creation before which it cannot be fulfilled; 0 is at once.
    pub time_lock: u64,
    /// Blocks after creation after which it can be aborted; 0 is never.
    pub time_out: u64,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// Its events.
    pub events: Vec<EventRule>,
}

impl ConditionTemplate {
    /// Which of the three conditions of an access agreement it is.
    pub fn kind(&self) -> Option<ConditionKind> {
        ConditionKind::from_name(&self.name).or_else(|| ConditionKind::from_name(&self.contract))
    }

    /// The value of a parameter, unless it is empty. A leading underscore makes no difference.
    pub fn value(&self, name: &str) -> Option<&str> {
        let wanted = name.trim_start_matches('_');
        let found = self.parameters.iter().find(|p| p.name.trim_start_matches('_') == wanted)?;
        (!found.value.is_empty()).then_some(found.value.as_str())
    }
}

/// A listing's template of the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementTemplate {
    /// The template's name: [`templates::ACCESS_NAME`] or [`templates::COMPUTE_NAME`].
    pub contract: String,
    /// Events of the agreement itself.
    pub events: Vec<EventRule>,
    /// The conditions in the listing's order.
    pub conditions: Vec<ConditionTemplate>,
}

impl AgreementTemplate {
    /// Reads a template; absent parts are empty, unknown parts are passed over.
    pub fn from_node(node: &Node) -> Self {
        Self {
            contract: text(node, "contractName"),
            events: events(node),
            conditions: list(node, "conditions").iter().map(condition).collect(),
        }
    }

    /// One of the three conditions.
    pub fn condition(&self, kind: ConditionKind) -> Option<&ConditionTemplate> {
        self.conditions.iter().find(|condition| condition.kind() == Some(kind))
    }

    /// The time locks in blocks in the order lock, access, escrow, whatever the listing's order is.
    pub fn time_locks(&self) -> [u64; 3] {
        ConditionKind::ALL.map(|kind| self.condition(kind).map_or(0, |c| c.time_lock))
    }

    /// The timeouts in blocks in the order lock, access, escrow, whatever the listing's order is.
    pub fn time_outs(&self) -> [u64; 3] {
        ConditionKind::ALL.map(|kind| self.condition(kind).map_or(0, |c| c.time_out))
    }

    /// Whether it has exactly the three conditions of an access agreement, each once.
    pub fn is_access(&self) -> bool {
        self.conditions.len() == 3 && ConditionKind::ALL.iter().all(|kind| self.condition(*kind).is_some())
    }
}

fn text(node: &Node, key: &str) -> String {
    match node.get(key) {
        Some(Node::Text(text) | Node::Number(text)) => text.clone(),
        _ => String::new(),
    }
}

fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::elements).unwrap_or_default()
}

fn events(node: &Node) -> Vec<EventRule> {
    list(node, "events")
        .iter()
        .map(|event| EventRule {
            event: text(event, "name"),
            actor: ActorRole::from_name(&text(event, "actorType")),
            handler: event.at(&["handler", "functionName"]).and_then(Node::as_text).and_then(Handler::from_function),
        })
        .collect()
}

fn condition(node: &Node) -> ConditionTemplate {
    ConditionTemplate {
        name: text(node, "name"),
        contract: text(node, "contractName"),
        time_lock: node.get("timelock").and_then(Node::as_u64).unwrap_or_default(),
        time_out: node.get("timeout").and_then(Node::as_u64).unwrap_or_default(),
        parameters: list(node, "parameters")
            .iter()
            .map(|p| Parameter { name: text(p, "name"), kind: text(p, "type"), value: text(p, "value") })
            .collect(),
        events: events(node),
    }
}

/// What the template of an access agreement is filled with when a listing is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessParameters {
    /// The listing.
    pub did: Did,
    /// The template on the chain.
    pub template: TemplateRef,
    /// The price.
    pub price: Vodka,
    /// Where payments wait: EscrowReward.
    pub escrow_contract: Address,
    /// Who is paid.
    pub owner: Address,
    /// Blocks: lock, access, escrow.
    pub time_locks: [u64; 3],
    /// Blocks: lock, access, escrow.
    pub time_outs: [u64; 3],
}

/// Writes the template of an access agreement in the form of v0.2.
pub fn access_template(filled: &AccessParameters) -> Node {
    // What tells the buyer that there is an agreement: the store, or the template contract itself.
    let created = match filled.template {
        TemplateRef::Id(_) => "AgreementActorAdded",
        TemplateRef::Contract(_) => "AgreementCreated",
    };
    let price = filled.price.to_string();
    let [lock, access, escrow] = ConditionKind::ALL;
    let window = |kind: ConditionKind| (filled.time_locks[kind.index()], filled.time_outs[kind.index()]);
    Node::object([
        ("contractName", Node::text(templates::ACCESS_NAME)),
        (
            "events",
            Node::List(vec![rule(
                created,
                "consumer",
                "escrowAccessSecretStoreTemplate",
                "fulfillLockRewardCondition",
            )]),
        ),
        ("fulfillmentOrder", Node::texts(ConditionKind::ALL.map(|kind| format!("{}.fulfill", kind.name())))),
        (
            "conditionDependency",
            Node::object([
                (lock.name(), Node::List(Vec::new())),
                (access.name(), Node::List(Vec::new())),
                (escrow.name(), Node::texts([lock.name(), access.name()])),
            ]),
        ),
        (
            "conditions",
            Node::List(vec![
                condition_node(
                    lock,
                    window(lock),
                    &[
                        ("_rewardAddress", "address", &filled.escrow_contract.to_string()),
                        ("_amount", "uint256", &price),
                    ],
                    vec![rule("Fulfilled", "provider", "lockRewardCondition", "fulfillAccessSecretStoreCondition")],
                ),
                condition_node(
                    access,
                    window(access),
                    &[("_documentId", "bytes32", &filled.did.bare_hex()), ("_grantee", "address", "")],
                    vec![
                        rule("Fulfilled", "provider", "accessSecretStore", "fulfillEscrowRewardCondition"),
                        rule("TimedOut", "consumer", "accessSecretStore", "refundReward"),
                    ],
                ),
                condition_node(
                    escrow,
                    window(escrow),
                    &[
                        ("_amount", "uint256", &price),
                        ("_receiver", "address", &filled.owner.to_string()),
                        ("_sender", "address", ""),
                        ("_lockCondition", "bytes32", ""),
                        ("_releaseCondition", "bytes32", ""),
                    ],
                    vec![rule("Fulfilled", "provider", "escrowRewardCondition", "verifyRewardTokens")],
                ),
            ]),
        ),
    ])
}

fn rule(event: &str, actor: &str, module: &str, function: &str) -> Node {
    let handler = Node::object([
        ("moduleName", Node::text(module)),
        ("functionName", Node::text(function)),
        ("version", Node::text("0.1")),
    ]);
    Node::object([("name", Node::text(event)), ("actorType", Node::text(actor)), ("handler", handler)])
}

fn condition_node(
    kind: ConditionKind,
    (time_lock, time_out): (u64, u64),
    parameters: &[(&str, &str, &str)],
    events: Vec<Node>,
) -> Node {
    let parameters = parameters.iter().map(|(name, kind, value)| {
        Node::object([("name", Node::text(*name)), ("type", Node::text(*kind)), ("value", Node::text(*value))])
    });
    Node::object([
        ("name", Node::text(kind.name())),
        ("timelock", Node::number(time_lock)),
        ("timeout", Node::number(time_out)),
        ("contractName", Node::text(kind.contract_name())),
        ("functionName", Node::text("fulfill")),
        ("parameters", Node::List(parameters.collect())),
        ("events", Node::List(events)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> AccessParameters {
        AccessParameters {
            did: Did([9; 32]),
            template: TemplateRef::Id(templates::ACCESS),
            price: Vodka::from_ocean(3),
            escrow_contract: Address([1; 20]),
            owner: Address([2; 20]),
            time_locks: [0, 0, 0],
            time_outs: [0, 1800, 0],
        }
    }

    #[test]
    fn our_own_template_reads_back() {
        let template = AgreementTemplate::from_node(&access_template(&filled()));
        assert!(template.is_access());
        assert_eq!(template.time_outs(), [0, 1800, 0]);
        let lock = template.condition(ConditionKind::LockReward).unwrap();
        assert_eq!(lock.value("_amount"), Some("3000000000000000000"));
        assert_eq!(lock.value("rewardAddress"), Some(Address([1; 20]).to_string().as_str()));
        let access = template.condition(ConditionKind::AccessSecretStore).unwrap();
        assert_eq!(access.value("_grantee"), None, "known only at the purchase");
        let rules = template.events.iter().chain(template.conditions.iter().flat_map(|c| &c.events));
        assert!(rules.clone().all(|rule| rule.handler.is_some() && rule.actor.is_some()));
        assert_eq!(rules.count(), 5);
    }

    #[test]
    fn the_examples_of_oep_11_are_understood() {
        for (file, path) in [
            (
                include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/../../../tests/vectors/ddo-examples/oep11-v0.1-sea-escrow-secret-store-template.json"
                )),
                "serviceAgreementTemplate",
            ),
            (
                include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/../../../tests/vectors/ddo-examples/oep11-v0.2-sea-escrow-secret-store-template.json"
                )),
                "serviceAgreementTemplate",
            ),
        ] {
            let node = Node::parse(file.as_bytes()).unwrap();
            let template = AgreementTemplate::from_node(node.get(path).unwrap());
            assert_eq!(template.contract, templates::ACCESS_NAME);
            assert!(template.is_access());
            let timed_out = &template.condition(ConditionKind::AccessSecretStore).unwrap().events[1];
            assert_eq!(timed_out.actor, Some(ActorRole::Consumer));
        }
    }

    #[test]
    fn unknown_handlers_lead_to_nothing() {
        let text = r#"{"events":[{"name":"Fulfilled","actorType":"root","handler":{"moduleName":"os","functionName":"system"}}]}"#;
        let template = AgreementTemplate::from_node(&Node::parse(text.as_bytes()).unwrap());
        assert_eq!(template.events[0].handler, None);
        assert_eq!(template.events[0].actor, None);
        assert!(!template.is_access());
    }
}
