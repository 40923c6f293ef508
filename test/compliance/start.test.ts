/* What cdk-nag finds in the app under "Start" of README: only what whoever copies it can change. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import * as cdk from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as ts from 'typescript';
import * as library from '../../lib';
import { nagReport, REPORT_ONLY } from './nag';

const README = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');

/** The app as it is printed, with what a user may add to it. */
function startApp(change: (text: string) => string = (text) => text): cdk.App {
  const [, text = ''] = /## Start[^]*?```ts nofixture\n([^]*?)```/.exec(README) ?? [];
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(change(text), { compilerOptions });
  class App extends cdk.App {
    public constructor() {
      super({ context: REPORT_ONLY });
    }
  }
  const load = (name: string): unknown => (name === 'cdk-coding-agents' ? library : { ...cdk, App });
  const run = runInThisContext(`(require, exports) => { ${outputText}; return app; }`) as (
    ...args: unknown[]
  ) => cdk.App;
  return run(load, {});
}

/** What each finding takes: the prop of the network, or a key for everything. */
const KEY = 'Aspects.of(app).add(new mixins.CustomerManagedKey(key)), or encryptionKey of each';
const NO_LOOKUP = 's3PrefixListId of the network: then there is no function';
const ACTIONS: Record<string, string> = {
  CloudWatchLogGroupEncrypted: KEY,
  LambdaConcurrency: NO_LOOKUP,
  LambdaDLQ: NO_LOOKUP,
  LambdaInsideVPC: NO_LOOKUP,
  LambdaTracing: NO_LOOKUP,
};

test('every finding is one that a prop changes', () => {
  const { violations } = nagReport(startApp());
  expect(violations.length).toBeGreaterThan(5);
  expect(violations.filter(({ rule }) => !(rule in ACTIONS))).toEqual([]);
  expect(new Set(violations.map(({ rule }) => rule))).toEqual(new Set(Object.keys(ACTIONS)));
});

test('AwsSolutions finds nothing', () => {
  expect(nagReport(startApp()).violations.filter(({ pack }) => pack === 'AwsSolutions')).toEqual([]);
});

test('with these changes no pack finds anything', () => {
  const app = startApp((text) => text.replace(", 'Network');", ", 'Network', { s3PrefixListId: 'pl-6da54004' });"));
  const key = new kms.Key(new cdk.Stack(app, 'Keys'), 'Key', { enableKeyRotation: true });
  cdk.Aspects.of(app).add(new library.mixins.CustomerManagedKey(key));
  expect(nagReport(app).violations).toEqual([]);
});
