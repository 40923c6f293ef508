/* The server of a session: `node agent.mjs`. See docs/session.md. Nothing secret or unique is made at its start. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { CLI_NAMES, factsOf } from '../../lib/contract/agents';
import { PORTS } from '../../lib/contract/session';
import { startBridge } from './bridge/client';
import { adapterOf } from './cli';
import { Jobs } from './jobs/jobs';
import { makeServer } from './server/server';
import { causeOf, log, warn } from './shared/log';
import { SessionError } from './shared/problem';
import { hardenProcess } from './shared/process';
import { cliOf, gatewayOf, settingsOf } from './shared/settings';
import { shellEnvironmentDirectory, writeShellEnvironment } from './shared/shell-environment';

/** for runs outside an image; AgentCore wants the port of the contract. 0 is any free one, which the log names */
const PORT_VARIABLE = 'AGENT_PORT';
/** AgentCore kills what has not ended by itself; a job gets five of them to end */
const SHUTDOWN_MS = 9500;
/** for watchers to take the last events */
const FAREWELL_MS = 2000;

function start(environment: NodeJS.ProcessEnv): void {
  hardenProcess();
  const adapter = adapterOf(cliOf(environment));
  const settings = settingsOf(environment);
  const gateway = gatewayOf(environment);
  const bridge = startBridge({ program: path.join(path.dirname(process.argv[1]), 'bridge.mjs'), environment });
  const session = { adapter, settings, environment, bridge, ...(gateway === undefined ? {} : { gateway }) };
  const jobs = new Jobs(session, (bound) => CLI_NAMES.filter((name) => factsOf(name).limits.includes(bound)));
  tellShells(environment);
  const server = makeServer(jobs);
  server.listen(Number(environment[PORT_VARIABLE] ?? PORTS.invocations), '0.0.0.0', () => {
    const { port } = server.address() as AddressInfo;
    log('server.ready', { cli: adapter.name, port, startMs: Math.round(performance.now()) });
  });
  let isEnding = false;
  const end = (code: number) => {
    if (!isEnding) {
      isEnding = true;
      void shutDown(server, jobs, bridge).finally(() => process.exit(code));
    }
  };
  process.on('SIGTERM', () => end(0));
  process.on('SIGINT', () => end(0));
  process.on('uncaughtException', (error) => {
    warn('server.error', { cause: causeOf(error) });
    end(1);
  });
}

async function shutDown(server: Server, jobs: Jobs, bridge: { stop(): Promise<void> }): Promise<void> {
  log('server.ending');
  setTimeout(() => process.exit(0), SHUTDOWN_MS).unref();
  const closed = new Promise((resolve) => server.close(resolve));
  await jobs.shutDown();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), FAREWELL_MS).unref();
  await Promise.all([closed, bridge.stop()]);
}

/** a help for people in shells; a session works without it */
function tellShells(environment: NodeJS.ProcessEnv): void {
  try {
    writeShellEnvironment(shellEnvironmentDirectory(environment), environment);
  } catch (error) {
    warn('shell.untold', { cause: causeOf(error) });
  }
}

try {
  start(process.env);
} catch (error) {
  const isKnown = error instanceof SessionError;
  warn('server.refused', {
    code: isKnown ? error.code : 'InternalError',
    message: isKnown ? error.message : causeOf(error),
  });
  process.exitCode = 1;
}
