// What a chain holds, as ethers.js reads it: an independent client, with the ABI written by hand from the released
// contracts' sources. `node witness.mjs RPC ASKED PACKAGES`, where ASKED is JSON; prints JSON.
import { createRequire } from "node:module";
import { join } from "node:path";

const [rpc, asked, packages] = process.argv.slice(2);
const { ethers } = createRequire(join(packages, "witness.cjs"))("ethers");
const { contracts, did, agreement, consumer, owner } = JSON.parse(asked);
const provider = new ethers.JsonRpcProvider(rpc, undefined, { staticNetwork: true });

const at = (name, abi) => new ethers.Contract(contracts[name], abi, provider);
const agreements = at("AgreementStoreManager", [
  "function getAgreement(bytes32) view returns (bytes32, address, bytes32, bytes32[], address, uint256)",
]);
const conditions = at("ConditionStoreManager", [
  "function getCondition(bytes32) view returns (address, uint8, uint256, uint256, uint256, address, uint256)",
]);
const token = at("OceanToken", ["function balanceOf(address) view returns (uint256)"]);
const access = at("AccessSecretStoreCondition", ["function checkPermissions(address, bytes32) view returns (bool)"]);
const registry = at("DIDRegistry", ["function getDIDOwner(bytes32) view returns (address)"]);
const escrow = at("EscrowReward", [
  "event Fulfilled(bytes32 indexed _agreementId, address indexed _receiver, bytes32 _conditionId, uint256 _amount)",
]);

const [listed, , template, ids] = await agreements.getAgreement(agreement);
const states = [];
for (const id of ids) states.push(Number((await conditions.getCondition(id))[1]));
const paid = await escrow.queryFilter(escrow.filters.Fulfilled(agreement), 0, "latest");
const answer = {
  did: listed,
  template,
  conditions: [...ids],
  states,
  permitted: await access.checkPermissions(consumer, did),
  didOwner: await registry.getDIDOwner(did),
  consumerHolds: (await token.balanceOf(consumer)).toString(),
  ownerHolds: (await token.balanceOf(owner)).toString(),
  escrowHolds: (await token.balanceOf(contracts.EscrowReward)).toString(),
  paidTo: paid.map((log) => log.args[1]),
};
console.log(JSON.stringify(answer));
provider.destroy();
