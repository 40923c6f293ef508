/* What a session costs inside of its microVM. Alone: `tsx bench/session/run.ts [rounds]`. Needs the bundled programs. */
import type { Target } from '../figures';
import { measureBridge } from './bridge-overhead';
import { measureMemory } from './memory';
import { measurePing } from './ping';
import { measureStart } from './start';

const CALLS = 300;

/** One thing after the other: they would disturb each other. */
export async function measureSession(rounds: number): Promise<Target[]> {
  const start = await measureStart(rounds);
  const ping = await measurePing();
  const memory = await measureMemory();
  const bridge = await measureBridge(CALLS);
  return [start, ping, memory, bridge].flatMap(({ targets }) => targets);
}

if (process.argv[1] === __filename) {
  measureSession(Number(process.argv[2] ?? 7))
    .then((targets) =>
      targets.forEach(({ wanted, measured, reached }) =>
        console.log(`${reached ? 'yes' : 'NO '} ${wanted}: ${measured}`),
      ),
    )
    .catch((error: unknown) => console.error('no figures:', error));
}
