import { readFileSync } from 'node:fs';
import { CloudFormationValidatePlugin } from 'aws-cdk-lib';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { FIXTURES } from './fixtures';
import { reportOn } from './templates';
const content = readFileSync('checks/agentcore.guard', 'utf8');
const guard = new CloudFormationValidatePlugin({ guardRules: [{ name: 'a', content }], includeDefaultRules: false });
const checks = new AgentCoreChecks();
const VALUES: any[] = [
  {},
  [],
  { Ref: 'P' },
  'x',
  '',
  7,
  true,
  null,
  { 'Fn::If': ['a', { Ref: 'AWS::NoValue' }, 'b'] },
  [{ Ref: 'P' }],
  ['x'],
  [[]],
  { a: {} },
  { 'Fn::Join': ['', []] },
];
function* paths(v: any, p: string[] = []): Generator<string[]> {
  if (v && typeof v === 'object')
    for (const k of Object.keys(v)) {
      yield [...p, k];
      yield* paths(v[k], [...p, k]);
    }
}
function set(root: any, path: string[], value: any) {
  const c = structuredClone(root);
  let o = c;
  for (const k of path.slice(0, -1)) o = o[k];
  const last = path.at(-1)!;
  if (value === undefined) delete o[last];
  else o[last] = value;
  return c;
}
test('fuzz', () => {
  const all = Object.values(FIXTURES).flatMap(({ passes, fails }) => [
    ...Object.values(passes),
    ...Object.values(fails).map((f) => f.resources),
  ]);
  const ids = (r: any) =>
    new Set(
      r.violations.flatMap((v: any) => v.violatingResources.map((x: any) => `${v.ruleName} ${x.resourceLogicalId}`)),
    );
  // warm
  const types = Object.fromEntries(
    all.flatMap((r) => Object.values(r)).map(({ Type }, i) => ['X' + i, { Type, Properties: {} }]),
  );
  reportOn(guard, { Resources: types });
  const step = Number(process.env.STEP ?? 1),
    start = Number(process.env.START ?? 0);
  let n = 0;
  const bad = new Map<string, string>();
  const RULES = new Set(AgentCoreChecks.rules().map((r) => r.id));
  const t0 = Date.now();
  let batch: any = {};
  let k = 0;
  const seen = new Set<string>();
  outer: for (const resources of all)
    for (const id of Object.keys(resources))
      for (const path of paths((resources as any)[id].Properties ?? {}))
        for (const value of [...VALUES, undefined]) {
          if (k++ % step !== start) continue;
          if (Date.now() - t0 > Number(process.env.LIMIT ?? 400) * 1000) break outer;
          const mutated: any = { ...resources, [id]: set((resources as any)[id], ['Properties', ...path], value) };
          const key = JSON.stringify(mutated);
          if (seen.has(key)) continue;
          seen.add(key);
          n++;
          let ts: Set<any>, gd: Set<any>;
          try {
            ts = ids(reportOn(checks, { Resources: mutated }));
          } catch (e) {
            bad.set('TS ' + String(e).slice(0, 100), JSON.stringify(mutated));
            continue;
          }
          try {
            gd = ids(reportOn(guard, { Resources: mutated }));
          } catch (e) {
            bad.set('GD ' + String(e).slice(0, 200), JSON.stringify(mutated));
            continue;
          }
          for (const x of gd) {
            const rule = String(x).split(' ')[0];
            if (RULES.has(rule) && !ts.has(x)) {
              const kk = rule + ' ' + path.join('.') + ' <- ' + JSON.stringify(value);
              if (!bad.has(kk)) bad.set(kk, JSON.stringify(mutated).slice(0, 400));
            }
          }
        }
  console.log(
    n,
    'mutants',
    (Date.now() - t0) / n,
    'ms each',
    bad.size,
    'bad\n' + [...bad].map(([a, b]) => a + '\n      ' + b).join('\n'),
  );
}, 600000);
