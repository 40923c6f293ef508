/*
 * Runs cfn-guard itself with checks/agentcore.guard: over every template of the tests of AgentCoreChecks, those with
 * functions and macros in any place, the sample, the examples and the apps of the tests. Each answer must be that of
 * AgentCoreChecks, finding by finding, and the exit code must be 0 or 19 by that alone.
 *
 * CFN_GUARD names a cfn-guard that is there already; without it cargo compiles the pinned version, which takes minutes.
 * Without both it says SKIP; REQUIRE_GUARD=1 takes that for an error.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { AgentCoreChecks } from 'cdk-coding-agents';
import { FIXTURES } from '../test/checks/fixtures';
import type { Resources } from '../test/checks/fixtures/resources';
import { reportOn } from '../test/checks/templates';
import { MACRO, UNKNOWN_VALUES, placesIn, withValue } from '../test/checks/variants';
import { APPS } from '../test/compliance/apps';

const VERSION = '3.2.1';
/** files of a group whose exit code is looked at one by one; it follows from the status that all files are asked for */
const EXITS = 500;
const EXITS_OF_VARIANTS = 50;
const EXIT = { compliant: 0, broken: 19 };

const root = path.join(__dirname, '..');
const rules = path.join(root, 'checks', 'agentcore.guard');
const checks = new AgentCoreChecks();
const inFile = new Set(
  AgentCoreChecks.rules()
    .filter(({ inGuardFile }) => inGuardFile)
    .map(({ id }) => id),
);

/** A template, and whether Guard may find less in it than the plugin. */
interface Case {
  readonly name: string;
  readonly template: object;
  /** findings that need a look at several resources or into text; `all` where what is there is not known */
  readonly silent: ReadonlySet<string> | 'all';
}

const guard = installed();
if (guard === undefined) {
  console.log(`SKIP guard: neither cfn-guard ${VERSION} (CFN_GUARD) nor cargo is here`);
  process.exitCode = process.env.REQUIRE_GUARD === '1' ? 1 : 0;
} else {
  prove(guard);
}

function prove(program: string): void {
  const groups = { fixtures: fixtures(), ...variants(), sample: synthesized('.'), ...examples(), ...apps() };
  let failed = 0;
  for (const [name, cases] of Object.entries(groups)) {
    const folder = mkdtempSync(path.join(tmpdir(), 'guard-'));
    try {
      const { faults, findings } = compare(program, folder, cases);
      console.log(
        `${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${cases.length} templates, ${findings} findings of the plugin`,
      );
      faults.slice(0, 20).forEach((fault) => console.error(`     ${fault}`));
      failed += cases.length === 0 ? 1 : faults.length;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

/** What differs between cfn-guard and the plugin, and how much the plugin finds. */
function compare(program: string, folder: string, cases: Case[]): { faults: string[]; findings: number } {
  const file = (i: number): string => path.join(folder, `${String(i).padStart(5, '0')}.json`);
  cases.forEach(({ template }, i) => writeFileSync(file(i), JSON.stringify(template)));
  const answers = validate(program, folder);
  const clean = cases.map((_, i) => foundByGuard(answers.get(file(i))).length === 0);
  const found = cases.map(({ template }) => foundByPlugin(template));
  const faults = cases.flatMap(({ name, silent }, i) => {
    const answer = answers.get(file(i));
    const [byGuard, byPlugin] = [foundByGuard(answer), found[i]];
    const more = byGuard.filter((one) => !byPlugin.includes(one)).map((one) => `${name}: only cfn-guard finds ${one}`);
    const less = byPlugin
      .filter((one) => !byGuard.includes(one) && silent !== 'all' && !silent.has(one))
      .map((one) => `${name}: cfn-guard does not find ${one}`);
    const status = answer?.status === 'FAIL' ? 'broken' : 'compliant';
    const wrong = (status === 'compliant') === clean[i] ? [] : [`${name}: cfn-guard calls it ${status}`];
    return [...more, ...less, ...wrong];
  });
  return {
    faults: [...faults, ...wrongExits(program, cases, clean, file)],
    findings: found.reduce((sum, { length }) => sum + length, 0),
  };
}

/** the exit code of one file at a time, since that is what a pipeline looks at */
function wrongExits(program: string, cases: Case[], clean: boolean[], file: (i: number) => string): string[] {
  const step = Math.ceil(cases.length / (cases.length > EXITS ? EXITS_OF_VARIANTS : EXITS));
  return cases.flatMap(({ name }, i) => {
    if (i % step !== 0) {
      return [];
    }
    const { status } = spawnSync(program, ['validate', '--rules', rules, '--data', file(i)], { stdio: 'ignore' });
    const wanted = clean[i] ? EXIT.compliant : EXIT.broken;
    return status === wanted ? [] : [`${name}: cfn-guard exits with ${status}, not ${wanted}`];
  });
}

interface Answer {
  readonly name: string;
  readonly status: 'PASS' | 'FAIL' | 'SKIP';
  readonly not_compliant: { readonly Rule: { readonly name: string; readonly checks: unknown[] } }[];
}

function validate(program: string, folder: string): Map<string, Answer> {
  const args = ['validate', '--rules', rules, '--data', folder];
  const structured = ['--structured', '--output-format', 'json', '--show-summary', 'none'];
  const { stdout, stderr } = spawnSync(program, [...args, ...structured], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const answers = JSON.parse(stdout || `"${stderr}"`) as Answer[];
  return new Map(answers.map((answer) => [answer.name, answer]));
}

/** `RULE LogicalId` of each finding; a rule that names no resource is a finding too, so that it cannot hide */
function foundByGuard(answer: Answer | undefined): string[] {
  const found = (answer?.not_compliant ?? []).flatMap(({ Rule: { name, checks: broken } }) => {
    const ids = [...JSON.stringify(broken).matchAll(/"path":"\/Resources\/([^/"]+)/g)].map(([, id]) => id);
    return ids.length > 0 ? ids.map((id) => `${name} ${id}`) : [`${name} nowhere`];
  });
  return [...new Set(found)].sort();
}

function foundByPlugin(template: object): string[] {
  const found = reportOn(checks, template)
    .violations.filter(({ ruleName }) => inFile.has(ruleName))
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ resourceLogicalId }) => `${ruleName} ${resourceLogicalId}`),
    );
  return [...new Set(found)].sort();
}

