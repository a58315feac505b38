// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {KeeperContract} from "./KeeperContract.sol";

/// The network's token: 18 decimals, at most 1.41e9 of it, made by minters.
contract OceanToken is KeeperContract, ERC20Capped {
    mapping(address => bool) private _minters;

    event MinterAdded(address indexed account);
    event MinterRemoved(address indexed account);

    constructor() ERC20("", "") ERC20Capped(1410000000 * 10 ** 18) {}

    /// In the code, not in storage: a proxy has a storage of its own.
    function name() public view virtual override returns (string memory) {
        return "OceanToken";
    }

    function symbol() public view virtual override returns (string memory) {
        return "OCEAN";
    }

    modifier onlyMinter() {
        require(_minters[msg.sender], "Caller is not a minter");
        _;
    }

    /// Both become minters; they must differ.
    function initialize(address _owner, address _initialMinter) public initializer {
        require(_owner != address(0) && _initialMinter != address(0), "Invalid address");
        _addMinter(_initialMinter);
        _addMinter(_owner);
        _transferOwnership(_owner);
    }

    /// Part of the released ABI; name and symbol are fixed here.
    function initialize(string memory, string memory, uint8) public virtual {
        revert("Contract instance has already been initialized");
    }

    /// Part of the released ABI; the cap is fixed here.
    function initialize(uint256, address) public virtual {
        revert("Contract instance has already been initialized");
    }

    function mint(address to, uint256 value) public onlyMinter returns (bool) {
        _mint(to, value);
        return true;
    }

    function isMinter(address account) public view returns (bool) {
        return _minters[account];
    }

    function addMinter(address account) public onlyMinter {
        _addMinter(account);
    }

    function renounceMinter() public onlyMinter {
        _minters[msg.sender] = false;
        emit MinterRemoved(msg.sender);
    }

    function increaseAllowance(address spender, uint256 addedValue) public returns (bool) {
        _approve(msg.sender, spender, allowance(msg.sender, spender) + addedValue);
        return true;
    }

    function decreaseAllowance(address spender, uint256 subtractedValue) public returns (bool) {
        uint256 allowed = allowance(msg.sender, spender);
        if (allowed < subtractedValue) {
            revert ERC20InsufficientAllowance(spender, allowed, subtractedValue);
        }
        _approve(msg.sender, spender, allowed - subtractedValue);
        return true;
    }

    /// As the released token: Transfer, then Approval with what is left. No allowance is unlimited.
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        uint256 allowed = allowance(from, msg.sender);
        if (allowed < value) {
            revert ERC20InsufficientAllowance(msg.sender, allowed, value);
        }
        _transfer(from, to, value);
        _approve(from, msg.sender, allowed - value);
        return true;
    }

    function _addMinter(address account) private {
        require(account != address(0), "Invalid address");
        require(!_minters[account], "Already a minter");
        _minters[account] = true;
        emit MinterAdded(account);
    }
}
