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
