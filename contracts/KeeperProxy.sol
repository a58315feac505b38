// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    TransparentUpgradeableProxy
} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";

/// OpenZeppelin's proxy under a name of ours, so that it is compiled with the rest. It makes itself a ProxyAdmin, which
/// belongs to the governance and is the only one that can upgrade it.
contract KeeperProxy is TransparentUpgradeableProxy {
    constructor(address logic, address governance, bytes memory setUp)
        TransparentUpgradeableProxy(logic, governance, setUp)
    {}
}
