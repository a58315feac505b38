// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConditionState} from "./ConditionState.sol";
import {KeeperContract} from "./KeeperContract.sol";

/// The state of every condition. Created by the agreement store, updated by the condition's own contract.
/// All times are blocks after the condition's creation.
contract ConditionStoreManager is KeeperContract {
    struct Condition {
        address typeRef;
        ConditionState state;
        uint64 blockNumber;
        address lastUpdatedBy;
        uint64 blockNumberUpdated;
        uint256 timeLock;
        uint256 timeOut;
    }

    address private _createRole;
    uint256 private _size;
    mapping(bytes32 => Condition) private _conditions;

    event ConditionCreated(bytes32 indexed _id, address indexed _typeRef, address indexed _who);
    event ConditionUpdated(
        bytes32 indexed _id, address indexed _typeRef, ConditionState indexed _state, address _who
    );

    modifier onlyCreateRole() {
        require(msg.sender == _createRole, "Invalid CreateRole");
        _;
    }

    function initialize(address _owner) public override initializer {
        require(_owner != address(0), "Invalid address");
        _createRole = _owner;
        _transferOwnership(_owner);
    }

    function getCreateRole() external view returns (address) {
        return _createRole;
    }

    function delegateCreateRole(address delegatee) external onlyOwner {
        require(delegatee != address(0), "Invalid delegatee address");
        _createRole = delegatee;
    }

    function delegateUpdateRole(bytes32 _id, address delegatee) external onlyOwner {
        require(delegatee != address(0), "Invalid delegatee address");
        require(_conditions[_id].typeRef != address(0), "Invalid condition Id");
        _conditions[_id].typeRef = delegatee;
    }

    function createCondition(bytes32 _id, address _typeRef) external returns (uint256 size) {
        return createCondition(_id, _typeRef, 0, 0);
    }

    function createCondition(bytes32 _id, address _typeRef, uint256 _timeLock, uint256 _timeOut)
        public
        onlyCreateRole
        returns (uint256 size)
    {
        require(_typeRef != address(0), "Invalid address");
        require(isContract(_typeRef), "Invalid contract address");
        Condition storage condition = _conditions[_id];
        require(condition.blockNumber == 0, "Id already exists");
        unchecked {
            require(
                block.number + _timeLock >= block.number && block.number + _timeOut >= block.number,
                "Indicating integer overflow/underflow"
            );
        }
        require(_timeLock == 0 || _timeOut == 0 || _timeLock < _timeOut, "Invalid time margin");
        condition.typeRef = _typeRef;
        condition.state = ConditionState.Unfulfilled;
        condition.blockNumber = uint64(block.number);
        condition.lastUpdatedBy = msg.sender;
        condition.blockNumberUpdated = uint64(block.number);
        condition.timeLock = _timeLock;
        condition.timeOut = _timeOut;
        _size++;
        emit ConditionCreated(_id, _typeRef, msg.sender);
        return _size;
    }

    /// What is asked after the timeout becomes Aborted, as released; the conditions here ask before they act.
    function updateConditionState(bytes32 _id, ConditionState _newState) external returns (ConditionState) {
        Condition storage condition = _conditions[_id];
        require(condition.typeRef != address(0) && condition.typeRef == msg.sender, "Invalid Update Role");
        require(!isConditionTimeLocked(_id), "TimeLock is not over yet");
        ConditionState state = isConditionTimedOut(_id) ? ConditionState.Aborted : _newState;
        require(
            condition.state == ConditionState.Unfulfilled
                && (state == ConditionState.Fulfilled || state == ConditionState.Aborted),
            "Invalid state transition"
        );
        condition.state = state;
        condition.lastUpdatedBy = msg.sender;
        condition.blockNumberUpdated = uint64(block.number);
        emit ConditionUpdated(_id, condition.typeRef, state, msg.sender);
        return state;
    }

    function getConditionListSize() external view returns (uint256 size) {
        return _size;
    }

    function getCondition(bytes32 _id)
        external
        view
        returns (
            address typeRef,
            ConditionState state,
            uint256 timeLock,
            uint256 timeOut,
            uint256 blockNumber,
            address lastUpdatedBy,
            uint256 blockNumberUpdated
        )
    {
        Condition storage condition = _conditions[_id];
        return (
            condition.typeRef,
            condition.state,
            condition.timeLock,
            condition.timeOut,
            condition.blockNumber,
            condition.lastUpdatedBy,
            condition.blockNumberUpdated
        );
    }

    function getConditionState(bytes32 _id) external view returns (ConditionState) {
        return _conditions[_id].state;
    }

    /// True up to the block before creation + timeLock.
    function isConditionTimeLocked(bytes32 _id) public view returns (bool) {
        Condition storage condition = _conditions[_id];
        return block.number < condition.blockNumber + condition.timeLock;
    }

    /// True from the block after creation + timeOut; never where timeOut is 0.
    function isConditionTimedOut(bytes32 _id) public view returns (bool) {
        Condition storage condition = _conditions[_id];
        return condition.timeOut != 0 && block.number > condition.blockNumber + condition.timeOut;
    }

    function isContract(address addr) public view returns (bool) {
        return addr.code.length > 0;
    }

    function getCurrentBlockNumber() external view returns (uint256) {
        return block.number;
    }
}