function fixtures(): Case[] {
  return Object.entries(FIXTURES).flatMap(([rule, { passes, fails }]) => [
    ...Object.entries(passes).map(([title, resources]) => ofTests(`${rule}: ${title}`, rule, resources)),
    ...Object.entries(fails).map(([title, { resources }]) => ofTests(`${rule}: ${title}`, rule, resources)),
  ]);
}

/** a fixture is about one rule, and says whether Guard finds it; the other rules may find what Guard cannot see */
function ofTests(name: string, rule: string, resources: Resources): Case {
  const template = { Resources: resources };
  const failing = Object.values(FIXTURES[rule].fails).find((one) => one.resources === resources);
  const wanted = new Set(
    failing === undefined || failing.guard === 'silent' ? [] : failing.at.map((at) => `${rule} ${at.split(' ')[0]}`),
  );
  return { name, template, silent: new Set(foundByPlugin(template).filter((one) => !wanted.has(one))) };
}

/** Each place of each fixture with each value that says nothing, and with a macro beside what is there. */
function variants(): Record<string, Case[]> {
  const all = Object.values(FIXTURES).flatMap(({ passes, fails }) => [
    ...Object.values(passes),
    ...Object.values(fails).map(({ resources }) => resources),
  ]);
  const within = all.flatMap((resources) => placesIn(resources).map((place) => ({ resources, place })));
  // CloudFormation takes no function for all properties of a resource, but a macro among them
  const whole = all.flatMap((resources) =>
    Object.keys(resources).map((id) => ({ resources, place: [id, 'Properties'] })),
  );
  const groups = UNKNOWN_VALUES.map((value) => [
    `variants with ${JSON.stringify(value) ?? 'nothing'}`,
    within.map(({ resources, place }) => variant(resources, place, value)),
  ]);
  const beside = [...whole, ...within]
    .filter(({ resources, place }) => isObject(valueAt(resources, place)))
    .map(({ resources, place }) => variant(resources, [...place, 'Fn::Transform'], MACRO['Fn::Transform']));
  return { ...(Object.fromEntries(groups) as Record<string, Case[]>), 'variants with a macro beside': beside };
}

function variant(resources: Resources, place: string[], value: unknown): Case {
  return {
    name: `${JSON.stringify(value) ?? 'nothing'} at ${place.join('.')}`,
    template: { Resources: withValue(resources, place, value) },
    silent: 'all',
  };
}

function valueAt(resources: Resources, place: string[]): unknown {
  return place.reduce<unknown>((below, key) => (below as Record<string, unknown> | undefined)?.[key], resources);
}

function isObject(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !/^Ref$|^Fn::/.test(Object.keys(value)[0] ?? '')
  );
}

function examples(): Record<string, Case[]> {
  const folders = readdirSync(path.join(root, 'examples'))
    .map((name) => path.join('examples', name))
    .filter((folder) => {
      const settings = path.join(root, folder, 'cdk.json');
      return existsSync(settings) && /\b(tsx|node)\b/.test((readJson(settings) as { app: string }).app);
    });
  return Object.fromEntries(folders.map((folder) => [folder, synthesized(folder)]));
}

/** by the real CLI, with the settings of the app */
function synthesized(app: string): Case[] {
  const out = mkdtempSync(path.join(tmpdir(), 'synth-'));
  try {
    const args = ['synth', '--quiet', '--no-notices', '--no-lookups', '--ci', '--output', out];
    const env = { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1', CDK_DISABLE_CLI_TELEMETRY: 'true' };
    const { status, output } = spawnSync(path.join(root, 'node_modules', '.bin', 'cdk'), args, {
      cwd: path.join(root, app),
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (status !== 0) {
      throw new Error(`${app} does not synthesize: ${output.join('')}`);
    }
    return templatesIn(out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function apps(): Record<string, Case[]> {
  return Object.fromEntries(
    Object.entries(APPS).map(([name, build]) => [`test app ${name}`, templatesIn(build().app.synth().directory)]),
  );
}

function templatesIn(assembly: string): Case[] {
  return readdirSync(assembly, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.template.json'))
    .map((name) => ({ name, template: readJson(path.join(assembly, name)) as object, silent: new Set<string>() }));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The program of this version: the one that is named, the one that was compiled before, or one that is compiled now. */
function installed(): string | undefined {
  const compiled = path.join(root, 'node_modules', '.cache', `cfn-guard-${VERSION}`);
  const known = [process.env.CFN_GUARD, path.join(compiled, 'bin', 'cfn-guard'), 'cfn-guard'];
  const found = known.find((program) => program !== undefined && isIt(program));
  if (found !== undefined) {
    return found;
  }
  const args = ['install', 'cfn-guard', '--version', VERSION, '--locked', '--root', compiled];
  const { status, error } = spawnSync('cargo', args, { stdio: 'inherit' });
  return error === undefined && status === 0 ? path.join(compiled, 'bin', 'cfn-guard') : undefined;
}

function isIt(program: string): boolean {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return stdout?.trim() === `cfn-guard ${VERSION}`;
}
