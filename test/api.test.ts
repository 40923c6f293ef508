import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const root = path.join(__dirname, '..');
const CLASS = 'cdk-coding-agents.CodingAgent';
const PROPS = 'cdk-coding-agents.CodingAgentProps';

interface Type {
  methods: { name: string }[];
  properties: { name: string; optional?: boolean }[];
}

const folder = mkdtempSync(path.join(tmpdir(), 'api-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the real check on an API that differs from the baseline in one point. */
function check(change: (types: Record<string, Type>) => void): { status: number | null; output: string } {
  const api = JSON.parse(readFileSync(path.join(root, 'api', 'baseline.json'), 'utf8')) as {
    types: Record<string, Type>;
  };
  change(api.types);
  const assembly = path.join(folder, 'changed.json');
  writeFileSync(assembly, JSON.stringify(api));
  const tsx = path.join(root, 'node_modules', '.bin', 'tsx');
  const script = path.join(root, 'scripts', 'check-api.ts');
  const { status, stdout, stderr } = spawnSync(tsx, [script, '--assembly', assembly], { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

describe('npm run api:check', () => {
  test('lets pass what is added', () => {
    const { status, output } = check((types) => {
      types[CLASS].methods.push({ ...types[CLASS].methods[0], name: 'somethingNew' });
    });
    expect(output).not.toContain('err ');
    expect(status).toBe(0);
  }, 60_000);

  test('fails on a method that was removed and on a prop that became required, and tells their keys', () => {
    const { status, output } = check((types) => {
      types[CLASS].methods = types[CLASS].methods.filter(({ name }) => name !== 'addOutputs');
      types[PROPS].properties = types[PROPS].properties.map((prop) =>
        prop.name === 'model' ? { ...prop, optional: undefined } : prop,
      );
    });
    expect(output).toContain(`METHOD ${CLASS}.addOutputs: has been removed [removed:${CLASS}.addOutputs]`);
    expect(output).toMatch(/err .*CodingAgentProps.*model/);
    expect(output).toContain('add the key in brackets to api/allowed-breaking-changes.txt with the reason');
    expect(status).toBe(1);
  }, 60_000);
});
