// Puts the released contracts, keeper-contracts 0.13.2 or 0.12.7, on a chain where gas costs nothing, with ethers.js: not one
// line of ours takes part. `node deploy_official.mjs RPC RELEASE ARTIFACTS PACKAGES`; prints the addresses by name as JSON.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [rpc, release, artifacts, packages] = process.argv.slice(2);
// Its templates are contracts.
const old = release === "0.12.7";
const { ethers } = createRequire(join(packages, "deploy.cjs"))("ethers");
const provider = new ethers.JsonRpcProvider(rpc, undefined, { staticNetwork: true, pollingInterval: 20 });
const owner = new ethers.Wallet(ethers.id("whoever deploys"), provider);
const at = {};
const sent = [];
let nonce = 0;

// Ganache forgets to queue what arrives while it makes a block: it makes none until all is sent. The others do as they do.
const mining = (goes) => provider.send(goes ? "miner_start" : "miner_stop", []).catch(() => {});
await mining(false);

// One after the other, but nobody waits for a block between.
async function send(to, data, what) {
  const created = ethers.getCreateAddress({ from: owner.address, nonce });
  const tx = await owner.sendTransaction({ to, data, nonce: nonce++, type: 0, gasPrice: 0, gasLimit: 7_000_000 });
  sent.push([tx, what]);
  return created;
}

async function create(name) {
  let { bytecode } = JSON.parse(readFileSync(join(artifacts, `${name}.development.json`)));
  for (const library of ["EpochLibrary", "DIDRegistryLibrary"]) {
    if (at[library]) bytecode = bytecode.replaceAll(`__${library}`.padEnd(40, "_"), at[library].slice(2));
  }
  at[name] = await send(null, bytecode, name);
}

async function call(name, signature, values) {
  const abi = new ethers.Interface([`function ${signature}`]);
  await send(at[name], abi.encodeFunctionData(signature.split("(")[0], values), `${name}.${signature}`);
}

for (const name of [
  "EpochLibrary", "DIDRegistryLibrary", "OceanToken", "Dispenser", "DIDRegistry", "TemplateStoreManager",
  "ConditionStoreManager", "AgreementStoreManager", "LockRewardCondition", "AccessSecretStoreCondition", "EscrowReward",
  "ComputeExecutionCondition",
  ...(old ? ["EscrowAccessSecretStoreTemplate", "EscrowComputeExecutionTemplate"] : []),
]) await create(name);

const me = owner.address;
const token = at.OceanToken, conditions = at.ConditionStoreManager, templates = at.TemplateStoreManager;
const agreements = at.AgreementStoreManager, registry = at.DIDRegistry;
for (const [name, values] of [
  ["OceanToken", [me, at.Dispenser]],
  ["Dispenser", [token, me]],
  ["DIDRegistry", [me]],
  ["TemplateStoreManager", [me]],
  ["ConditionStoreManager", [me]],
  ["AgreementStoreManager", [me, conditions, templates, registry]],
  ["LockRewardCondition", [me, conditions, token]],
  ["EscrowReward", [me, conditions, token]],
  ["AccessSecretStoreCondition", [me, conditions, agreements]],
  ["ComputeExecutionCondition", [me, conditions, agreements]],
]) await call(name, `initialize(${values.map(() => "address").join(",")})`, values);

await call("ConditionStoreManager", "delegateCreateRole(address)", [agreements]);
const released = [["AccessSecretStoreCondition", "EscrowAccessSecretStoreTemplate"],
  ["ComputeExecutionCondition", "EscrowComputeExecutionTemplate"]];
for (const [condition, name] of old ? released : []) {
  const parts = [me, agreements, registry, at[condition], at.LockRewardCondition, at.EscrowReward];
  await call(name, `initialize(${parts.map(() => "address").join(",")})`, parts);
  await call("TemplateStoreManager", "proposeTemplate(address)", [at[name]]);
  await call("TemplateStoreManager", "approveTemplate(address)", [at[name]]);
}
const actors = old ? [] : ["provider", "consumer"];
for (const actor of actors) await call("TemplateStoreManager", "registerTemplateActorType(string)", [actor]);
// The names and numbers of their deployment.
const proposed = "proposeTemplate(bytes32,address[],bytes32[],string)";
for (const [condition, name, id] of old ? [] : [
  ["AccessSecretStoreCondition", "EscrowAccessSecretStoreTemplate",
    "0xff52b4c00ceacf1cfd7296af9569da77db4e9ae9b3d42a3022516b9c1adca8de"],
  ["ComputeExecutionCondition", "EscrowComputeExecutionTemplate",
    "0x05261cb95061becaa852abcba43e8fe7f3edafcaa1cedf1606c08bed0a6cfa70"],
]) {
  const types = [at.LockRewardCondition, at[condition], at.EscrowReward];
  await call("TemplateStoreManager", proposed, [id, types, actors.map(ethers.id), name]);
  await call("TemplateStoreManager", "approveTemplate(bytes32)", [id]);
}
await mining(true);
for (const [tx, what] of sent) {
  const receipt = await tx.wait();
  if (receipt.status !== 1) throw new Error(`${what} was reverted`);
}

delete at.EpochLibrary;
delete at.DIDRegistryLibrary;
console.log(JSON.stringify(at));
provider.destroy();
