// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConditionStoreManager} from "./ConditionStoreManager.sol";
import {DIDRegistry} from "./DIDRegistry.sol";
import {KeeperContract} from "./KeeperContract.sol";
import {TemplateStoreManager} from "./TemplateStoreManager.sol";

/// Agreements: a DID, a template, the ids of the conditions, the actors. Anyone may create one under any unused id.
contract AgreementStoreManager is KeeperContract {
    struct Agreement {
        bytes32 did;
        bytes32 templateId;
        bytes32[] conditionIds;
        address lastUpdatedBy;
        uint64 blockNumberUpdated;
        address[] actors;
    }

    ConditionStoreManager private _conditionStore;
    TemplateStoreManager private _templateStore;
    DIDRegistry private _didRegistry;

    uint256 private _size;
    mapping(bytes32 => Agreement) private _agreements;
    mapping(bytes32 => mapping(address => bytes32)) private _actorTypes;
    mapping(bytes32 => mapping(address => bool)) private _isActor;
    mapping(bytes32 => bytes32[]) private _idsOfDid;
    mapping(bytes32 => bytes32[]) private _idsOfTemplate;

    event AgreementCreated(
        bytes32 indexed agreementId, bytes32 indexed did, address indexed createdBy, uint256 createdAt
    );
    event AgreementActorAdded(bytes32 indexed agreementId, address indexed actor, bytes32 actorType);

    function initialize(
        address _owner,
        address _conditionStoreManagerAddress,
        address _templateStoreManagerAddress,
        address _didRegistryAddress
    ) public initializer {
        require(
            _owner != address(0) && _conditionStoreManagerAddress != address(0)
                && _templateStoreManagerAddress != address(0) && _didRegistryAddress != address(0),
            "Invalid address"
        );
        _conditionStore = ConditionStoreManager(_conditionStoreManagerAddress);
        _templateStore = TemplateStoreManager(_templateStoreManagerAddress);
        _didRegistry = DIDRegistry(_didRegistryAddress);
        _transferOwnership(_owner);
    }

    /// For templates that are contracts: the caller is the template.
    function createAgreement(
        bytes32 _id,
        bytes32 _did,
        address[] memory _conditionTypes,
        bytes32[] memory _conditionIds,
        uint256[] memory _timeLocks,
        uint256[] memory _timeOuts
    ) public returns (uint256 size) {
        require(_templateStore.isTemplateApproved(msg.sender), "Template not Approved");
        _createConditions(_did, _conditionTypes, _conditionIds, _timeLocks, _timeOuts);
        _store(_id, _did, keccak256(abi.encodePacked(msg.sender)), _conditionIds);
        emit AgreementCreated(_id, _did, msg.sender, block.number);
        return _size;
    }

    function createAgreement(
        bytes32 _id,
        bytes32 _did,
        bytes32 _templateId,
        bytes32[] memory _conditionIds,
        uint256[] memory _timeLocks,
        uint256[] memory _timeOuts,
        address[] memory _actors
    ) public returns (uint256 size) {
        require(_templateStore.isTemplateIdApproved(_templateId), "Template not Approved");
        (,,,, address[] memory conditionTypes, bytes32[] memory actorTypeIds) = _templateStore.getTemplate(_templateId);
        require(_actors.length == actorTypeIds.length, "Arguments have wrong length");
        _createConditions(_did, conditionTypes, _conditionIds, _timeLocks, _timeOuts);
        _store(_id, _did, _templateId, _conditionIds);
        for (uint256 i = 0; i < _actors.length; i++) {
            _addActor(_id, _actors[i], actorTypeIds[i]);
        }
        emit AgreementCreated(_id, _did, msg.sender, block.number);
        return _size;
    }

    /// `didOwner` is the owner of now, not of then.
    function getAgreement(bytes32 _id)
        external
        view
        returns (
            bytes32 did,
            address didOwner,
            bytes32 templateId,
            bytes32[] memory conditionIds,
            address lastUpdatedBy,
            uint256 blockNumberUpdated
        )
    {
        Agreement storage agreement = _agreements[_id];
        return (
            agreement.did,
            _didRegistry.getDIDOwner(agreement.did),
            agreement.templateId,
            agreement.conditionIds,
            agreement.lastUpdatedBy,
            agreement.blockNumberUpdated
        );
    }

    function getAgreementActors(bytes32 _id) external view returns (address[] memory actors) {
        return _agreements[_id].actors;
    }

    function getActorType(bytes32 _id, address _actor) external view returns (bytes32 actorType) {
        return _actorTypes[_id][_actor];
    }

    function getAgreementDIDOwner(bytes32 _id) external view returns (address didOwner) {
        return _didRegistry.getDIDOwner(_agreements[_id].did);
    }

    function isAgreementDIDOwner(bytes32 _id, address _owner) external view returns (bool) {
        return _owner == _didRegistry.getDIDOwner(_agreements[_id].did);
    }

    function isAgreementDIDProvider(bytes32 _id, address _provider) external view returns (bool) {
        return _didRegistry.isDIDProvider(_agreements[_id].did, _provider);
    }

    function getAgreementListSize() public view returns (uint256 size) {
        return _size;
    }

    function getAgreementIdsForDID(bytes32 _did) public view returns (bytes32[] memory) {
        return _idsOfDid[_did];
    }

    function getAgreementIdsForTemplateId(bytes32 _templateId) public view returns (bytes32[] memory) {
        return _idsOfTemplate[_templateId];
    }

    function getDIDRegistryAddress() public view returns (address) {
        return address(_didRegistry);
    }

    function _createConditions(
        bytes32 did,
        address[] memory types,
        bytes32[] memory ids,
        uint256[] memory timeLocks,
        uint256[] memory timeOuts
    ) private {
        require(_didRegistry.getDIDOwner(did) != address(0), "DID not registered");
        require(
            ids.length == types.length && timeLocks.length == types.length && timeOuts.length == types.length,
            "Arguments have wrong length"
        );
        for (uint256 i = 0; i < ids.length; i++) {
            _conditionStore.createCondition(ids[i], types[i], timeLocks[i], timeOuts[i]);
        }
    }

    function _store(bytes32 id, bytes32 did, bytes32 templateId, bytes32[] memory conditionIds) private {
        Agreement storage agreement = _agreements[id];
        require(agreement.blockNumberUpdated == 0, "Id already exists");
        agreement.did = did;
        agreement.templateId = templateId;
        agreement.conditionIds = conditionIds;
        agreement.lastUpdatedBy = msg.sender;
        agreement.blockNumberUpdated = uint64(block.number);
        _idsOfDid[did].push(id);
        _idsOfTemplate[templateId].push(id);
        _size++;
    }

    function _addActor(bytes32 id, address actor, bytes32 actorType) private {
        require(actor != address(0) && !_isActor[id][actor], "Actor already exists");
        _isActor[id][actor] = true;
        _actorTypes[id][actor] = actorType;
        _agreements[id].actors.push(actor);
        emit AgreementActorAdded(id, actor, actorType);
    }
}
