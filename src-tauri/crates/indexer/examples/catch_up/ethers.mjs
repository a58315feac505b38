// Reads the token's transfers with ethers.js as its documentation shows it, and keeps them by account.
// node ethers.mjs FOLDER-WITH-NODE_MODULES URL TOKEN
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, url, token] = process.argv.slice(2);
const { ethers } = createRequire(join(folder, "package.json"))("ethers");

const provider = new ethers.JsonRpcProvider(url, undefined, { staticNetwork: true });
const contract = new ethers.Contract(
  token,
  ["event Transfer(address indexed from, address indexed to, uint256 value)"],
  provider,
);
const byAccount = new Map();
const keep = (account, event) => {
  const known = byAccount.get(account);
  if (known) known.push(event);
  else byAccount.set(account, [event]);
};

const start = performance.now();
const newest = await provider.getBlockNumber();
let events = 0;
for (let from = 0; from <= newest; from += 50) {
  const logs = await contract.queryFilter(contract.filters.Transfer(), from, Math.min(from + 49, newest));
  for (const log of logs) {
    const [payer, receiver, value] = log.args;
    const event = { block: log.blockNumber, index: log.index, tx: log.transactionHash, payer, receiver, value };
    keep(payer, event);
    keep(receiver, event);
    events += 1;
  }
}
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ events, events_per_second: Math.floor(events / seconds), ethers: ethers.version }));
process.exit(0);
