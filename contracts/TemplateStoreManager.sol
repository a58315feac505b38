// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeeperContract} from "./KeeperContract.sol";

interface IConditionType {
    function generateId(bytes32 _agreementId, bytes32 _valueHash) external view returns (bytes32);
}

/// Which combinations of conditions and actors an agreement may have. Anyone proposes, the owner approves.
contract TemplateStoreManager is KeeperContract {
    enum TemplateState {
        Uninitialized,
        Proposed,
        Approved,
        Revoked
    }

    enum ActorTypeState {
        Uninitialized,
        Registered,
        Deregistered
    }

    struct Template {
        TemplateState state;
        address owner;
        address lastUpdatedBy;
        uint64 blockNumberUpdated;
        address[] conditionTypes;
        bytes32[] actorTypeIds;
    }

    struct ActorType {
        ActorTypeState state;
        string value;
    }

    uint256 private _size;
    mapping(bytes32 => Template) private _templates;
    mapping(bytes32 => ActorType) private _actorTypes;
    bytes32[] private _actorTypeIds;

    event TemplateProposed(
        bytes32 indexed Id, string indexed name, address[] conditionTypes, bytes32[] actorTypeIds
    );
    event TemplateApproved(bytes32 indexed Id, bool state);
    event TemplateRevoked(bytes32 indexed Id, bool state);

    function initialize(address _owner) public override initializer {
        require(_owner != address(0), "Invalid address");
        _transferOwnership(_owner);
    }

    function generateId(string memory name) public pure returns (bytes32 Id) {
        return keccak256(bytes(name));
    }

    /// For templates that are contracts: their id is the hash of their address.
    function proposeTemplate(
        address template,
        address[] memory conditionTypes,
        bytes32[] memory actorTypeIds,
        string memory name
    ) public returns (uint256 size) {
        require(template != address(0), "Invalid address");
        return proposeTemplate(keccak256(abi.encodePacked(template)), conditionTypes, actorTypeIds, name);
    }

    function proposeTemplate(
        bytes32 Id,
        address[] memory conditionTypes,
        bytes32[] memory actorTypeIds,
        string memory name
    ) public returns (uint256 size) {
        Template storage template = _templates[Id];
        require(template.state == TemplateState.Uninitialized, "Id already exists");
        for (uint256 i = 0; i < conditionTypes.length; i++) {
            require(conditionTypes[i].code.length > 0, "Invalid condition type");
            require(
                IConditionType(conditionTypes[i]).generateId(Id, Id)
                    == keccak256(abi.encodePacked(Id, conditionTypes[i], Id)),
                "Invalid condition type"
            );
        }
        template.state = TemplateState.Proposed;
        template.owner = msg.sender;
        template.lastUpdatedBy = msg.sender;
        template.blockNumberUpdated = uint64(block.number);
        template.conditionTypes = conditionTypes;
        template.actorTypeIds = actorTypeIds;
        _size++;
        emit TemplateProposed(Id, name, conditionTypes, actorTypeIds);
        return _size;
    }

    function approveTemplate(bytes32 Id) external onlyOwner {
        Template storage template = _templates[Id];
        require(template.state == TemplateState.Proposed, "Template not Proposed");
        template.state = TemplateState.Approved;
        template.lastUpdatedBy = msg.sender;
        template.blockNumberUpdated = uint64(block.number);
        emit TemplateApproved(Id, true);
    }

    /// For good: the id can never be proposed again.
    function revokeTemplate(bytes32 Id) external {
        Template storage template = _templates[Id];
        require(isOwner() || template.owner == msg.sender, "Invalid contract owner or template owner");
        require(template.state == TemplateState.Approved, "Template not Approved");
        template.state = TemplateState.Revoked;
        template.lastUpdatedBy = msg.sender;
        template.blockNumberUpdated = uint64(block.number);
        emit TemplateRevoked(Id, true);
    }

    function registerTemplateActorType(string memory _actorType) public onlyOwner returns (bytes32 actorTypeId) {
        actorTypeId = generateId(_actorType);
        ActorType storage actorType = _actorTypes[actorTypeId];
        require(actorType.state == ActorTypeState.Uninitialized, "Actor type already exists");
        actorType.state = ActorTypeState.Registered;
        actorType.value = _actorType;
        _actorTypeIds.push(actorTypeId);
    }

    function deregisterTemplateActorType(bytes32 _Id) external onlyOwner {
        require(_actorTypes[_Id].state == ActorTypeState.Registered, "Actor type does not exist!");
        _actorTypes[_Id].state = ActorTypeState.Deregistered;
    }

    function getTemplate(bytes32 Id)
        external
        view
        returns (
            TemplateState state,
            address owner,
            address lastUpdatedBy,
            uint256 blockNumberUpdated,
            address[] memory conditionTypes,
            bytes32[] memory actorTypeIds
        )
    {
        Template storage template = _templates[Id];
        return (
            template.state,
            template.owner,
            template.lastUpdatedBy,
            template.blockNumberUpdated,
            template.conditionTypes,
            template.actorTypeIds
        );
    }

    function getTemplateActorTypeIds() external view returns (bytes32[] memory) {
        return _actorTypeIds;
    }

    function getTemplateActorTypeId(string calldata _actorType) external view returns (bytes32 Id) {
        Id = generateId(_actorType);
        require(_actorTypes[Id].state == ActorTypeState.Registered, "Actor type does not exist!");
    }

    function getTemplateActorTypeValue(bytes32 _Id) external view returns (string memory) {
        return _actorTypes[_Id].value;
    }

    function getTemplateActorTypeState(bytes32 _Id) external view returns (uint256) {
        return uint256(_actorTypes[_Id].state);
    }

    function getTemplateListSize() external view returns (uint256 size) {
        return _size;
    }

    function isTemplateIdApproved(bytes32 Id) external view returns (bool) {
        return _templates[Id].state == TemplateState.Approved;
    }

    function isTemplateApproved(address templateAddress) external view returns (bool) {
        return _templates[keccak256(abi.encodePacked(templateAddress))].state == TemplateState.Approved;
    }
}
