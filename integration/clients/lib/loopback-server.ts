import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server at a loopback address that is gone at once when it is stopped. */
export abstract class LoopbackServer {
  private readonly server = createServer((request, response) => {
    // an answer that fails ends its connection, not the test run
    Promise.resolve()
      .then(() => this.answer(request, response))
      .catch((error: unknown) => response.destroy(error as Error));
  });

  public async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  public get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  protected abstract answer(request: IncomingMessage, response: ServerResponse): Promise<void> | void;

  /** Lets no tunnel through, and tells who wanted one. */
  protected refuseTunnels(onRequest: (address: string) => void): void {
    this.server.on('connect', (request, socket) => {
      onRequest(request.url ?? '');
      // callers hang up as they like
      socket.on('error', () => (socket as Socket).destroy());
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  }
}
