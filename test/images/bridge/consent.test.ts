import { inspectEvents, inspectJson } from '../../../images/session/bridge/inspect';
import type { ConsentRequest } from '../../../images/session/bridge/consent';
import { call, post, until, useBridge } from './fixture';
import { consentError, events, json } from './stand-in';

const URL_OF_AWS = 'https://bedrock-agentcore.eu-west-1.amazonaws.com/identities/oauth2/authorize?request_uri=abc';

describe('a tool that needs consent', () => {
  const use = useBridge('jwt');

  const WAIT = {
    jsonrpc: '2.0',
    id: 8,
    result: {
      isError: true,
      content: [{ type: 'text', text: expect.stringContaining('needs the consent of the user, who was sent a link') }],
    },
  };
  const NOTICE = { type: 'consent', job: 'job-1', url: URL_OF_AWS, tool: 'jira___get', message: 'please agree' };

  test.each([200, 400, 401, 403])('in JSON, with status %d', async (status) => {
    use.gateway.handler = ({ message }, response) => json(response, consentError(message.id, URL_OF_AWS), status);
    const { json: answer, text } = await post(use.url, call(8, 'jira___get'));
    expect(answer).toEqual(WAIT);
    expect(text).not.toContain('https://');
    await until(() => use.notices.length === 1);
    expect(use.notices).toEqual([NOTICE]);
  });

  test('in a stream of events', async () => {
    const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } };
    use.gateway.handler = ({ message }, response) => {
      events(response, progress, consentError(message.id, URL_OF_AWS));
      response.end();
    };
    const { text } = await post(use.url, call(8, 'jira___get'));
    const [first, second] = text.split('\n\n');
    expect(first).toBe(`id: 1\ndata: ${JSON.stringify(progress)}`);
    expect(second.split('\n')[0]).toBe('id: 2');
    expect(JSON.parse(second.split('\n')[1].replace('data: ', ''))).toEqual(WAIT);
    await until(() => use.notices.length === 1);
    expect(use.notices).toEqual([NOTICE]);
  });

  test('in the stream that goes on after a break, where the name of the tool is lost', async () => {
    use.gateway.handler = (_, response) => {
      events(response, consentError(8, URL_OF_AWS));
      response.end();
    };
    expect(await (await fetch(use.url, { headers: { 'last-event-id': '1' } })).text()).toContain('"isError":true');
    await until(() => use.notices.length === 1);
    expect(use.notices).toEqual([{ ...NOTICE, tool: null }]);
  });

  test('before the list of tools: an error, not a result', async () => {
    use.gateway.handler = ({ message }, response) => json(response, consentError(message.id, URL_OF_AWS));
    const { json: answer } = await post(use.url, { jsonrpc: '2.0', id: 2, method: 'tools/list' });
    expect(answer.error).toEqual({ code: -32042, message: expect.stringContaining('needs the consent') });
  });

  test.each([
    'http://bedrock-agentcore.eu-west-1.amazonaws.com/',
    'https://amazonaws.com.evil.example/',
    'https://evilamazonaws.com/',
    'https://user@bedrock-agentcore.eu-west-1.amazonaws.com/',
    'https://bedrock-agentcore.eu-west-1.amazonaws.com:8443/',
    'https://my-bucket.s3.amazonaws.com/sign-in',
    'https://abc.execute-api.eu-west-1.amazonaws.com/',
    'https://bedrock-agentcore.eu-west-1.amazonaws.com.evil.example/',
    'https://bedrock-agentcore.a.b.amazonaws.com/',
    'javascript:alert(1)',
    `https://bedrock-agentcore.eu-west-1.amazonaws.com/${'a'.repeat(5000)}`,
    'no url',
  ])('%.50s is not shown to anybody', async (url) => {
    use.gateway.handler = ({ message }, response) => json(response, consentError(message.id, url));
    const { json: answer } = await post(use.url, call(8));
    expect(answer.result.content[0].text).toContain('leads to an unknown place and was refused');
    await until(() => use.notices.length === 1);
    expect(use.notices).toEqual([
      { type: 'problem', job: 'job-1', code: 'ConsentUrlRefused', message: expect.not.stringContaining(url) },
    ]);
  });
});

describe('what passes', () => {
  const run = async (stream: NodeJS.ReadWriteStream, chunks: Buffer[]) => {
    const parts: Buffer[] = [];
    const read = (async () => {
      for await (const part of stream) {
        parts.push(Buffer.from(part as Buffer));
      }
    })();
    chunks.forEach((chunk) => stream.write(chunk));
    stream.end();
    await read;
    return Buffer.concat(parts).toString();
  };
  const watchInto = (seen: ConsentRequest[]) => ({
    host: 'gateway.example',
    calls: new Map([[1, 'tool']]),
    needed: (request: ConsentRequest) => void seen.push(request),
  });
  const event = `event: message\r\ndata: ${JSON.stringify(consentError(1, 'https://gateway.example/ü'))}\r\n\r\n`;
  const large = `data: ${'x-32042'.repeat(60_000)}\n\n`;

  test.each([1, 2, 3, 7, 100, 65_536])('is cut into events however it arrives: %d bytes at a time', async (size) => {
    const seen: ConsentRequest[] = [];
    const text = `: ping ä\n\n${size > 50 ? large : ''}data: {"jsonrpc":"2.0"}\n\n${event}data: last\n\nrest`;
    const bytes = Buffer.from(text);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    const out = await run(inspectEvents(watchInto(seen)), chunks);
    expect(seen).toEqual([{ tool: 'tool', message: 'please agree', urls: ['https://gateway.example/ü'], refused: 0 }]);
    const [before, after] = text.split(event);
    expect(out.startsWith(before)).toBe(true);
    expect(out.endsWith(after)).toBe(true);
    expect(out).not.toContain('gateway.example');
  });

  test('is not kept when it is large: it goes on before its end', () => {
    const stream = inspectJson(watchInto([]), true);
    const chunk = Buffer.alloc(300 * 1024, ' ');
    stream.write(chunk);
    expect(stream.read()).toEqual(chunk);
    const events = inspectEvents(watchInto([]));
    events.write(chunk);
    expect((events.read() as Buffer).length).toBeGreaterThan(chunk.length - 8);
  });

  test.each(['{"a":-32042}', '[{"error":{"code":-32000,"message":"-32042"}}]'])('%s is not changed', async (text) => {
    expect(await run(inspectJson(watchInto([]), true), [Buffer.from(text)])).toBe(text);
  });
});
