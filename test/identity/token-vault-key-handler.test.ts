import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { answerOf as answerTo } from '../../handlers/token-vault-key/answer';
import type { CustomResourceEvent } from '../../handlers/token-vault-key/event';
import { createHandler } from '../../handlers/token-vault-key/handler';
import { isOfCloudFormation } from '../../handlers/token-vault-key/response-url';
import { settingsOf } from '../../handlers/token-vault-key/settings';

// The real SDK client and the real answer to CloudFormation, against a server on this machine.

const key = (id: string) => `arn:aws:kms:eu-west-1:111122223333:key/${id}`;
const [OLD, NEW, THEIRS] = ['old', 'new', 'theirs'].map(key);
const ANSWER_PATH = '/cloudformation/answer?X-Amz-Signature=abc';

interface Call {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}
type Failure = [status: number, name: string, message: string];

/** AgentCore and the place where CloudFormation waits for the answer. */
class Aws {
  public calls: Call[] = [];
  public vault: string | undefined = undefined;
  public failures: { get: Failure[]; set: Failure[]; answer: number[] } = { get: [], set: [], answer: [] };
  private readonly server: Server = createServer((request, response) => void this.serve(request, response));

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** the bodies of the calls that change something */
  public get changes(): any[] {
    return this.to('/identities/set-token-vault-cmk').map(({ body }) => body);
  }

  public to(path: string): Call[] {
    return this.calls.filter((call) => call.path === path);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = Buffer.concat(await request.toArray()).toString();
    const call = { path: request.url!, headers: request.headers, body: JSON.parse(text) };
    this.calls.push(call);
    if (call.path === ANSWER_PATH) {
      response.writeHead(this.failures.answer.shift() ?? 200, { location: '/elsewhere' }).end();
      return;
    }
    const failure = this.failures[call.path.includes('/get-') ? 'get' : 'set'].shift();
    if (failure !== undefined) {
      response.writeHead(failure[0], { 'content-type': 'application/json', 'x-amzn-errortype': failure[1] });
      response.end(JSON.stringify({ message: failure[2] }));
      return;
    }
    if (call.path === '/identities/set-token-vault-cmk') {
      this.vault = call.body.kmsConfiguration.kmsKeyArn;
    }
    const kmsConfiguration =
      this.vault === undefined
        ? { keyType: 'ServiceManagedKey' }
        : { keyType: 'CustomerManagedKey', kmsKeyArn: this.vault };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ tokenVaultId: 'default', kmsConfiguration, lastModifiedDate: 1_700_000_000 }));
  }
}

const aws = new Aws();
const before = { ...process.env };
const pauses: number[] = [];
const noPause = (milliseconds: number) => {
  pauses.push(milliseconds);
  return Promise.resolve();
};

