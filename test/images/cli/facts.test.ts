import { adapterOf } from '../../../images/session/cli';
import { factsOf } from '../../../lib/contract/agents';
import { CLI_NAMES } from '../../../lib/contract/session';

test.each([...CLI_NAMES])('synthesis and session agree on the bounds that %s can hold', (name) => {
  expect([...adapterOf(name).limits].sort()).toEqual([...factsOf(name).limits].sort());
});
