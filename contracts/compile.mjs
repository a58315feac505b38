// Compiles the contracts beside this file: node compile.mjs <folder with node_modules> write|check
// `cargo xtask contracts` prepares that folder from compiler.lock.json and calls this.
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [compiler, mode] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(compiler, "package.json"));
const solc = require("solc");

const solFiles = (folder) => readdirSync(join(here, folder)).filter((name) => name.endsWith(".sol")).sort();
const names = [...solFiles("."), ...solFiles("test").map((name) => `test/${name}`)];
const input = {
  language: "Solidity",
  sources: Object.fromEntries(names.map((name) => [name, { content: readFileSync(join(here, name), "utf8") }])),
  settings: {
    evmVersion: "london",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: {
      "*": {
        "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"],
      },
    },
  },
};
const library = (path) => {
  const file = join(compiler, "node_modules", path);
  return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `${path} is not in the library` };
};
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: library }));
for (const fault of output.errors ?? []) console.error(fault.formattedMessage);
if ((output.errors ?? []).length > 0) process.exit(1);

const artifacts = new Map();
for (const source of names) {
  const contract = basename(source, ".sol");
  const compiled = output.contracts[source]?.[contract];
  if (!compiled || compiled.evm.bytecode.object === "") continue;
  const artifact = {
    contractName: contract,
    compiler: { version: solc.version(), evmVersion: "london", optimizerRuns: 200 },
    abi: compiled.abi,
    bytecode: `0x${compiled.evm.bytecode.object}`,
    deployedBytecode: `0x${compiled.evm.deployedBytecode.object}`,
  };
  // Where the constructor writes into the code: [first byte, length], in order.
  const written = Object.values(compiled.evm.deployedBytecode.immutableReferences ?? {}).flat();
  if (written.length > 0) {
    artifact.writtenByConstructor = written.map(({ start, length }) => [start, length]).sort((a, b) => a[0] - b[0]);
  }
  const folder = source.startsWith("test/") ? "test/artifacts" : "artifacts";
  artifacts.set(`${folder}/${contract}.json`, `${JSON.stringify(artifact, null, 1)}\n`);
}

let stale = [];
for (const [path, text] of artifacts) {
  const file = join(here, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  stale.push(path);
  if (mode === "write") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
for (const folder of ["artifacts", "test/artifacts"]) {
  if (!existsSync(join(here, folder))) continue;
  for (const name of readdirSync(join(here, folder))) {
    const path = `${folder}/${name}`;
    if (artifacts.has(path)) continue;
    stale.push(path);
    if (mode === "write") rmSync(join(here, path));
  }
}
if (mode === "check" && stale.length > 0) {
  console.error(`not what the sources compile to: ${stale.join(", ")}; run cargo xtask contracts`);
  process.exit(1);
}
console.log(`${artifacts.size} contracts, ${stale.length} changed`);
