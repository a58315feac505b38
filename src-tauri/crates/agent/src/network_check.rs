//! What is looked at before a network is trusted with money, in words.

use api::{CheckPoint, Sentence, sentence};
use keeper::{Keeper, KeeperError, NodeStanding};
use protocol::tx::Fee;

fn point(what: impl Into<Sentence>, ok: bool, found: impl Into<Sentence>) -> CheckPoint {
    CheckPoint { what: what.into(), ok, found: found.into() }
}

/// Which nodes cannot be relied on; `None` where all can.
pub(crate) fn of_nodes(nodes: &[NodeStanding]) -> Option<Sentence> {
    let trouble = |node: &NodeStanding| Some(keeper::of_node(&node.name, node.trouble.as_ref()?));
    let nodes: Vec<Sentence> = nodes.iter().filter_map(trouble).collect();
    (!nodes.is_empty()).then(|| sentence!("Not every node can be relied on: {nodes}.", nodes))
}

/// Chain, nodes, fee, contracts.
pub(crate) async fn of_chain(keeper: &Keeper) -> Result<Vec<CheckPoint>, KeeperError> {
    let block = keeper.block_number().await?;
    let chain = keeper.chain_id();
    let mut points = vec![point("Chain", true, sentence!("number {chain}, block {block}", chain, block))];
    let agreed = keeper.agreed().await;
    let nodes = keeper.nodes();
    for node in &nodes {
        let block = node.head;
        let found = match (&node.trouble, node.latency) {
            (Some(trouble), _) => trouble.into(),
            (None, Some(took)) => {
                let ms = took.as_millis();
                sentence!("chain {chain}, block {block}, answers in {ms} ms", chain, block, ms)
            }
            (None, None) => sentence!("chain {chain}, block {block}", chain, block),
        };
        points.push(point(sentence!("Node {name}", name = &node.name), node.is_well(), found));
    }
    let agreement = |ok: bool, found: Sentence| point("Agreement of two nodes", ok, found);
    points.push(match &agreed {
        Err(error) => agreement(false, error.into()),
        Ok(_) if nodes.len() < 2 => agreement(true, sentence!("one node only: what it says is believed")),
        Ok(agreed) => agreement(true, sentence!("at block {block}", block = agreed.block_number().await?)),
    });
    points.push(point(
        "Confirmations",
        true,
        match keeper.confirmations() {
            1 => sentence!("a transaction counts as soon as it is in a block"),
            blocks => sentence!("a transaction counts after {blocks} blocks", blocks),
        },
    ));
    points.push(fee(keeper).await?);
    // Where two nodes agree, what both say; else what the first says, which is better than nothing to look at.
    contracts(agreed.as_ref().unwrap_or(keeper), &mut points).await?;
    Ok(points)
}

async fn fee(keeper: &Keeper) -> Result<CheckPoint, KeeperError> {
    let most = keeper.fees();
    let limits = sentence!("at most {gwei} gwei per gas and {gas} gas", gwei = most.max_gwei, gas = most.max_gas);
    // For no gas at all: whoever asks need not be able to pay.
    let found = match keeper.fee(keeper.contracts().ocean_token, 0).await {
        Ok(Fee::Legacy { gas_price: 0 }) => sentence!("free: gas costs nothing here"),
        Ok(Fee::Legacy { gas_price }) => sentence!("{price} wei per gas, without a base fee", price = gas_price),
        Ok(Fee::Dynamic { max_fee, max_priority }) => sentence!(
            "up to {fee} wei per gas, {priority} of it for the producer (EIP-1559)",
            fee = max_fee,
            priority = max_priority
        ),
        Err(error @ KeeperError::TooDear { .. }) => return Ok(point("Fee", false, &error)),
        Err(error) => return Err(error),
    };
    Ok(point("Fee", true, sentence!("{parts}", parts = vec![found, limits])))
}

async fn contracts(keeper: &Keeper, points: &mut Vec<CheckPoint>) -> Result<(), KeeperError> {
    let check = keeper.check().await?;
    let all = |faults: Vec<Sentence>| sentence!("{parts}", parts = faults);
    for (name, at) in keeper.contracts().named() {
        let of_this = |fault: &&keeper::NetworkFault| fault.contract() == Some(name);
        let faults: Vec<Sentence> = check.faults.iter().filter(of_this).map(Sentence::from).collect();
        let ok = faults.is_empty();
        let found = match (ok, check.ours.contains(&name)) {
            (false, _) => all(faults),
            (true, true) => sentence!("our code at {address}", address = at),
            (true, false) => sentence!("code of somebody else at {address}", address = at),
        };
        points.push(point(sentence!("Contract {name}", name), ok, found));
    }
    let roles: Vec<Sentence> =
        check.faults.iter().filter(|fault| fault.contract().is_none()).map(Sentence::from).collect();
    let asked = !check.faults.iter().any(|fault| matches!(fault, keeper::NetworkFault::NoCode(_)));
    points.push(match (asked, roles.is_empty()) {
        (false, _) => point("Roles", false, "could not be asked: a contract is missing"),
        (true, true) => point("Roles", true, "conditions, template and actor types are as they should be"),
        (true, false) => point("Roles", false, all(roles)),
    });
    if let Some(owner) = check.upgraded_by {
        points.push(point("Upgrades", true, sentence!("the code can be changed by {owner}", owner)));
    }
    let safe = match check.safe_for_payments {
        true => sentence!("safe: the contracts that hold and move money are ours, byte for byte"),
        false => sentence!(
            "NOT SAFE: the contracts that hold and move money are not ours; a payment that is set aside can be taken by a stranger"
        ),
    };
    points.push(point("Priced purchases", check.safe_for_payments, safe));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use keeper::NodeTrouble;

    #[test]
    fn the_status_names_the_nodes_that_cannot_be_relied_on() {
        let node = |name: &str, trouble| NodeStanding { name: name.to_owned(), head: 1, latency: None, trouble };
        assert_eq!(of_nodes(&[]), None);
        assert_eq!(of_nodes(&[node("https://a.example", None)]), None);
        let nodes = [
            node("https://a.example", Some(NodeTrouble::WrongChain { expected: 1, found: 5 })),
            node("https://b.example", None),
            node("https://c.example", Some(NodeTrouble::Contradicts("the block 7".to_owned()))),
        ];
        assert_eq!(
            of_nodes(&nodes).as_deref(),
            Some(
                "Not every node can be relied on: https://a.example is of chain 5, not 1; https://c.example says \
                 otherwise than the others about the block 7."
            )
        );
    }
}
