import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { AgentProcess } from '../../../images/session/jobs/agent-process';
import { Scrubber } from '../../../images/session/shared/scrub';
import { until } from '../session';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'agent-process-'))));
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a session that ends does not wait for one that left, hides, holds the output and writes on', async () => {
  // a clock that stands still: no other bound than that of the end is reached
  jest.spyOn(performance, 'now').mockReturnValue(0);
  const begun = path.join(folder, 'begun');
  const writer = `while :; do echo line || exit; touch ${begun}; sleep 0.05; done`;
  const hurry = new AbortController();
  const child = await AgentProcess.start({
    job: { id: 'job-1' },
    command: {
      file: 'bash',
      args: ['-c', `env -i setsid bash -c '${writer}' & until [ -e ${begun} ]; do sleep 0.05; done`],
      environment: {},
      files: [],
    },
    directory: folder,
    environment: { PATH: String(process.env.PATH) },
    line: () => undefined,
    room: () => Promise.resolve(),
    scrubber: new Scrubber(),
    hurry: hurry.signal,
  });
  const ended = child.ended();
  await until(() => existsSync(begun));
  hurry.abort();
  expect((await ended).exit).toMatchObject({ code: 0, cause: 'exited' });
});