beforeAll(async () => {
  await aws.start();
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_BEDROCK_AGENTCORE_CONTROL: aws.url,
  });
});
beforeEach(() => {
  aws.calls = [];
  aws.vault = undefined;
  aws.failures = { get: [], set: [], answer: [] };
  pauses.length = 0;
  jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => {
  aws.stop();
  process.env = before;
});

function event(
  RequestType: CustomResourceEvent['RequestType'],
  KeyArn: string,
  more: { old?: string; replace?: boolean } = {},
): CustomResourceEvent {
  const properties = (arn: string) => ({
    TokenVaultId: 'default',
    KeyArn: arn,
    ReplaceExistingKey: String(more.replace ?? false),
  });
  return {
    RequestType,
    ResponseURL: aws.url + ANSWER_PATH,
    StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Stack/1',
    RequestId: 'request-1',
    LogicalResourceId: 'VaultResource',
    ResourceProperties: properties(KeyArn),
    OldResourceProperties: more.old === undefined ? undefined : properties(more.old),
  };
}

/** As the construct sets them for an event: CloudFormation changes them first. */
function settingsFor({ ResourceProperties }: CustomResourceEvent, more = {}) {
  const { KeyArn: KEY_ARN, ReplaceExistingKey: REPLACE_EXISTING_KEY } = ResourceProperties;
  return settingsOf({ KEY_ARN, REPLACE_EXISTING_KEY, SET_BACK_ON_DELETE: 'true', ...more });
}

const answerOf = (asked: CustomResourceEvent, pause?: typeof noPause) => answerTo(asked, settingsFor(asked), pause);
const handler = (asked: CustomResourceEvent) => {
  return createHandler(settingsFor(asked), (url) => url.startsWith(aws.url))(asked);
};

const setTo = (kmsKeyArn: string) => ({
  tokenVaultId: 'default',
  kmsConfiguration: { keyType: 'CustomerManagedKey', kmsKeyArn },
});
const SET_BACK = { tokenVaultId: 'default', kmsConfiguration: { keyType: 'ServiceManagedKey' } };
const REFUSED = {
  status: 'FAILED',
  reason: `TokenVaultHasOtherKey: the token vault is encrypted with another customer-managed key, ${THEIRS}, which this stack did not set; set replaceExistingKey: true to replace it. If a rollback stops here, continue it and skip this resource`,
};

describe('on creation', () => {
  test('sets the key and says so to CloudFormation', async () => {
    await handler(event('Create', NEW));
    expect(aws.changes).toEqual([setTo(NEW)]);
    const [answer] = aws.to(ANSWER_PATH);
    expect(answer.body).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'token-vault/default',
      StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Stack/1',
      RequestId: 'request-1',
      LogicalResourceId: 'VaultResource',
    });
    // the signature of the URL covers these
    expect(answer.headers['content-type']).toBeUndefined();
    expect(answer.headers['content-length']).toBe(String(JSON.stringify(answer.body).length));
  });

  test('asks nothing of a vault that has the key', async () => {
    aws.vault = NEW;
    expect(await answerOf(event('Create', NEW))).toEqual({ status: 'SUCCESS' });
    expect(aws.changes).toEqual([]);
  });

  test('sets the key where there is no vault yet', async () => {
    aws.failures.get = [[404, 'ResourceNotFoundException', 'no vault']];
    expect(await answerOf(event('Create', NEW))).toEqual({ status: 'SUCCESS' });
    expect(aws.changes).toEqual([setTo(NEW)]);
  });

  test("refuses to replace somebody else's key", async () => {
    aws.vault = THEIRS;
    expect(await answerOf(event('Create', NEW))).toEqual(REFUSED);
    expect(aws.changes).toEqual([]);
  });

  test('replaces it when told to', async () => {
    aws.vault = THEIRS;
    expect(await answerOf(event('Create', NEW, { replace: true }))).toEqual({ status: 'SUCCESS' });
    expect(aws.vault).toBe(NEW);
  });

  test('that was refused is cleaned up without touching that key', async () => {
    aws.vault = THEIRS;
    await handler(event('Create', NEW));
    expect(aws.to(ANSWER_PATH)[0].body).toMatchObject({ Status: 'FAILED', Reason: REFUSED.reason });
    await handler(event('Delete', NEW));
    expect(aws.to(ANSWER_PATH)[1].body).toMatchObject({ Status: 'SUCCESS' });
    expect([aws.vault, aws.changes]).toEqual([THEIRS, []]);
  });
});

describe('on update', () => {
  test('replaces its own key, and a rollback brings the old one back', async () => {
    aws.vault = OLD;
    expect(await answerOf(event('Update', NEW, { old: OLD }))).toEqual({ status: 'SUCCESS' });
    expect(aws.vault).toBe(NEW);
    expect(await answerOf(event('Update', OLD, { old: NEW }))).toEqual({ status: 'SUCCESS' });
    expect(aws.vault).toBe(OLD);
    expect(aws.changes).toEqual([setTo(NEW), setTo(OLD)]);
  });

  test('that failed before it changed anything is rolled back without a call', async () => {
    aws.vault = OLD;
    aws.failures.set = [[400, 'ValidationException', 'the key is disabled']];
    expect(await answerOf(event('Update', NEW, { old: OLD }))).toEqual({
      status: 'FAILED',
      reason: 'ValidationException: the key is disabled',
    });
    expect(await answerOf(event('Update', OLD, { old: NEW }))).toEqual({ status: 'SUCCESS' });
    expect(aws.changes).toHaveLength(1);
  });

  test('of something else keeps the key', async () => {
    aws.vault = OLD;
    expect(await answerOf(event('Update', OLD, { old: OLD, replace: true }))).toEqual({ status: 'SUCCESS' });
    expect(aws.changes).toEqual([]);
  });

  test('sets the key again where somebody set the vault back', async () => {
    await answerOf(event('Update', NEW, { old: OLD }));
    expect(aws.vault).toBe(NEW);
  });

  test('refuses to replace a key that somebody set since', async () => {
    aws.vault = THEIRS;
    expect(await answerOf(event('Update', NEW, { old: OLD }))).toEqual(REFUSED);
    expect(aws.changes).toEqual([]);
  });
});

