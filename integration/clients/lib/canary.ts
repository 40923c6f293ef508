import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from './loopback-server.ts';

/** What nobody may call, neither by address nor by command: it notes who does. */
export class Canary extends LoopbackServer {
  private readonly calls: string[] = [];

  /** @param file where its commands leave their names; outside of what a session deletes */
  public constructor(private readonly file: string) {
    super();
    this.refuseTunnels((address) => this.calls.push(`CONNECT ${address}`));
  }

  /** Who called, by path or by the name of the command. */
  public get called(): string[] {
    const commands = existsSync(this.file) ? readFileSync(this.file, 'utf8').trim().split('\n') : [];
    return [...new Set([...this.calls, ...commands])].sort();
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

  protected override answer(request: IncomingMessage, response: ServerResponse): void {
    this.calls.push(`${request.method} ${request.url}`);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  }
}
