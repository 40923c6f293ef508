/* GitHub on this machine: git over TLS and the API on one port, and Lambda, which runs the function as it is deployed. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createCredential } from '../../../handlers/git-credential/credential';
import { signerOf } from '../../../handlers/shared/signer';
import { brokerConfig, KEY_ARN } from '../../git/handler/app';
import { directContext } from '../../git/handler/fixture';
import type { Loopback } from '../../git/handler/loopback';
import { CREDENTIALS, signatureFault } from '../../sigv4';

export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:clone:live';
const ROOT = path.join(__dirname, '..', '..', '..');
export const HELPER = path.join(ROOT, 'assets', 'images', 'session', 'git-credential.mjs');
const SETUP = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', PATH: process.env.PATH };

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program beside the servers of this process. */
export function run(file: string, args: string[], env: NodeJS.ProcessEnv, cwd: string, input = ''): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, cwd, stdio: 'pipe' });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += String(data)));
    child.stderr.on('data', (data) => (stderr += String(data)));
    child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.on('error', () => undefined).end(input);
  });
}

let made: { key: string; cert: string } | undefined;

/** one for all tests of a file: it takes a second */
function certificate(): { key: string; cert: string } {
  if (made === undefined) {
    const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((file) => path.join(folder, file));
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...names, ...files], {
      stdio: 'ignore',
    });
    made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    rmSync(folder, { recursive: true });
  }
  return made;
}

