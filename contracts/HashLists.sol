// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IList} from "./IList.sol";
import {KeeperContract} from "./KeeperContract.sol";

/// A list of hashes for every account, whose id is the hash of the account. Places in a list count from 1.
contract HashLists is KeeperContract, IList {
    struct List {
        address owner;
        bytes32[] values;
        /// The place of a value; a value that was replaced may still have one, so the value there is compared.
        mapping(bytes32 => uint256) places;
    }

    mapping(bytes32 => List) private _lists;

    function initialize(address _owner) public override initializer {
        require(_owner != address(0), "Invalid address");
        _transferOwnership(_owner);
    }

    function hash(address account) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(account));
    }

    /// Replaces the whole list. What is new in it can be found only after `index`.
    function add(bytes32[] calldata values) external returns (bool) {
        List storage list = _mine();
        list.owner = msg.sender;
        list.values = values;
        return true;
    }

    function add(bytes32 value) external returns (bool) {
        List storage list = _mine();
        require(!_has(list, value), "Value already exists");
        list.owner = msg.sender;
        list.values.push(value);
        list.places[value] = list.values.length;
        return true;
    }

    function update(bytes32 oldValue, bytes32 newValue) external returns (bool) {
        List storage list = _mine();
        require(_has(list, oldValue), "Value does not exist");
        require(!_has(list, newValue), "Value already exists");
        uint256 place = list.places[oldValue];
        list.values[place - 1] = newValue;
        list.places[newValue] = place;
        delete list.places[oldValue];
        return true;
    }

    /// Makes the values of these places findable, the last included.
    function index(uint256 from, uint256 to) external returns (bool) {
        List storage list = _mine();
        require(from > 0 && from <= to && to <= list.values.length, "Invalid index");
        for (uint256 place = from; place <= to; place++) {
            bytes32 value = list.values[place - 1];
            require(!_has(list, value) || list.places[value] == place, "Value already exists");
            list.places[value] = place;
            }
        return true;
    }

    /// The last value takes the place of the removed one.
    function remove(bytes32 value) external returns (bool) {
        List storage list = _mine();
        require(_has(list, value), "Value does not exist");
        uint256 place = list.places[value];
        bytes32 last = list.values[list.values.length - 1];
        if (_has(list, last)) {
            list.places[last] = place;
        }
        list.values[place - 1] = last;
        list.values.pop();
        delete list.places[value];
        return true;
    }

    function has(bytes32 id, bytes32 value) external view returns (bool) {
        return _has(_lists[id], value);
    }

    function has(bytes32 value) external view returns (bool) {
        return _has(_mine(), value);
    }

    function get(bytes32 id, uint256 _index) external view returns (bytes32) {
        bytes32[] storage values = _lists[id].values;
        require(_index > 0 && _index <= values.length, "Invalid index");
        return values[_index - 1];
    }

    function size(bytes32 id) external view returns (uint256) {
        return _lists[id].values.length;
    }

    function all(bytes32 id) external view returns (bytes32[] memory) {
        return _lists[id].values;
    }

    /// 0 where it is not in the list, or cannot be found yet.
    function indexOf(bytes32 id, bytes32 value) external view returns (uint256) {
        List storage list = _lists[id];
        return _has(list, value) ? list.places[value] : 0;
    }

    function ownedBy(bytes32 id) external view returns (address) {
        return _lists[id].owner;
    }

    /// Whether every value can be found.
    function isIndexed(bytes32 id) external view returns (bool) {
        List storage list = _lists[id];
        for (uint256 i = 0; i < list.values.length; i++) {
            if (!_has(list, list.values[i])) {
                return false;
            }
        }
        return true;
    }

    function _mine() private view returns (List storage) {
        return _lists[hash(msg.sender)];
    }

    function _has(List storage list, bytes32 value) private view returns (bool) {
        uint256 place = list.places[value];
        return place > 0 && place <= list.values.length && list.values[place - 1] == value;
    }
}
