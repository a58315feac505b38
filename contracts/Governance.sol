// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The operators of a network: one operator, one vote. Enough of them together own the contracts, upgrade them, and
/// decide who is an operator.
contract Governance {
    struct Proposal {
        address to;
        bool executed;
        /// A change of the operators ends every open proposal: votes count only among those who were asked.
        uint64 term;
        bytes data;
    }

    uint256 public constant MOST_OWNERS = 64;

    address[] private _owners;
    mapping(address => bool) public isOwner;
    /// Votes that a proposal needs.
    uint256 public required;
    uint64 private _term;
    Proposal[] private _proposals;
    mapping(uint256 => mapping(address => bool)) public hasConfirmed;

    event Proposed(uint256 indexed proposal, address indexed owner, address indexed to, bytes data);
    event Confirmed(uint256 indexed proposal, address indexed owner);
    event Revoked(uint256 indexed proposal, address indexed owner);
    event Executed(uint256 indexed proposal, address indexed owner);
    event OwnerAdded(address indexed owner);
    event OwnerRemoved(address indexed owner);
    event RequirementChanged(uint256 required);

    modifier onlyOwner() {
        require(isOwner[msg.sender], "Only an owner can do this");
        _;
    }

    /// By an executed proposal.
    modifier onlyTogether() {
        require(msg.sender == address(this), "Only the owners together can do this");
        _;
    }

    modifier open(uint256 proposal) {
        require(proposal < _proposals.length, "No such proposal");
        require(!_proposals[proposal].executed, "Proposal is executed");
        require(_proposals[proposal].term == _term, "The owners have changed since");
        _;
    }

    constructor(address[] memory owners, uint256 votes) {
        for (uint256 i = 0; i < owners.length; i++) {
            _add(owners[i]);
        }
        _require(votes);
    }

    /// Proposes a call, with one's own vote.
    function propose(address to, bytes calldata data) external onlyOwner returns (uint256 proposal) {
        require(to.code.length > 0, "Invalid contract address");
        proposal = _proposals.length;
        _proposals.push(Proposal({to: to, executed: false, term: _term, data: data}));
        emit Proposed(proposal, msg.sender, to, data);
        _confirm(proposal);
    }

    function confirm(uint256 proposal) external onlyOwner open(proposal) {
        require(!hasConfirmed[proposal][msg.sender], "Already confirmed");
        _confirm(proposal);
    }

    function revoke(uint256 proposal) external onlyOwner open(proposal) {
        require(hasConfirmed[proposal][msg.sender], "Not confirmed");
        hasConfirmed[proposal][msg.sender] = false;
        emit Revoked(proposal, msg.sender);
    }

    /// Makes the call. What it says when it fails is said on; the proposal stays open then.
    function execute(uint256 proposal) external onlyOwner open(proposal) returns (bytes memory answer) {
        require(confirmations(proposal) >= required, "Not enough votes");
        Proposal storage found = _proposals[proposal];
        found.executed = true;
        emit Executed(proposal, msg.sender);
        bool success;
        (success, answer) = found.to.call(found.data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function addOwner(address owner, uint256 votes) external onlyTogether {
        _add(owner);
        _require(votes);
        _term++;
    }

    function removeOwner(address owner, uint256 votes) external onlyTogether {
        require(isOwner[owner], "Not an owner");
        isOwner[owner] = false;
        uint256 last = _owners.length - 1;
        for (uint256 i = 0; i < last; i++) {
            if (_owners[i] == owner) {
                _owners[i] = _owners[last];
                break;
            }
        }
        _owners.pop();
        emit OwnerRemoved(owner);
        _require(votes);
        _term++;
    }

    function changeRequirement(uint256 votes) external onlyTogether {
        _require(votes);
        _term++;
    }

    function getOwners() external view returns (address[] memory) {
        return _owners;
    }

    function getProposalCount() external view returns (uint256) {
        return _proposals.length;
    }

    function getProposal(uint256 proposal)
        external
        view
        returns (address to, bytes memory data, bool executed, bool isOpen)
    {
        require(proposal < _proposals.length, "No such proposal");
        Proposal storage found = _proposals[proposal];
        return (found.to, found.data, found.executed, !found.executed && found.term == _term);
    }

    /// The votes of those who are owners.
    function confirmations(uint256 proposal) public view returns (uint256 count) {
        for (uint256 i = 0; i < _owners.length; i++) {
            if (hasConfirmed[proposal][_owners[i]]) {
                count++;
            }
        }
    }

    function _confirm(uint256 proposal) private {
        hasConfirmed[proposal][msg.sender] = true;
        emit Confirmed(proposal, msg.sender);
    }

    function _add(address owner) private {
        require(owner != address(0) && owner != address(this) && !isOwner[owner], "Invalid owner");
        require(_owners.length < MOST_OWNERS, "Too many owners");
        isOwner[owner] = true;
        _owners.push(owner);
        emit OwnerAdded(owner);
    }

    function _require(uint256 votes) private {
        require(votes > 0 && votes <= _owners.length, "Invalid requirement");
        required = votes;
        emit RequirementChanged(votes);
    }
}