describe('on deletion', () => {
  test('sets the vault back to the key of AWS', async () => {
    aws.vault = OLD;
    expect(await answerOf(event('Delete', OLD))).toEqual({ status: 'SUCCESS' });
    expect(aws.changes).toEqual([SET_BACK]);
    expect(aws.vault).toBeUndefined();
  });

  test.each([[THEIRS], [undefined]])('leaves a vault alone that has the key %s', async (present) => {
    aws.vault = present;
    expect(await answerOf(event('Delete', OLD))).toEqual({ status: 'SUCCESS' });
    expect(aws.changes).toEqual([]);
  });

  test('keeps the key where it is to stay', async () => {
    aws.vault = OLD;
    const stays = settingsFor(event('Delete', OLD), { SET_BACK_ON_DELETE: 'false' });
    expect(await answerTo(event('Delete', OLD), stays)).toEqual({ status: 'SUCCESS' });
    expect([aws.vault, aws.calls]).toEqual([OLD, []]);
  });

  test('goes by the key of the function, whatever the event says', async () => {
    aws.vault = THEIRS;
    expect(await answerTo(event('Delete', THEIRS), settingsFor(event('Delete', OLD)))).toEqual({ status: 'SUCCESS' });
    expect([aws.vault, aws.changes]).toEqual([THEIRS, []]);
  });

  test('has nothing to do without a vault', async () => {
    aws.failures.get = [[404, 'ResourceNotFoundException', 'no vault']];
    expect(await answerOf(event('Delete', OLD))).toEqual({ status: 'SUCCESS' });
  });
});

describe('an event that CloudFormation did not send for this function', () => {
  const settings = settingsOf({ KEY_ARN: NEW, REPLACE_EXISTING_KEY: 'false', SET_BACK_ON_DELETE: 'true' });
  const FOREIGN = {
    status: 'FAILED',
    reason:
      'EventNotOfThisStack: the event asks for another vault, key or replaceExistingKey than those that this function was deployed for',
  };

  function withVault(TokenVaultId: string): CustomResourceEvent {
    const good = event('Create', NEW);
    return { ...good, ResourceProperties: { ...good.ResourceProperties, TokenVaultId } };
  }

  test.each<[string, () => CustomResourceEvent]>([
    ['another key', () => event('Create', THEIRS)],
    ['another key in an update', () => event('Update', THEIRS, { old: NEW })],
    ['to replace the key of somebody else', () => event('Create', NEW, { replace: true })],
    ['to replace it in an update', () => event('Update', NEW, { old: OLD, replace: true })],
    ['another vault', () => withVault('other')],
  ])('asks for %s: refused', async (_, asked) => {
    aws.vault = OLD;
    expect(await answerTo(asked(), settings)).toEqual(FOREIGN);
    expect(aws.calls).toEqual([]);
  });

  test('has no say in what the answer is about', async () => {
    await createHandler(settings, () => true)(withVault('other'));
    expect(aws.to(ANSWER_PATH)[0].body).toMatchObject({ PhysicalResourceId: 'token-vault/default', Status: 'FAILED' });
  });

  test('wants the answer elsewhere: nothing is done, and nothing sent', async () => {
    await expect(createHandler(settings)(event('Create', NEW))).rejects.toThrow(
      'the event is not from CloudFormation: its ResponseURL is none of CloudFormation',
    );
    expect(aws.calls).toEqual([]);
    expect(console.log).not.toHaveBeenCalled();
  });

  test('has its answer led elsewhere: not followed', async () => {
    aws.failures.answer = [307, 307, 307];
    await expect(handler(event('Create', NEW))).rejects.toThrow('fetch failed');
    expect(aws.to('/elsewhere')).toEqual([]);
  });
});

