// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConditionState} from "./ConditionState.sol";
import {IList} from "./IList.sol";
import {PlainCondition} from "./PlainCondition.sol";

/// Fulfilled by an account in whose list the item is. Whose list counts is not part of the condition: with a contract
/// where anyone keeps a list, as HashLists, anyone can fulfil it.
contract WhitelistingCondition is PlainCondition {
    function hashValues(address _listAddress, bytes32 _item) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_listAddress, _item));
    }

    function fulfill(bytes32 _agreementId, address _listAddress, bytes32 _item) public returns (ConditionState state) {
        require(isContract(_listAddress), "Invalid contract address");
        require(IList(_listAddress).has(keccak256(abi.encodePacked(msg.sender)), _item), "Item does not exist");
        return _fulfillInTime(_agreementId, hashValues(_listAddress, _item));
    }

    function isContract(address addr) public view returns (bool) {
        return addr.code.length > 0;
    }

    function getCurrentBlockNumber() external view returns (uint256) {
        return block.number;
    }
}
