/* What a session talks to, without any work: a gateway, the metadata service with a role, Lambda. Tells its URL. */
import { createServer } from 'node:http';

const ROLE = '/latest/meta-data/iam/security-credentials/';
const RESULTS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'bench', version: '1' },
  }),
  'tools/list': () => ({
    tools: [{ name: 'gh___get_issue', inputSchema: { type: 'object', properties: { n: { type: 'number' } } } }],
  }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'It breaks. '.repeat(200) }] }),
};

const inAnHour = () => new Date(Date.now() + 3_600_000);
const METADATA = {
  '/latest/api/token': () => 'bench',
  [ROLE]: () => 'role',
  [`${ROLE}role`]: () =>
    JSON.stringify({
      Code: 'Success',
      Type: 'AWS-HMAC',
      AccessKeyId: 'bench',
      SecretAccessKey: 'bench',
      Token: 'bench',
      Expiration: inAnHour().toISOString(),
    }),
};

function credential() {
  const expiry = Math.floor(inAnHour().getTime() / 1000);
  return JSON.stringify({ username: 'x-access-token', password: 'bench', password_expiry_utc: expiry });
}

function gateway(text, response) {
  const { id, method, params } = text === '' ? {} : JSON.parse(text);
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const result = RESULTS[method]?.(params) ?? {};
  response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'bench' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) {
    text += part;
  }
  const metadata = METADATA[request.url];
  if (metadata !== undefined) {
    response.end(metadata());
  } else if (request.url.startsWith('/2015-03-31/functions/')) {
    response.end(credential());
  } else if (request.method === 'GET') {
    response.writeHead(405).end();
  } else {
    gateway(text, response);
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
