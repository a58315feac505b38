// What ethers.js 6 and web3.js 1 can do with a node of ours, each over HTTP and over a WebSocket: read, call, estimate, send,
// find logs, learn why they are refused, subscribe. `node clients.mjs HTTP WS CONTRACTS ARTIFACTS PACKAGES`, where CONTRACTS is
// JSON; prints JSON: for each client, in the same words, what it saw.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [http, ws, contracts, artifacts, packages] = process.argv.slice(2);
const packaged = createRequire(join(packages, "clients.cjs"));
const { ethers } = packaged("ethers");
const Web3 = packaged("web3");
const at = JSON.parse(contracts);
const artifact = (name) => JSON.parse(readFileSync(join(artifacts, `${name}.json`)));
const [tokenAbi, dispenserAbi, lists] = [artifact("OceanToken").abi, artifact("Dispenser").abi, artifact("HashLists")];

// What is never told is not waited for.
setTimeout(() => {
  console.error("something was not told within a minute");
  process.exit(1);
}, 60_000).unref();

const transfer = ethers.id("Transfer(address,address,uint256)");
const approval = ethers.id("Approval(address,address,uint256)");
const word = (address) => ethers.zeroPadValue(address, 32);
const friend = ethers.getAddress(ethers.dataSlice(ethers.id("a friend"), 12));
// The dispenser's arithmetic overflows.
const tooMuch = (2n ** 256n - 1n).toString();
const refused = (call) => call.then(() => ({ message: "it was not refused" }), (error) => error);

async function withEthers() {
  // Blocks come faster than ethers.js forgets what it has asked.
  const options = { pollingInterval: 20, cacheTimeout: -1 };
  const provider = new ethers.JsonRpcProvider(http, undefined, options);
  const me = new ethers.Wallet(ethers.id("whoever uses ethers.js"), provider);
  const token = new ethers.Contract(at.OceanToken, tokenAbi, me);
  const dispenser = new ethers.Contract(at.Dispenser, dispenserAbi, me);
  const seen = {
    chain: Number((await provider.getNetwork()).chainId),
    height: (await provider.getBlockNumber()) > 0,
    balance: (await provider.getBalance(me.address)).toString(),
    code: (await provider.getCode(at.OceanToken)).length > 2,
    price: (await provider.getFeeData()).gasPrice.toString(),
    name: await token.name(),
  };

  const estimate = await dispenser.requestTokens.estimateGas(5);
  const legacy = await (await dispenser.requestTokens(5, { type: 0, gasPrice: 0, gasLimit: estimate })).wait();
  const dynamic = await (await token.transfer(friend, 7, { type: 2 })).wait();
  const sent = await provider.getTransaction(dynamic.hash);
  const input = token.interface.encodeFunctionData("transfer", [friend, 7]);
  seen.enough = legacy.gasUsed <= estimate;
  seen.legacy = [legacy.status, legacy.type, legacy.logs.length];
  seen.dynamic = [dynamic.status, dynamic.type, dynamic.logs.length, sent.data === input];
  seen.held = (await token.balanceOf(me.address)).toString();
  const made = await (await new ethers.ContractFactory(lists.abi, lists.bytecode, me).deploy()).waitForDeployment();
  seen.created = (await made.owner()) === me.address;
  const nonce = (tag) => provider.getTransactionCount(me.address, tag);
  seen.nonces = [await nonce("latest"), await nonce("pending")];
  const block = await provider.getBlock(dynamic.blockHash, true);
  seen.block = block.number === dynamic.blockNumber && block.prefetchedTransactions[0].hash === dynamic.hash;
  seen.toCome = (await provider.getBlock("pending")).number - (await provider.getBlockNumber());

  const [fromBlock, toBlock] = [legacy.blockNumber, dynamic.blockNumber];
  const names = { [legacy.hash]: "legacy", [dynamic.hash]: "dynamic" };
  const logs = async (filter) => {
    const found = await provider.getLogs({ fromBlock, toBlock, ...filter });
    return found.map((log) => names[log.transactionHash]);
  };
  const transfers = await token.queryFilter(token.filters.Transfer(me.address, friend), fromBlock, toBlock);
  seen.logs = await found(logs, me.address, toBlock);
  seen.event = transfers.map((log) => log.args[2].toString());

  const [text, own, panic, costly] = [
    await refused(token.mint.staticCall(me.address, 1)),
    await refused(token.transfer.staticCall(friend, tooMuch)),
    await refused(dispenser.requestTokens.staticCall(tooMuch)),
    await refused(token.mint.estimateGas(me.address, 1)),
  ];
  seen.refused = { text: text.reason, own: own.revert?.name, panic: panic.revert?.name };
  seen.data = [text.data, own.data, panic.data, costly.data];

  const socket = new ethers.WebSocketProvider(ws, undefined, options);
  const heard = { heads: [], pending: [], logs: [] };
  const all = new Promise((resolve) => {
    const hears = (kind, what) => {
      heard[kind].push(what);
      if (Object.values(heard).every((list) => list.length > 0)) resolve();
    };
    socket.on("block", (number) => hears("heads", number));
    socket.on("pending", (hash) => hears("pending", hash));
    const topics = [transfer, null, word(friend)];
    socket.on({ address: at.OceanToken, topics }, (log) => hears("logs", log.transactionHash));
  });
  // Over the same socket, which answers in order: the subscriptions are there before the transaction is.
  const over = await token.connect(me.connect(socket)).transfer(friend, 1);
  await all;
  const { blockNumber } = await over.wait();
  seen.heard = [heard.heads.includes(blockNumber), heard.pending.includes(over.hash), heard.logs.includes(over.hash)];
  await socket.destroy();
  provider.destroy();
  return seen;
}

