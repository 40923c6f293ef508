import { adapterOf } from '../../../images/session/cli';
import { factsOf } from '../../../lib/contract/agents';
import { AGENT_NAMES, AGENTS } from '../../agents';

test.each(AGENT_NAMES)('synthesis and session agree on the limits that %s can keep', (name) => {
  const limits = [...AGENTS[name].limits].sort();
  expect([...adapterOf(name).limits].sort()).toEqual(limits);
  expect([...factsOf(name).limits].sort()).toEqual(limits);
});

test('an agent of your own can keep a limit of minutes', () => {
  expect(adapterOf('custom').limits).toEqual(['minutes']);
  expect(factsOf('custom').limits).toEqual(['minutes']);
});

test.each([...AGENT_NAMES, 'custom'] as const)('the adapter of %s has its name', (name) => {
  expect(adapterOf(name).name).toBe(name);
});
