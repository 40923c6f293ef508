import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What nobody may call, neither by address nor by command: it notes who does. */
export class Canary {
  private readonly calls: string[] = [];
  private readonly server: Server;

  /** @param file where its commands leave their names; outside of what a session deletes */
  public constructor(private readonly file: string) {
    this.server = createServer((request, response) => {
      this.calls.push(`${request.method} ${request.url}`);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    this.server.on('connect', (request, socket) => {
      this.calls.push(`CONNECT ${request.url}`);
      // callers hang up as they like
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  }

  public async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Who called, by path or by the name of the command. */
  public get called(): string[] {
    const commands = existsSync(this.file) ? readFileSync(this.file, 'utf8').trim().split('\n') : [];
    return [...new Set([...this.calls, ...commands])].sort();
  }

  public get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public url(name: string): string {
    return `${this.origin}/${name}`;
  }

  /** A line for a shell. */
  public command(name: string): string {
    return `echo ${name} >> ${this.file}`;
  }

  /** A program in JavaScript, for Node.js and Bun. */
  public script(name: string): string {
    return `require('node:fs').appendFileSync(${JSON.stringify(this.file)}, '${name}\\n');`;
  }
}
