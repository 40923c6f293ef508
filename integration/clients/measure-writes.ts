/*
 * How often a session writes to its workspace: a long conversation of Codex with a scripted model, a command in each turn.
 * Prints the writes a minute by what writes them, twice: with the home of the agent in the workspace, as it was, and on the
 * disk of the microVM.
 * usage: npm run measure:writes [turns]
 */
import { watch } from 'node:fs';
import * as path from 'node:path';
import { AGENTS } from './lib/agents.ts';
import { JobBench } from './lib/job-bench.ts';

const turns = Number(process.argv[2] ?? 120);
const { codex } = AGENTS;

for (const where of ['workspace', 'disk'] as const) {
  const bench = await new JobBench({}, { homeInWorkspace: where === 'workspace' }).start();
  const session = await bench.session(codex, 'jwt');
  const writes = { home: 0, journal: 0 };
  const watcher = watch(session.workspace, { recursive: true }, (_, file) => {
    if (file?.startsWith(path.join('.agent', 'home')) === true) {
      writes.home++;
    } else if (file?.startsWith(path.join('.agent', 'jobs')) === true) {
      writes.journal++;
    }
  });
  bench.model.script = [
    ...Array.from({ length: turns }, (_, turn) => codex.shell(`sleep 0.4; echo turn ${turn}`)),
    { text: 'done' },
  ];
  const start = performance.now();
  const { result } = await session.run({ prompt: 'a long conversation', limits: { minutes: 20 } });
  const minutes = (performance.now() - start) / 60_000;
  watcher.close();
  const perMinute = (count: number): string => (count / minutes).toFixed(0);
  console.log(
    `home on ${where}: ${result.status}, ${turns} turns in ${(minutes * 60).toFixed(0)} s; a minute: ` +
      `${perMinute(writes.home)} writes of the home, ${perMinute(writes.journal)} of the journal`,
  );
  await bench.stop();
}
