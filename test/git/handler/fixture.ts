/* A broker with its loopback, and what it writes. */
import type { BrokerConfig } from '../../../lib/contract/github-app';
import { toolNamed } from '../../../lib/contract/catalogue';
import { createBroker } from '../../../handlers/github-broker/broker';
import type { LambdaContext } from '../../../handlers/shared/lambda';
import { signerOf } from '../../../handlers/shared/signer';
import { brokerConfig, KEY_ARN } from './app';
import { CREDENTIALS } from '../../sigv4';
import { Loopback } from './loopback';
import { sample } from './samples';

/** Captures what goes to standard output and standard error, which is what Lambda would put into the log. */
export class Log {
  public readonly lines: string[] = [];
  private readonly spies: jest.SpyInstance[];

  constructor() {
    const take = (text: string | Uint8Array) => this.lines.push(String(text)) > 0;
    this.spies = [process.stdout, process.stderr].map((stream) => jest.spyOn(stream, 'write').mockImplementation(take));
  }

  public get last(): any {
    return JSON.parse(this.lines[this.lines.length - 1]);
  }

  public stop(): void {
    this.spies.forEach((spy) => spy.mockRestore());
  }
}

/** The loopback of a test file, new for each test, and the log of the test. */
export function useLoopback(): { loopback: Loopback; log: Log } {
  const use = {} as { loopback: Loopback; log: Log };
  beforeEach(async () => {
    use.loopback = await Loopback.start();
    Object.assign(process.env, CREDENTIALS, {
      AWS_ENDPOINT_URL_KMS: use.loopback.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: use.loopback.url,
      AWS_LAMBDA_FUNCTION_NAME: 'test-broker',
    });
    use.log = new Log();
  });
  afterEach(async () => {
    use.log.stop();
    await use.loopback.stop();
    expect(use.loopback.violations).toEqual([]);
  });
  return use;
}

export interface Call {
  (tool: string, event?: unknown, remainingMs?: number): Promise<any>;
}

/** Calls tools as a gateway does. Without arguments, with those of the sample. */
export function caller(loopback: Loopback, changes: Partial<BrokerConfig> = {}): Call {
  const handler = createBroker(brokerConfig(loopback.url, changes), signerOf({ KEY_ARN }));
  return (tool, event, remainingMs = 15_000) =>
    handler(event === undefined ? sample(rowNamed(tool)) : event, contextOf(`github___${tool}`, remainingMs));
}

export function contextOf(toolName: string, remainingMs = 15_000) {
  return {
    awsRequestId: '6bc28136-0000-1111-2222-333344445555',
    clientContext: { custom: { bedrockAgentCoreToolName: toolName } },
    getRemainingTimeInMillis: () => remainingMs,
  };
}

/** As a role invokes a function directly. */
export function directContext(): LambdaContext {
  const { clientContext: _, ...context } = contextOf('');
  return context;
}

export function rowNamed(tool: string) {
  const row = toolNamed(tool);
  if (row === undefined) {
    throw new Error(`no tool ${tool}`);
  }
  return row;
}
