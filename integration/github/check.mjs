/*
 * Runs every tool of the broker against a server that looks each request up in GitHub's own OpenAPI descriptions: route,
 * parameters, body. Its answers are the examples of the description. Then looks up each field that a tool keeps.
 */
import { createServer } from 'node:http';
import { createBroker } from '../../handlers/github-broker/broker.ts';
import { CATALOGUE } from '../../lib/contract/catalogue/index.ts';
import { argumentsOf } from '../../lib/contract/catalogue/tool.ts';
import { sample } from '../../test/git/handler/samples.ts';
import { descriptions } from './description.mjs';

const REPOSITORY = 'octo-org/hello.world';
/** the step whose answer a tool keeps fields of, where it has several; and where in the answer they are */
const KEPT = {
  add_reply_to_pull_request_comment: { step: 'reply' },
  create_branch: { step: 'create' },
  push_files: { step: 'create' },
  delete_file: { step: 'delete' },
  delete_branch: { step: 'delete' },
  list_directory: { step: 'call', within: ['entries'] },
};
/** the examples of contents are of files, directories, links */
const HINTS = { list_directory: 'directory', get_file_contents: 'file', delete_file: 'file' };

let passed = 0;
const failures = [];

function count(name, faults) {
  if (faults.length === 0) {
    passed++;
  } else {
    failures.push(...faults.map((fault) => `${name}: ${fault}`));
  }
}

/** A server for one description. */
async function serve(description) {
  const state = { requests: [], faults: [], tool: '' };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) {
      text += part;
    }
    const url = new URL(request.url, 'http://localhost');
    const pathname = url.pathname.replace('/api/v3', '');
    const body = text === '' ? undefined : JSON.parse(text);
    const faults = description.faults({ method: request.method, pathname, query: url.searchParams, body });
    state.requests.push(`${request.method} ${pathname}`);
    state.faults.push(...faults);
    const { status, value } = faults.length > 0 ? { status: 500 } : answer(description, request, pathname, state.tool);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(value === undefined ? '' : JSON.stringify(value));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, state, url: `http://127.0.0.1:${server.address().port}/api/v3` };
}

function answer(description, request, pathname, tool) {
  if (pathname.startsWith('/app/')) {
    return { status: 201, value: { token: 'ghs_token', expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
  }
  const { status, value } = description.example(request.method, pathname, request.headers.accept, HINTS[tool] ?? '');
  // a diff is text, of which the description has no example
  return { status, value };
}

/** The arguments to try: the required ones, all, and each value where only some are allowed. */
function* trials(row) {
  yield sample(row);
  yield sample(row, true);
  for (const [name, { values = [] }] of Object.entries(argumentsOf(row))) {
    for (const value of values) {
      yield { ...sample(row), [name]: value };
    }
  }
}

async function checkRequests(description) {
  const { server, state, url } = await serve(description);
  for (const row of CATALOGUE) {
    const config = { apiUrl: url, clientId: 'Iv1', installationId: 1, repositories: [REPOSITORY] };
    const settings = { ...config, tools: [row.name], largestResult: 100_000, cacheMinutes: 0 };
    const handler = createBroker(settings, { sign: async () => Buffer.from('signature'), forget: () => false });
    const context = {
      clientContext: { custom: { bedrockAgentCoreToolName: `t___${row.name}` } },
      getRemainingTimeInMillis: () => 15_000,
    };
    for (const trial of trials(row)) {
      Object.assign(state, { requests: [], faults: [], tool: row.name });
      const result = await quietly(() => handler(trial, context));
      const sent = state.requests.length - 1;
      const steps = Object.keys(row.requests).length;
      const faults = [...state.faults];
      if (result.error !== undefined && faults.length === 0) {
        faults.push(`${result.error.code} for an example of GitHub`);
      }
      if (sent < 1 || sent > steps) {
        faults.push(`${sent} requests, and ${steps} steps`);
      }
      count(`${description.name} ${row.name} ${JSON.stringify(trial)}`, faults);
    }
  }
  server.close();
  server.closeAllConnections();
}

/** The log lines of the function are not of interest here. */
async function quietly(work) {
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}

function checkFields(description) {
  for (const row of CATALOGUE) {
    const { step = 'call', within = row.list === undefined ? [] : [row.list] } = KEPT[row.name] ?? {};
    const without = row.without === undefined ? [] : [row.without];
    for (const field of [...row.fields.flatMap(pathsOf), ...without]) {
      const found = description.answers(row.requests[step], [...within, ...field.split('.')]);
      count(`${description.name} ${row.name}`, found ? [] : [`${field} is not in the answer`]);
    }
  }
}

function pathsOf(field) {
  if (typeof field === 'string') {
    return [field.split('=').at(-1)];
  }
  return Object.entries(field).flatMap(([name, inner]) => inner.flatMap(pathsOf).map((path) => `${name}.${path}`));
}

/** Requests that are wrong in one way each: a check that finds nothing in them proves nothing. */
function checkTheCheck(description) {
  const issues = '/repos/o/r/issues';
  const good = { method: 'GET', pathname: issues, query: new URLSearchParams(), body: undefined };
  const post = { ...good, method: 'POST', body: { title: 't' } };
  const mint = { ...post, pathname: '/app/installations/1/access_tokens' };
  const wrong = {
    'unknown route': { ...good, pathname: '/repos/o/r/issue' },
    'unknown method': { ...good, method: 'PUT' },
    'unknown parameter': { ...good, query: new URLSearchParams('colour=red') },
    'value that is none of the allowed': { ...good, query: new URLSearchParams('state=opened') },
    'number that is none': { ...good, query: new URLSearchParams('page=first') },
    'missing parameter': { ...good, pathname: '/search/issues' },
    'unknown field': { ...post, body: { title: 't', colour: 'red' } },
    'missing field': { ...post, body: {} },
    'field of another type': { ...post, body: { title: 't', labels: 'bug' } },
    'unknown permission': { ...mint, body: { permissions: { content: 'read' } } },
    'unknown level': { ...mint, body: { permissions: { contents: 'admin' } } },
    'not for GitHub Apps': { ...good, pathname: '/user/keys' },
  };
  count(`${description.name} good request`, description.faults(good).concat(description.faults(post)));
  for (const [name, request] of Object.entries(wrong)) {
    count(description.name, description.faults(request).length > 0 ? [] : [`${name} was not noticed`]);
  }
  const unknown = description.answers(`GET ${'/repos/{owner}/{repo}/issues'}`, ['user', 'shoe_size']);
  count(description.name, unknown ? ['an unknown field was not noticed'] : []);
}

const all = descriptions();
for (const description of all) {
  checkTheCheck(description);
  checkFields(description);
  await checkRequests(description);
}
failures.slice(0, 100).forEach((failure) => console.error(failure));
console.log(`${all.length} descriptions (${all.map(({ name }) => name).join(', ')}), ${CATALOGUE.length} tools`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