async function withWeb3() {
  const key = Web3.utils.keccak256("whoever uses web3.js");
  const web3 = new Web3(http);
  web3.eth.transactionPollingInterval = 20;
  const me = web3.eth.accounts.wallet.add(key).address;
  const token = new web3.eth.Contract(tokenAbi, at.OceanToken);
  const dispenser = new web3.eth.Contract(dispenserAbi, at.Dispenser);
  // It would offer 2.5 gwei of its own.
  const free = { from: me, maxFeePerGas: "0x0", maxPriorityFeePerGas: "0x0", type: "0x2" };
  const seen = {
    chain: await web3.eth.getChainId(),
    height: (await web3.eth.getBlockNumber()) > 0,
    balance: await web3.eth.getBalance(me),
    code: (await web3.eth.getCode(at.OceanToken)).length > 2,
    price: await web3.eth.getGasPrice(),
    name: await token.methods.name().call(),
  };

  const estimate = await dispenser.methods.requestTokens(5).estimateGas({ from: me });
  const hashes = [];
  const sends = async (call, how) => {
    const { transactionHash } = await call.send(how);
    hashes.push(transactionHash);
    return web3.eth.getTransactionReceipt(transactionHash);
  };
  const priced = { from: me, gas: estimate, gasPrice: "0", type: "0x0" };
  const legacy = await sends(dispenser.methods.requestTokens(5), priced);
  const pays = token.methods.transfer(friend, 7);
  const dynamic = await sends(pays, { ...free, gas: 100_000 });
  const sent = await web3.eth.getTransaction(hashes[1]);
  seen.enough = legacy.gasUsed <= estimate;
  seen.legacy = [Number(legacy.status), Number(legacy.type), legacy.logs.length];
  seen.dynamic = [Number(dynamic.status), Number(dynamic.type), dynamic.logs.length, sent.input === pays.encodeABI()];
  seen.held = await token.methods.balanceOf(me).call();
  const builder = new web3.eth.Contract(lists.abi).deploy({ data: lists.bytecode });
  const made = await builder.send({ ...free, gas: 5_000_000 });
  seen.created = (await made.methods.owner().call()) === me;
  const nonce = (tag) => web3.eth.getTransactionCount(me, tag);
  seen.nonces = [await nonce("latest"), await nonce("pending")];
  const block = await web3.eth.getBlock(dynamic.blockHash, true);
  seen.block = block.number === dynamic.blockNumber && block.transactions[0].hash === hashes[1];
  seen.toCome = (await web3.eth.getBlock("pending")).number - (await web3.eth.getBlockNumber());

  const [fromBlock, toBlock] = [legacy.blockNumber, dynamic.blockNumber];
  const logs = async (filter) => {
    const found = await web3.eth.getPastLogs({ fromBlock, toBlock, ...filter });
    return found.map((log) => ["legacy", "dynamic"][hashes.indexOf(log.transactionHash)]);
  };
  const transfers = await token.getPastEvents("Transfer", { fromBlock, toBlock, filter: { from: me, to: friend } });
  seen.logs = await found(logs, me, toBlock);
  seen.event = transfers.map((log) => log.returnValues.value);

  const [text, own, panic, costly] = [
    await refused(token.methods.mint(me, 1).call({ from: me })),
    await refused(token.methods.transfer(friend, tooMuch).call({ from: me })),
    await refused(dispenser.methods.requestTokens(tooMuch).call({ from: me })),
    await refused(token.methods.mint(me, 1).estimateGas({ from: me })),
  ];
  seen.refused = { text: text.message, own: own.message, panic: panic.message };
  seen.data = [text.data, own.data, panic.data, costly.data];

  const socket = new Web3(new Web3.providers.WebsocketProvider(ws));
  socket.eth.accounts.wallet.add(key);
  const subscriptions = [];
  // Resolves when it is there; what it is told first is promised.
  const subscribe = async (...what) => {
    const subscription = socket.eth.subscribe(...what);
    subscriptions.push(subscription);
    const first = new Promise((resolve) => subscription.on("data", resolve));
    await new Promise((resolve, reject) => subscription.on("connected", resolve).on("error", reject));
    return { first };
  };
  const heads = await subscribe("newBlockHeaders");
  const pending = await subscribe("pendingTransactions");
  const topics = [transfer, null, word(friend)];
  const events = await subscribe("logs", { address: at.OceanToken, topics });
  await subscribe("syncing");
  const over = new socket.eth.Contract(tokenAbi, at.OceanToken);
  const { transactionHash, blockNumber } = await over.methods.transfer(friend, 1).send({ ...free, gas: 100_000 });
  seen.heard = [
    (await heads.first).number === blockNumber,
    (await pending.first) === transactionHash,
    (await events.first).transactionHash === transactionHash,
  ];
  for (const subscription of subscriptions) await subscription.unsubscribe();
  socket.currentProvider.disconnect();
  return seen;
}

// The transactions whose logs are found in both blocks, in the second, and by topics of all shapes.
async function found(logs, me, second) {
  return {
    all: await logs({ address: at.OceanToken }),
    range: await logs({ fromBlock: second, address: at.OceanToken }),
    addresses: await logs({ address: [at.OceanToken, at.Dispenser] }),
    topic: await logs({ topics: [transfer] }),
    choice: await logs({ topics: [[approval, transfer], null, [word(me), word(friend)]] }),
    sender: await logs({ topics: [transfer, word(me)] }),
    nothing: await logs({ topics: [approval] }),
  };
}

const seen = { ethers: await withEthers(), web3: await withWeb3() };
process.stdout.write(JSON.stringify(seen), () => process.exit(0));
