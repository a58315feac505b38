// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// What every keeper contract has: an owner, and a set-up that happens once.
///
/// The released contracts let whoever comes first call `initialize`. These are set up by their deployer only, or, behind
/// a proxy, while the proxy is made.
abstract contract KeeperContract is Ownable {
    bool private _initialized;

    /// Room for what later versions keep here: behind a proxy nothing may move.
    uint256[49] private _keeperGap;

    constructor() Ownable(msg.sender) {}

    /// Runs once: for the deployer, or in the constructor of a proxy, which has no code yet.
    modifier initializer() {
        require(!_initialized, "Contract instance has already been initialized");
        if (address(this).code.length > 0) {
            _checkOwner();
        }
        _initialized = true;
        _;
    }

    /// Part of every released ABI. Only the contracts that need nothing but an owner give it a meaning.
    function initialize(address) public virtual {
        revert("Contract instance has already been initialized");
    }

    /// Whether the caller is the owner.
    function isOwner() public view returns (bool) {
        return owner() == msg.sender;
    }
}
