import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckRule } from '../../lib/checks/rules/check';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';

const DOC = readFileSync(join(__dirname, '..', '..', 'docs', 'checks.md'), 'utf8');
const RULES = AgentCoreChecks.rules();

const ours = RULES.filter(({ securityHubControl }) => securityHubControl === undefined);
const controls = RULES.filter(({ securityHubControl }) => securityHubControl !== undefined);

function table(name: string): string {
  return new RegExp(`<!-- ${name} -->\\n+([\\s\\S]*?)\\n+<!-- end -->`).exec(DOC)?.[1] ?? '';
}

/** in columns: the rule with its source, its severity, what must be so and why, what to change, whether Guard has it */
function rows(rules: CheckRule[]): string {
  return rules
    .map(({ id, severity, title, text, fix, source, inGuardFile, securityHubControl }) => {
      const rule = `[\`${id}\`](${source})${securityHubControl === undefined ? '' : ` ${securityHubControl}`}`;
      return `| ${rule} | ${severity} | **${title}.** ${text} | ${fix} | ${inGuardFile ? 'yes' : ''} |`;
    })
    .join('\n');
}

const head = ['| rule | level | what must be so, and why | what to change | Guard |', '|---|---|---|---|---|'].join(
  '\n',
);

test.each([
  ['security-hub', controls],
  ['rules', ours],
])('the table %s of docs/checks.md is what the rules say', (name, rules) => {
  expect(table(name)).toBe(`${head}\n${rows(rules)}`);
});

test('the docs count the rules', () => {
  const inGuard = RULES.filter(({ inGuardFile }) => inGuardFile).length;
  expect(DOC).toContain(`${controls.length} controls of AWS Security Hub CSPM and ${ours.length} rules of its own`);
  expect(DOC).toContain(`${inGuard} of the ${RULES.length} rules`);
});