export class Hub {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'hub-'));
  public readonly home = path.join(this.folder, 'home');
  public readonly faults: string[] = [];
  /** how Lambda answers instead of running the function */
  public reply?: (response: http.ServerResponse) => void;
  public allowPush = false;
  private readonly servers: Server[] = [];
  private port = 0;
  private lambda = '';

  private constructor(private readonly loopback: Loopback) {}

  public static async start(loopback: Loopback): Promise<Hub> {
    const hub = new Hub(loopback);
    mkdirSync(hub.home);
    const tls = await hub.listen(
      https.createServer(hub.certificate(), (request, response) => hub.git(request, response)),
    );
    hub.lambda = `http://127.0.0.1:${await hub.listen(http.createServer((...both) => void hub.invoke(...both)))}`;
    const api = Number(new URL(loopback.url).port);
    hub.port = await hub.listen(
      createServer((socket) => {
        // a connection that begins with a TLS record is one of git
        socket.once('data', (first) => {
          const target = connect(first[0] === 0x16 ? tls : api, '127.0.0.1');
          target.write(first);
          socket.pipe(target).pipe(socket);
          socket.on('error', () => target.destroy());
          target.on('error', () => socket.destroy());
        });
      }),
    );
    return hub;
  }

  public get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  public urlOf(name: string): string {
    return `https://${this.host}/${name}.git`;
  }

  /** What git has in a microVM: the configuration of the image, and no prompt. */
  public environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const config = path.join(this.folder, 'gitconfig');
    const text = readFileSync(path.join(ROOT, 'images', 'session', 'git', 'gitconfig'), 'utf8');
    writeFileSync(config, text.replace('node /opt/agent/git-credential.mjs', `${process.execPath} ${HELPER}`));
    return {
      PATH: process.env.PATH,
      HOME: this.home,
      GIT_CONFIG_SYSTEM: config,
      GIT_SSL_CAINFO: path.join(this.folder, 'cert.pem'),
      GIT_TERMINAL_PROMPT: '0',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL_LAMBDA: this.lambda,
      AGENT_ENVIRONMENT_DIRECTORY: path.join(this.folder, 'agent'),
      GIT_CREDENTIAL_FUNCTION: FUNCTION_ARN,
      ...CREDENTIALS,
      ...more,
    };
  }

  public gitCommand(args: string[], more: NodeJS.ProcessEnv = {}, cwd = this.home): Promise<Run> {
    const who = ['-c', 'user.name=agent', '-c', 'user.email=agent@example.com'];
    return run('git', [...who, ...args], this.environment(more), cwd);
  }

  /** Commits files to a repository on the server. A submodule is `{ path: [url, commit] }`. */
  public commit(
    name: string,
    files: Record<string, string>,
    submodules: Record<string, [string, string]> = {},
  ): string {
    const bare = path.join(this.folder, 'repositories', `${name}.git`);
    const work = mkdtempSync(path.join(this.folder, 'work-'));
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: work, env: SETUP });
    mkdirSync(bare, { recursive: true });
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare], { env: SETUP });
    execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true'], { env: SETUP });
    git('clone', '-q', bare, '.');
    git('checkout', '-q', '-B', 'main');
    Object.entries(files).forEach(([file, text]) => writeFileSync(path.join(work, file), text));
    for (const [folder, [url, commit]] of Object.entries(submodules)) {
      writeFileSync(path.join(work, '.gitmodules'), `[submodule "${folder}"]\n\tpath = ${folder}\n\turl = ${url}\n`);
      git('update-index', '--add', '--cacheinfo', `160000,${commit},${folder}`);
    }
    git('add', ...Object.keys(files), ...(Object.keys(submodules).length > 0 ? ['.gitmodules'] : []));
    git('commit', '-q', '-m', 'a commit');
    git('push', '-q', 'origin', 'HEAD:main');
    return git('rev-parse', 'HEAD').toString().trim();
  }

  public async stop(): Promise<void> {
    for (const server of this.servers) {
      (server as Partial<http.Server>).closeAllConnections?.();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(this.folder, { recursive: true });
  }

  private certificate(): https.ServerOptions {
    const { key, cert } = certificate();
    writeFileSync(path.join(this.folder, 'cert.pem'), cert);
    return { key, cert };
  }

  private async listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** Git over HTTP, for whoever has a token for this repository. */
  private git(request: http.IncomingMessage, response: http.ServerResponse): void {
    const [pathname, query = ''] = (request.url ?? '').split('?');
    const status = this.refusal(request.headers.authorization, pathname, query);
    if (status !== undefined) {
      response.writeHead(status, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
      return;
    }
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...SETUP,
        GIT_PROJECT_ROOT: path.join(this.folder, 'repositories'),
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: 'x-access-token',
      },
    });
    request.pipe(backend.stdin);
    let output = Buffer.alloc(0);
    backend.stdout.on('data', (data: Buffer) => (output = Buffer.concat([output, data])));
    backend.on('close', () => {
      const end = output.indexOf('\r\n\r\n');
      const lines = output.subarray(0, end).toString().split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]));
      response.writeHead(parseInt(headers.Status ?? '200', 10), headers).end(output.subarray(end + 4));
    });
  }

  private refusal(authorization: string | undefined, pathname: string, query: string): number | undefined {
    const [, encoded = ''] = /^Basic (.+)$/.exec(authorization ?? '') ?? [];
    const [user, token] = Buffer.from(encoded, 'base64').toString().split(':');
    const mint = this.loopback.mints.find((one) => one.token === token);
    if (user !== 'x-access-token' || mint === undefined) {
      return 401;
    }
    const name = pathname.split('/')[2].replace(/\.git$/, '');
    if (name.toLowerCase() !== mint.repository.toLowerCase()) {
      return 404;
    }
    const isPush = (pathname + query).includes('git-receive-pack');
    return isPush && mint.permissions.contents !== 'write' ? 403 : undefined;
  }

  /** Lambda, with the function itself. */
  private async invoke(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
    }
    const body = Buffer.concat(parts);
    const fault = signatureFault(request, body, 'lambda', 'eu-west-1');
    const expected = `/2015-03-31/functions/${encodeURIComponent(FUNCTION_ARN)}/invocations`;
    this.faults.push(...[fault, request.url === expected ? undefined : request.url].filter((one) => one !== undefined));
    if (this.reply !== undefined) {
      this.reply(response);
      return;
    }
    const { tools: _, cacheMinutes: __, largestResult: ___, ...app } = brokerConfig(`http://${this.host}`);
    const handler = createCredential({ ...app, allowPush: this.allowPush }, signerOf({ KEY_ARN }));
    const result = await handler(JSON.parse(body.toString()), directContext());
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  }
}
