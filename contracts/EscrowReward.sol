// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Condition} from "./Condition.sol";
import {ConditionState} from "./ConditionState.sol";
import {ConditionStoreManager} from "./ConditionStoreManager.sol";
import {LockRewardCondition} from "./LockRewardCondition.sol";

/// Holds locked payments: to the receiver once the release condition is fulfilled, back to the sender once it is
/// aborted. Anyone may call it; the condition's id binds every parameter.
contract EscrowReward is Condition {
    IERC20 private _token;
    mapping(bytes32 => bool) private _settled;

    event Fulfilled(
        bytes32 indexed _agreementId, address indexed _receiver, bytes32 _conditionId, uint256 _amount
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

    function hashValues(
        uint256 _amount,
        address _receiver,
        address _sender,
        bytes32 _lockCondition,
        bytes32 _releaseCondition
    ) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_amount, _receiver, _sender, _lockCondition, _releaseCondition));
    }

    /// Pays, or does nothing while the release condition is open.
    function fulfill(
        bytes32 _agreementId,
        uint256 _amount,
        address _receiver,
        address _sender,
        bytes32 _lockCondition,
        bytes32 _releaseCondition
    ) external returns (ConditionState) {
        bytes32 id =
            generateId(_agreementId, hashValues(_amount, _receiver, _sender, _lockCondition, _releaseCondition));
        _requireLocked(_agreementId, _amount, _lockCondition);
        _requireOwnConditions(_agreementId, _amount, id, _lockCondition, _releaseCondition);
        require(_token.balanceOf(address(this)) >= _amount, "Not enough balance");
        ConditionState release = _conditionStore.getConditionState(_releaseCondition);
        if (release == ConditionState.Fulfilled) {
            return _pay(_agreementId, id, _lockCondition, _receiver, _amount);
        }
        if (release == ConditionState.Aborted) {
            return _pay(_agreementId, id, _lockCondition, _sender, _amount);
        }
        return _conditionStore.getConditionState(id);
    }

    /// An aborted escrow would keep its money for ever: it ends by `fulfill` only.
    function abortByTimeOut(bytes32) external virtual override returns (ConditionState) {
        revert("Escrow is settled by fulfill");
    }

    function _requireLocked(bytes32 agreementId, uint256 amount, bytes32 lockCondition) private view {
        (address lockType, ConditionState lockState,,,,,) = _conditionStore.getCondition(lockCondition);
        bytes32 valueHash = keccak256(abi.encodePacked(address(this), amount));
        require(
            keccak256(abi.encodePacked(agreementId, lockType, valueHash)) == lockCondition,
            "LockCondition ID does not match"
        );
        require(lockState == ConditionState.Fulfilled, "LockCondition needs to be Fulfilled");
    }

    /// What the released contract does not ask, and whoever knows it can take any locked payment:
    /// - The three conditions belong to this agreement. Otherwise one creates another agreement that contains an
    ///   escrow id computed for this one with oneself as the receiver.
    /// - The lock is a lock. Its hash packs an address and 32 bytes, that of an access condition 32 bytes and an
    ///   address: the same 52 bytes, so that a granted access can pass for a payment that nobody made.
    /// - The release is neither the lock nor an escrow.
    function _requireOwnConditions(
        bytes32 agreementId,
        uint256 amount,
        bytes32 id,
        bytes32 lockCondition,
        bytes32 releaseCondition
    ) internal view virtual {
        bytes32[] memory conditionIds = _conditionsOf(agreementId);
        _requireAmong(conditionIds, id);
        _requireAmong(conditionIds, lockCondition);
        _requireAmong(conditionIds, releaseCondition);
        (address lockType,,,,,,) = _conditionStore.getCondition(lockCondition);
        (address releaseType,,,,,,) = _conditionStore.getCondition(releaseCondition);
        require(releaseType != lockType && releaseType != address(this), "Invalid release condition");
        // Only a lock condition answers this.
        try LockRewardCondition(lockType).hashValues(address(this), amount) returns (bytes32 valueHash) {
            require(
                valueHash == keccak256(abi.encodePacked(address(this), amount)), "LockCondition ID does not match"
            );
        } catch {
            revert("LockCondition ID does not match");
        }
    }

    function _pay(bytes32 agreementId, bytes32 id, bytes32 lockCondition, address payee, uint256 amount)
        private
        returns (ConditionState state)
    {
        require(payee != address(0), "Null address is impossible to fulfill");
        require(payee != address(this), "EscrowReward contract can not be a receiver");
        _settle(lockCondition);
        require(_token.transfer(payee, amount), "Could not transfer token");
        state = _fulfill(id);
        emit Fulfilled(agreementId, payee, id, amount);
    }

    /// A lock pays out once, whatever else the template contains.
    function _settle(bytes32 lockCondition) internal virtual {
        require(!_settled[lockCondition], "Invalid state transition");
        _settled[lockCondition] = true;
    }
}
