/*
 * The index that jsii compiles loads all of the library, of which most apps use a part. This rewrites lib/index.js, so that
 * each export is loaded when it is first asked for; aws-cdk-lib does the same. Whoever imports it from an ES module still
 * loads all: Node reads each export then.
 * usage: node scripts/lazy-index.mjs [the index]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUIRE = /^(?:var|const) (\w+) = require\("(\.\/[^"]+)"\);$/gm;
const NAMESPACE = /^exports\.(\w+) = __importStar\(require\("(\.\/[^"]+)"\)\);$/gm;

const ours = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'lib', 'index.js');
const [, , file = ours] = process.argv;
const text = readFileSync(file, 'utf8');

// Node finds the names of a CommonJS module by the form of its text: `return <name>.<name>;` is one that it knows
const lazy = text
  .replace(REQUIRE, (_, module, from) => `var ${module} = {${gettersOf(module, from)}};`)
  .replace(
    NAMESPACE,
    'var $1_1 = { get all() { return require("$2"); } };\n' +
      'Object.defineProperty(exports, "$1", { enumerable: true, get: function () { return $1_1.all; } });',
  );

// a bare require is there for what it does when it is loaded: it stays as it is
const BARE = /^require\("\.\/[^"]+"\);$/;
const eager = lazy
  .split('\n')
  .filter((line) => line.includes('require("./') && !line.includes(' get ') && !BARE.test(line));
if (eager.length > 0) {
  console.error(`the index has another form than scripts/lazy-index.mjs knows:\n${eager.join('\n')}`);
  process.exit(1);
}
writeFileSync(file, lazy);

function gettersOf(module, from) {
  const names = [...text.matchAll(new RegExp(`return ${module}\\.(\\w+);`, 'g'))].map(([, name]) => name);
  return names.map((name) => ` get ${name}() { return require("${from}").${name}; }`).join(',') + ' ';
}
