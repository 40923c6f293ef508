/* What a job leaves behind in an image, where tini adopts it. */
import { killOrphans } from '../../../images/session/jobs/orphans';
import * as processes from '../../../images/session/process/processes';
import type { ProcessStat } from '../../../images/session/process/processes';

jest.mock('../../../images/session/process/processes');

const REAPER = 1;
const SINCE = 1000;
const IMAGE = { reaper: REAPER, since: SINCE };
const JOB = 'AGENT_JOB=job-1';
const { pid: SERVER } = process;

interface Fake extends Partial<ProcessStat> {
  readonly environment?: string;
}

/** kills a job among these processes, and tells which of them it killed */
function killed(fakes: Record<number, Fake>, image: { reaper?: number; since?: number } = IMAGE): number[] {
  const { reaper, since } = image;
  const all: Record<number, Fake> = { [REAPER]: { parent: 0 }, [SERVER]: { parent: REAPER }, ...fakes };
  const mocks = jest.mocked(processes);
  mocks.reaperId.mockReturnValue(reaper);
  mocks.processIds.mockImplementation(() => Object.keys(all).map(Number));
  mocks.statOf.mockImplementation((id) =>
    all[id] === undefined ? undefined : ({ state: 'S', terminal: 0, startedAt: SINCE + 1, ...all[id] } as ProcessStat),
  );
  mocks.isLive.mockImplementation((id) => (all[id]?.state ?? 'S') !== 'Z');
  mocks.wasStartedWith.mockImplementation((id, name, value) => {
    const { environment = '' } = all[id] ?? {};
    return value === undefined ? environment.startsWith(`${name}=`) : environment === `${name}=${value}`;
  });
  const ids: number[] = [];
  mocks.signal.mockImplementation((id) => {
    ids.push(id);
    delete all[id];
    return true;
  });
  killOrphans({ id: 'job-1', since });
  return ids;
}

test('what has the mark of the job is killed, wherever it is; what only waits to be reaped is not', () => {
  const fakes = { 20: { parent: REAPER, environment: JOB }, 21: { parent: 5, environment: JOB } };
  const others = {
    22: { parent: REAPER, environment: JOB, state: 'Z' },
    23: { parent: 5, environment: 'AGENT_JOB=2' },
  };
  expect(killed({ ...fakes, ...others }, {})).toEqual([20, 21]);
});

test('what was adopted and began after the job is killed, with all below it', () => {
  expect(killed({ 20: { parent: REAPER }, 21: { parent: 20, terminal: 5 }, 22: { parent: 21 } })).toEqual([20, 21, 22]);
});

test('what hides below a process with the mark is killed', () => {
  expect(killed({ 20: { parent: REAPER, environment: JOB }, 21: { parent: 20 } })).toEqual([20, 21]);
});

test.each<[string, Record<number, Fake>]>([
  ['what began before the job', { 20: { parent: REAPER, startedAt: SINCE } }],
  ['a shell with a terminal', { 20: { parent: REAPER, terminal: 34816 }, 21: { parent: 20 } }],
  ['what was left behind in a shell of a person', { 20: { parent: REAPER, environment: 'AGENT_SHELL=1' } }],
  ['what AgentCore opened', { 20: { parent: 0 }, 21: { parent: 20 }, 22: { parent: 7 } }],
  ['the server, and its own', { 20: { parent: SERVER }, 21: { parent: 20 } }],
])('%s is spared', (_, fakes) => {
  expect(killed(fakes)).toEqual([]);
});

test('outside of an image, and after a crash, the mark alone counts', () => {
  expect(killed({ 20: { parent: REAPER } }, { since: SINCE })).toEqual([]);
  expect(killed({ 20: { parent: REAPER } }, { reaper: REAPER })).toEqual([]);
});
