import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredentialSource, endpointOf, regionOf, signed } from '../../../images/session/shared/aws';
import type { AwsCredentials } from '../../../images/session/shared/aws';
import { send } from '../../../images/session/shared/http';
import { CREDENTIALS, signatureFault } from '../../sigv4';

const MINUTE = 60_000;

describe('credentials', () => {
  let now: number;
  let loads: number;
  let answer: () => AwsCredentials;
  const source = () =>
    new CredentialSource(async () => {
      loads++;
      await Promise.resolve();
      return answer();
    });
  const until = (minutes: number | undefined): AwsCredentials => ({
    accessKeyId: `key-${loads}`,
    secretAccessKey: 'secret',
    expiration: minutes === undefined ? undefined : new Date(now + minutes * MINUTE),
  });

  beforeEach(() => {
    now = Date.parse('2026-11-22T12:00:00Z');
    loads = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  test.each([
    ['that end are asked for again five minutes earlier', 30, 25],
    ['that do not end, after an hour', undefined, 60],
    ['that end late, after an hour too', 12 * 60, 60],
  ])('%s', async (_, lifetime, minutes) => {
    answer = () => until(lifetime);
    const credentials = source();
    await credentials.get();
    now += minutes * MINUTE - 1;
    expect((await credentials.get()).accessKeyId).toBe('key-1');
    now += 1;
    expect((await credentials.get()).accessKeyId).toBe('key-2');
  });

  test('are asked for once by all who wait', async () => {
    answer = () => until(30);
    const credentials = source();
    await Promise.all(Array.from({ length: 20 }, () => credentials.get()));
    expect(loads).toBe(1);
  });

  test('that are still good are used on when a refresh fails', async () => {
    answer = () => until(30);
    const credentials = source();
    await credentials.get();
    answer = () => {
      throw new Error('canary');
    };
    now += 26 * MINUTE;
    expect((await credentials.get()).accessKeyId).toBe('key-1');
    await credentials.get();
    expect(loads).toBe(2);
    now += 4 * MINUTE;
    await expect(credentials.get()).rejects.toMatchObject({
      code: 'NoAwsCredentials',
      message: expect.not.stringContaining('canary'),
    });
    answer = () => until(30);
    expect((await credentials.get()).accessKeyId).toBe('key-4');
  });
});

test.each([
  ['lambda', 'eu-west-1', {}, 'https://lambda.eu-west-1.amazonaws.com'],
  ['cloudwatch-logs', 'us-gov-west-1', {}, 'https://logs.us-gov-west-1.amazonaws.com'],
  ['cloudwatch', 'cn-north-1', {}, 'https://monitoring.cn-north-1.amazonaws.com.cn'],
  ['bedrock-agentcore', 'x', { AWS_ENDPOINT_URL_BEDROCK_AGENTCORE: 'http://localhost:1/' }, 'http://localhost:1'],
])('%s in %s %j is at %s', (service, region, environment, url) => {
  expect(endpointOf(service, region, environment)).toBe(url);
});

test.each([
  [{ AWS_REGION: 'a', AWS_DEFAULT_REGION: 'b' }, 'a'],
  [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'b' }, 'b'],
  [{}, undefined],
])('the region of %j is %s', (environment, region) => {
  expect(regionOf(environment)).toBe(region);
});

test.each([
  ['a plain path', '/mcp'],
  ['an encoded path', `/functions/${encodeURIComponent('arn:aws:lambda:eu-west-1:1:function:f:live')}/invocations`],
])('%s is signed as AWS reckons it', async (_, path) => {
  const faults: unknown[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      faults.push(signatureFault(request, Buffer.concat(parts), 'lambda', 'eu-west-1'));
      response.writeHead(302, { location: '/elsewhere' }).end('x'.repeat(100));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const request = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: '{"ä":1}' };
  const headers = await signed(
    { ...request, service: 'lambda', region: 'eu-west-1' },
    {
      accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
      sessionToken: CREDENTIALS.AWS_SESSION_TOKEN,
    },
  );
  const reply = await send({ ...request, headers }, AbortSignal.timeout(5000), 10);
  expect(faults).toEqual([undefined]);
  // a redirect is not followed, and an answer is cut off
  expect([reply.status, reply.text]).toEqual([302, 'x'.repeat(10)]);
  server.closeAllConnections();
  server.close();
});