describe('the settings of the function', () => {
  const GOOD = { KEY_ARN: NEW, REPLACE_EXISTING_KEY: 'false', SET_BACK_ON_DELETE: 'true' };

  test('come from its variables', () => {
    expect(settingsOf(GOOD)).toEqual({ keyArn: NEW, replaceExistingKey: false, setBackOnDelete: true });
  });

  test.each([
    ['KEY_ARN', undefined, 'set the variable KEY_ARN'],
    ['KEY_ARN', '', 'set the variable KEY_ARN'],
    ['REPLACE_EXISTING_KEY', undefined, 'set the variable REPLACE_EXISTING_KEY to true or false'],
    ['SET_BACK_ON_DELETE', 'yes', 'set the variable SET_BACK_ON_DELETE to true or false'],
  ])('%s: %j', (variable, value, text) => {
    expect(() => settingsOf({ ...GOOD, [variable]: value })).toThrow(text);
  });
});

describe('the URL of the answer', () => {
  const BUCKET = 'https://cloudformation-custom-resource-response-';

  test.each([
    `${BUCKET}useast1.s3.amazonaws.com/arn%3Aaws%3Acloudformation?X-Amz-Signature=abc`,
    `${BUCKET}euwest1.s3-eu-west-1.amazonaws.com/x`,
    `${BUCKET}eucentral1.s3.eu-central-1.amazonaws.com/x`,
    `${BUCKET}usgovwest1.s3.us-gov-west-1.amazonaws.com/x`,
    `${BUCKET}cnnorth1.s3.cn-north-1.amazonaws.com.cn/x`,
  ])('%s is of CloudFormation', (url) => expect(isOfCloudFormation(url)).toBe(true));

  test.each([
    'http://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x',
    'https://evil.example/x',
    `${BUCKET}useast1.s3.amazonaws.com.evil.example/x`,
    `${BUCKET}useast1.s3.amazonaws.com.cn.evil.example/x`,
    `${BUCKET}useast1.evil.example/.s3.amazonaws.com`,
    `${BUCKET}x.evil.s3.amazonaws.com/x`,
    `${BUCKET}useast1.s3.amazonaws.com:8443/x`,
    `${BUCKET}useast1.s3.amazonaws.com@evil.example/x`,
    'https://user@cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x',
    'https://my-cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x',
    'https://bucket.s3.amazonaws.com/cloudformation-custom-resource-response-useast1',
    'https://127.0.0.1/x',
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    '',
    undefined,
    { href: `${BUCKET}useast1.s3.amazonaws.com/x` },
  ])('%j is not', (url) => expect(isOfCloudFormation(url)).toBe(false));
});

