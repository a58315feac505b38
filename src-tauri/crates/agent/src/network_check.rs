//! What is looked at before a network is trusted with money, in words.

use api::CheckPoint;
use keeper::{Keeper, KeeperError, NodeStanding};
use protocol::tx::Fee;

fn point(what: impl Into<String>, ok: bool, found: impl Into<String>) -> CheckPoint {
    CheckPoint { what: what.into(), ok, found: found.into() }
}

/// Which nodes cannot be relied on; `None` where all can.
pub(crate) fn of_nodes(nodes: &[NodeStanding]) -> Option<String> {
    let troubled: Vec<String> = nodes.iter().filter(|node| !node.is_well()).map(ToString::to_string).collect();
    (!troubled.is_empty()).then(|| format!("The node {}.", troubled.join("; the node ")))
}

/// Chain, nodes, fee, contracts.
pub(crate) async fn of_chain(keeper: &Keeper) -> Result<Vec<CheckPoint>, KeeperError> {
    let block = keeper.block_number().await?;
    let mut points = vec![point("Chain", true, format!("number {}, block {block}", keeper.chain_id()))];
    let agreed = keeper.agreed().await;
    let nodes = keeper.nodes();
    for node in &nodes {
        let latency = node.latency.map_or(String::new(), |took| format!(", answers in {} ms", took.as_millis()));
        let found = match &node.trouble {
            Some(trouble) => trouble.to_string(),
            None => format!("chain {}, block {}{latency}", keeper.chain_id(), node.head),
        };
        points.push(point(format!("Node {}", node.name), node.is_well(), found));
    }
    points.push(match &agreed {
        Err(error) => point("Agreement of two nodes", false, error.to_string()),
        Ok(_) if nodes.len() < 2 => point("Agreement of two nodes", true, "one node only: what it says is believed"),
        Ok(agreed) => point("Agreement of two nodes", true, format!("at block {}", agreed.block_number().await?)),
    });
    let confirmations = keeper.confirmations();
    points.push(point("Confirmations", true, format!("a transaction counts after {confirmations} block(s)")));
    points.push(fee(keeper).await?);
    // Where two nodes agree, what both say; else what the first says, which is better than nothing to look at.
    contracts(agreed.as_ref().unwrap_or(keeper), &mut points).await?;
    Ok(points)
}

async fn fee(keeper: &Keeper) -> Result<CheckPoint, KeeperError> {
    let most = keeper.fees();
    let limits = format!("at most {} gwei per gas and {} gas", most.max_gwei, most.max_gas);
    // For no gas at all: whoever asks need not be able to pay.
    let found = match keeper.fee(keeper.contracts().ocean_token, 0).await {
        Ok(Fee::Legacy { gas_price: 0 }) => format!("free (gas costs nothing here; {limits})"),
        Ok(Fee::Legacy { gas_price }) => format!("{gas_price} wei per gas, without a base fee; {limits}"),
        Ok(Fee::Dynamic { max_fee, max_priority }) => {
            format!("up to {max_fee} wei per gas, {max_priority} of it for the producer (EIP-1559); {limits}")
        }
        Err(error @ KeeperError::TooDear { .. }) => return Ok(point("Fee", false, error.to_string())),
        Err(error) => return Err(error),
    };
    Ok(point("Fee", true, found))
}

async fn contracts(keeper: &Keeper, points: &mut Vec<CheckPoint>) -> Result<(), KeeperError> {
    let check = keeper.check().await?;
    for (name, at) in keeper.contracts().named() {
        let of_this = |fault: &&keeper::NetworkFault| fault.contract() == Some(name);
        let faults: Vec<String> = check.faults.iter().filter(of_this).map(ToString::to_string).collect();
        let whose = if check.ours.contains(&name) { "our code" } else { "code of somebody else" };
        let found = if faults.is_empty() { format!("{whose} at {at}") } else { faults.join("; ") };
        points.push(point(format!("Contract {name}"), faults.is_empty(), found));
    }
    let roles: Vec<String> =
        check.faults.iter().filter(|fault| fault.contract().is_none()).map(ToString::to_string).collect();
    let asked = !check.faults.iter().any(|fault| matches!(fault, keeper::NetworkFault::NoCode(_)));
    points.push(match (asked, roles.is_empty()) {
        (false, _) => point("Roles", false, "could not be asked: a contract is missing"),
        (true, true) => point("Roles", true, "conditions, template and actor types are as they should be"),
        (true, false) => point("Roles", false, roles.join("; ")),
    });
    if let Some(owner) = check.upgraded_by {
        points.push(point("Upgrades", true, format!("the code can be changed by {owner}")));
    }
    let safe = match check.safe_for_payments {
        true => "safe: the contracts that hold and move money are ours, byte for byte",
        false => {
            "NOT SAFE: the contracts that hold and move money are not ours; a payment that is set aside can be taken by a stranger"
        }
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
                "The node https://a.example is of chain 5, not 1; the node https://c.example says otherwise than the \
                 others about the block 7."
            )
        );
    }
}
