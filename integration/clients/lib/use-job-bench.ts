import { after, afterEach, before, beforeEach } from 'node:test';
import { JobBench } from './job-bench.ts';
import { ProxyRecorder } from './silence.ts';

export interface Use {
  /** of all tests of a file: in its last one, whom the programs wanted to call */
  readonly proxy: ProxyRecorder;
  /** of each test */
  bench: JobBench;
}

/** What a job needs around it, for the tests of a file. */
export function useJobBench(): Use {
  const use = { proxy: new ProxyRecorder() } as Use;
  before(() => use.proxy.start());
  after(() => use.proxy.stop());
  beforeEach(async () => {
    use.bench = await new JobBench(use.proxy.environment).start();
  });
  afterEach(() => use.bench.stop());
  return use;
}
