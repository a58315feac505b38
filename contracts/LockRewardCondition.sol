// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Condition} from "./Condition.sol";
import {ConditionState} from "./ConditionState.sol";
import {ConditionStoreManager} from "./ConditionStoreManager.sol";

/// Fulfilled by paying the amount to the escrow. Anyone pays, with an allowance for this contract.
contract LockRewardCondition is Condition {
    IERC20 private _token;

    event Fulfilled(
        bytes32 indexed _agreementId, address indexed _rewardAddress, bytes32 _conditionId, uint256 _amount
    );

    function initialize(address _owner, address _conditionStoreManagerAddress, address _tokenAddress)
        external
        initializer
    {
        require(
            _owner != address(0) && _conditionStoreManagerAddress != address(0) && _tokenAddress != address(0),
            "Invalid address"
        );
        _conditionStore = ConditionStoreManager(_conditionStoreManagerAddress);
        _token = IERC20(_tokenAddress);
        _transferOwnership(_owner);
    }

    function hashValues(address _rewardAddress, uint256 _amount) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_rewardAddress, _amount));
    }

    function fulfill(bytes32 _agreementId, address _rewardAddress, uint256 _amount)
        external
        returns (ConditionState state)
    {
        bytes32 id = generateId(_agreementId, hashValues(_rewardAddress, _amount));
        _requireInTime(id);
        require(_token.transferFrom(msg.sender, _rewardAddress, _amount), "Could not transfer token");
        state = _fulfill(id);
        // A payment under an id that is another agreement's could never leave the escrow.
        _requireAmong(_conditionsOf(_agreementId), id);
        emit Fulfilled(_agreementId, _rewardAddress, id, _amount);
    }
}
