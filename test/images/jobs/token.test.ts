/* Whose token a job uses at the gateway, whoever attaches to it and whenever. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { startBridge } from '../../../images/session/bridge/client';
import type { Bridge } from '../../../images/session/contract';
import { PROGRAM, environmentOf, jwt } from '../bridge/fixture';
import { StandIn } from '../bridge/stand-in';
import { DONE, until, useSessions } from '../session';
import type { TestSession } from '../session';

const { session, workspace } = useSessions();
const SOON = 4_000_000_000;
const ALICE = jwt({ iss: 'i', sub: 'alice', exp: SOON });
const BOB = jwt({ iss: 'i', sub: 'bob', exp: SOON + 9 });

/** attaches, and does not wait for the end of the job */
async function attach(one: TestSession, job: string, authorization: string): Promise<void> {
  await one.jobs.source(job, { authorization });
}

describe('while the repository is cloned', () => {
  let gateway: StandIn;
  beforeEach(async () => void (gateway = await StandIn.start('jwt')));
  afterEach(() => gateway.stop());

  /** a job whose git takes until it is told to go on */
  async function cloning(): Promise<{ one: TestSession; job: string; goOn: () => void }> {
    const bin = workspace();
    const [begun, go] = [path.join(bin, 'begun'), path.join(bin, 'go')];
    const script = `case "$*" in *" clone "*) mkdir -p "\${@: -1}"; touch ${begun}
      until [ -e ${go} ]; do sleep 0.05; done;; esac`;
    writeFileSync(path.join(bin, 'git'), `#!/bin/bash\n${script}\n`);
    chmodSync(path.join(bin, 'git'), 0o755);
    const bridge = startBridge({ program: PROGRAM, environment: environmentOf(gateway, 'jwt') });
    const environment = { PATH: `${bin}:${process.env.PATH}` };
    const one = await session({ bridge, environment, gateway: { url: `${gateway.url}/mcp`, auth: 'jwt' } });
    const job = await one.begin([DONE], { repository: 'octo/app' }, { authorization: ALICE });
    await until(() => existsSync(begun));
    return { one, job, goOn: () => writeFileSync(go, '') };
  }

  const users = () => [...new Set(gateway.seen.map(({ headers }) => headers.authorization))];

  test('another user who attaches lends it nothing, and the events say so, once', async () => {
    const { one, job, goOn } = await cloning();
    await attach(one, job, BOB);
    await attach(one, job, BOB);
    goOn();
    const { events } = await one.invoke({ op: 'attach', job });
    expect(users()).toEqual([ALICE]);
    expect(events.at(-1)?.event).toMatchObject({ result: { status: 'succeeded' } });
    const notices = events.filter(({ event }) => event.type === 'notice').map(({ event }) => event);
    expect(notices).toMatchObject([{ code: 'TokenOfAnotherUser' }]);
  });

  test('the same user renews it, and an older token does not', async () => {
    const { one, job, goOn } = await cloning();
    const newer = jwt({ iss: 'i', sub: 'alice', exp: SOON + 1 });
    await attach(one, job, newer);
    await attach(one, job, jwt({ iss: 'i', sub: 'alice', exp: 1000 }));
    goOn();
    await one.invoke({ op: 'attach', job });
    expect(users()).toEqual([newer]);
  });
});

describe('around its time at the bridge', () => {
  /** a bridge that writes down what it is asked for, and closes when it is told to */
  function fakeBridge(): { bridge: Bridge; calls: string[]; close: () => void; closing: Promise<void> } {
    const calls: string[] = [];
    let [close, begin] = [() => {}, () => {}];
    const closed = new Promise<void>((resolve) => (close = resolve));
    const closing = new Promise<void>((resolve) => (begin = resolve));
    const note = (name: string) => Promise.resolve(void calls.push(name));
    const bridge: Bridge = {
      open: async ({ authorization }) => (await note(`open ${authorization}`), { url: 'http://127.0.0.1:1/' }),
      renew: ({ authorization }) => note(`renew ${authorization}`),
      check: () => Promise.resolve({ ok: true, tools: 1 }),
      close: async () => (begin(), await closed, note('close')),
      modelKey: () => Promise.reject(new Error('no key')),
      onNotice: () => undefined,
      stop: () => Promise.resolve(),
    };
    return { bridge, calls, close, closing };
  }
  const gateway = { url: 'https://x', auth: 'jwt' } as const;

  test('one who attaches while it is being closed does not open it again', async () => {
    const { bridge, calls, close, closing } = fakeBridge();
    const one = await session({ bridge, gateway });
    const job = await one.begin([DONE], {}, { authorization: ALICE });
    await closing;
    await attach(one, job, jwt({ iss: 'i', sub: 'alice', exp: SOON + 1 }));
    await attach(one, job, BOB);
    close();
    await one.invoke({ op: 'attach', job }, { authorization: BOB });
    expect(calls).toEqual([`open ${ALICE}`, 'close']);
  });

  test('while it runs it is renewed by the same user only', async () => {
    const { bridge, calls, close } = fakeBridge();
    const one = await session({ bridge, gateway });
    const job = await one.begin([['wait', 600_000]], {}, { authorization: ALICE });
    await until(() => calls.length === 1);
    const newer = jwt({ iss: 'i', sub: 'alice', exp: SOON + 1 });
    for (const authorization of [ALICE, BOB, newer, ALICE]) {
      await attach(one, job, authorization);
    }
    expect(calls).toEqual([`open ${ALICE}`, `renew ${newer}`]);
    close();
  });

  test('one that began without a token gets none from whoever attaches', async () => {
    const { bridge, calls } = fakeBridge();
    const one = await session({ bridge, gateway });
    const job = await one.begin([DONE]);
    await attach(one, job, BOB);
    const { events } = await one.invoke({ op: 'attach', job });
    expect(events.at(-1)?.event).toMatchObject({ result: { errorCode: 'GatewayAccessDenied' } });
    expect(calls).toEqual([]);
  });
});
