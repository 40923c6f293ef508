/* Measures whole processes side by side and prints ratios. It judges no build: it ends with 0 whatever it finds. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { measureBroker } from './broker';
import { APPS, COUNTS, keyOf, MANY, ONE, targetsOf, templateGrowth, type Timings } from './figures';
import { ALL_OF_IT, IMPORT_OTHER, installOther, packageTargets } from './packages';
import { compile, ROOT, runApp, runCode, type Sample, templateText } from './processes';
import { render, type Results } from './report';
import { measureSession } from './session/run';
import { withoutNames } from './templates';
import { CHECK_RUNS, DASHBOARD_RUNS, REPORT_RUNS, watchingTargets } from './watching';

const VALIDATED_ROUNDS = 3;
/** short and cheap, so that there can be many */
const REPORT_ROUNDS = 15;
const IMPORTS: Record<string, string> = {
  nothing: '',
  // the CDK loads its modules when they are first touched
  'aws-bedrockagentcore, untouched': `require('aws-cdk-lib/aws-bedrockagentcore')`,
  'aws-bedrockagentcore, its Runtime': `require('aws-cdk-lib/aws-bedrockagentcore').Runtime`,
  // so does this library
  'this library, untouched': `require('./lib/index.js')`,
  'this library, its CodingAgent': `require('./lib/index.js').CodingAgent`,
  [ALL_OF_IT]: `Object.values(require('./lib/index.js'))`,
};

async function main(): Promise<void> {
  const { rounds, json } = options();
  compile();
  const each = APPS.flatMap((app) => COUNTS.map((count) => ({ app, count })));
  // by count first, so that the apps that are compared run right after each other
  each.sort((a, b) => a.count - b.count);
  const timings = inTurn(
    rounds,
    each.map(({ app, count }) => [keyOf(app, count), () => runApp(app, count)]),
  );
  const isInstalled = installOther();
  const imports = inTurn(rounds, [
    ...Object.entries(IMPORTS).map(([name, code]): [string, () => Sample] => [name, () => runCode(code)]),
    ...(isInstalled ? [IMPORT_OTHER] : []),
  ]);
  const beside = inTurn(rounds, DASHBOARD_RUNS);
  const validated = inTurn(VALIDATED_ROUNDS, [
    ...APPS.map((app): [string, () => Sample] => [keyOf(app, MANY), () => runApp(app, MANY, true)]),
    ...CHECK_RUNS,
  ]);
  inTurn(REPORT_ROUNDS, REPORT_RUNS);
  const growth = Object.fromEntries(
    APPS.map((app) => [app, templateGrowth(templateText(app, ONE), templateText(app, MANY), MANY - ONE)]),
  );
  const broker = await measureBroker(rounds);
  const session = await measureSession(rounds);
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    node: process.version,
    awsCdkLib: versionOf('aws-cdk-lib'),
    rounds,
    sameResources: saySame(),
    timings,
    validated,
    imports,
    growth,
    targets: [
      ...targetsOf(timings, growth['library']),
      ...watchingTargets(beside, validated),
      ...packageTargets(imports, isInstalled),
      ...broker.targets,
      ...session,
    ],
  };
  console.log(render(results));
  if (json !== undefined) {
    writeFileSync(json, JSON.stringify(results, undefined, 1));
  }
}

function options(): { rounds: number; json?: string } {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' }, json: { type: 'string' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds is a whole number from 1 on (got '${values.rounds}')`);
  }
  return { rounds, json: values.json };
}

/** One round that does not count, then so many that do; in each, one after the other. */
function inTurn(rounds: number, runs: [key: string, run: () => Sample][]): Timings {
  const timings: Timings = Object.fromEntries(runs.map(([key]) => [key, []]));
  for (let round = 0; round <= rounds; round++) {
    console.error(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${runs.length} processes`);
    for (const [key, run] of runs) {
      const sample = run();
      if (round > 0) {
        timings[key].push(sample);
      }
    }
  }
  return timings;
}

function saySame(): boolean {
  const texts = APPS.map((app) => withoutNames(JSON.parse(templateText(app, MANY))).join());
  return texts.every((text) => text === texts[0]);
}

function versionOf(dependency: string): string {
  const file = path.join(ROOT, 'node_modules', dependency, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

main().catch((error) => console.error('no figures:', error));
