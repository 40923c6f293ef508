import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { CLI_NAMES, factsOf, NPM_CLIS, PACKAGED_CLIS } from '../../lib/contract/agents';
import { AGENT_NAMES, AGENTS, FROM_NPM } from '../agents';

test('the rows are those that the tests expect, in this order', () => {
  expect(CLI_NAMES).toEqual([...AGENT_NAMES, 'custom']);
  expect(PACKAGED_CLIS).toEqual(AGENT_NAMES);
  expect(NPM_CLIS).toEqual(FROM_NPM);
});

test.each(AGENT_NAMES)('the row of %s', (name) => {
  const { title, binary, packages, testedPackage, limits } = AGENTS[name];
  expect(factsOf(name)).toMatchObject({ title, binary, limits, source: packages === undefined ? 'archive' : 'npm' });
  expect(factsOf(name).testedPackage).toBe(testedPackage);
});

test('docs/agents.md says which agents are run for real: those with a package that is tested', () => {
  const text = readFileSync(path.join(__dirname, '..', '..', 'docs', 'agents.md'), 'utf8');
  const cellsOf = (start: string): string[] => {
    const line = text.split('\n').find((one) => one.startsWith(start)) ?? '';
    return line.split('|').map((cell) => cell.trim());
  };
  const [titles, proofs] = [cellsOf('| | Claude Code'), cellsOf('| proof |')];
  for (const name of PACKAGED_CLIS) {
    const { title, testedPackage } = factsOf(name);
    // Cursor CLI is called by its first word there
    const column = titles.findIndex((cell) => cell.startsWith(title) || cell === title.split(' ')[0]);
    expect([name, proofs[column]]).toEqual([name, testedPackage === undefined ? 'by documentation' : 'run']);
  }
});