describe('when AgentCore', () => {
  test('is busy, tries again', async () => {
    aws.failures.get = [[429, 'ThrottlingException', 'slow down']];
    aws.failures.set = [[500, 'InternalServerException', 'oops']];
    expect(await answerOf(event('Create', NEW))).toEqual({ status: 'SUCCESS' });
    expect(aws.changes).toHaveLength(2);
  });

  test('stays busy, gives up and says why', async () => {
    aws.failures.set = Array.from({ length: 5 }, () => [429, 'ThrottlingException', 'slow down']);
    expect(await answerOf(event('Create', NEW))).toEqual({
      status: 'FAILED',
      reason: 'ThrottlingException: slow down',
    });
    expect(aws.changes).toHaveLength(5);
  });

  test('does not know of the rights yet, waits for them', async () => {
    aws.failures.get = [[403, 'AccessDeniedException', 'not yet']];
    aws.failures.set = [[403, 'AccessDeniedException', 'not yet']];
    expect(await answerOf(event('Create', NEW), noPause)).toEqual({ status: 'SUCCESS' });
    expect(pauses).toEqual([5_000, 5_000]);
  });

  test('denies for good, passes on what is missing', async () => {
    const message = 'not authorized to perform: bedrock-agentcore:SetTokenVaultCMK on resource: arn:aws:x';
    aws.failures.set = Array.from({ length: 5 }, () => [403, 'AccessDeniedException', message]);
    expect(await answerOf(event('Create', NEW), noPause)).toEqual({
      status: 'FAILED',
      reason: `AccessDeniedException: ${message}`,
    });
    expect(pauses).toEqual([5_000, 5_000, 5_000, 5_000]);
  });

  test.each<Failure>([
    [404, 'ResourceNotFoundException', 'the key does not exist'],
    [409, 'ConcurrentModificationException', 'somebody else changes the vault'],
    [400, 'ValidationException', 'the key is pending deletion'],
  ])('answers %d %s to the change, fails and says why', async (...failure) => {
    aws.failures.set = [failure];
    await handler(event('Create', NEW));
    expect(aws.to(ANSWER_PATH)[0].body).toMatchObject({
      Status: 'FAILED',
      Reason: `${failure[1]}: ${failure[2]}`,
      PhysicalResourceId: 'token-vault/default',
    });
  });
});

describe('the answer', () => {
  test('is sent again when it does not get through', async () => {
    aws.failures.answer = [503, 500];
    await handler(event('Create', NEW));
    expect(aws.to(ANSWER_PATH)).toHaveLength(3);
  });

  test('that never gets through fails the function, so that Lambda starts it once more', async () => {
    aws.failures.answer = [503, 503, 503];
    await expect(handler(event('Create', NEW))).rejects.toThrow('CloudFormation did not take the answer: HTTP 503');
  });

  test('is short enough for CloudFormation', async () => {
    aws.failures.set = [[400, 'ValidationException', 'x'.repeat(10_000)]];
    await handler(event('Create', NEW));
    expect(aws.to(ANSWER_PATH)[0].body.Reason).toHaveLength(1_000);
  });

  test('is logged without the signed URL', async () => {
    await handler(event('Create', NEW));
    const lines = jest.mocked(console.log).mock.calls.flat();
    expect(lines).toEqual(['{"request":"Create","status":"SUCCESS"}']);
  });
});

test('the bundle that is deployed does the same', () => {
  const bundle = join(__dirname, '..', '..', 'assets', 'token-vault-key', 'index.mjs');
  // in a process of its own, as in Lambda; the server of this one could not answer while it waits
  const script = `
    import { createServer } from 'node:http';
    import { handler } from ${JSON.stringify(bundle)};
    const calls = [];
    const server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      calls.push([request.url, body]);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ tokenVaultId: 'default', kmsConfiguration: { keyType: 'ServiceManagedKey' }, lastModifiedDate: 1 }));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port;
    process.env.AWS_ENDPOINT_URL_BEDROCK_AGENTCORE_CONTROL = url;
    console.log = () => {};
    // no other host is answered to, so this one leads here
    const bucket = 'https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com';
    const { fetch } = globalThis;
    globalThis.fetch = (to, init) => fetch(to.replace(bucket, url), init);
    const event = ${JSON.stringify(event('Create', NEW))};
    await handler({ ...event, ResponseURL: bucket + '/answer' });
    await handler({ ...event, ResponseURL: url + '/elsewhere' }).catch(() => calls.push(['refused', '{}']));
    server.closeAllConnections();
    server.close();
    process.stdout.write(JSON.stringify(calls));
  `;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, KEY_ARN: NEW, REPLACE_EXISTING_KEY: 'false', SET_BACK_ON_DELETE: 'false' },
  });
  const calls = JSON.parse(out).map(([path, body]: [string, string]) => [path, JSON.parse(body)]);
  expect(calls).toEqual([
    ['/identities/get-token-vault', { tokenVaultId: 'default' }],
    ['/identities/set-token-vault-cmk', setTo(NEW)],
    ['/answer', expect.objectContaining({ Status: 'SUCCESS' })],
    ['refused', {}],
  ]);
});
