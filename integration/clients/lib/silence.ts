import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from './loopback-server.ts';

/** The switches that keep each program from calling its maker; all programs get all of them. */
export const SILENCE: Record<string, string> = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  ENABLE_TOOL_SEARCH: 'false',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  GEMINI_CLI_NO_RELAUNCH: 'true',
  GEMINI_CLI_TRUST_WORKSPACE: 'true',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_COLOR: '1',
};

/** Codex takes its switches as options. */
export const CODEX_SILENCE = [
  ...['-c', 'features.plugins=false'],
  ...['-c', 'analytics.enabled=false'],
  ...['-c', 'feedback.enabled=false'],
  ...['-c', 'check_for_update_on_startup=false'],
];

/** Gemini CLI takes them from the settings of the project, so that those of the user are the file under test. */
export const GEMINI_SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
};

/**
 * The proxy that programs are told to use for every host but loopback ones. It lets nothing through, and remembers who
 * was to be called: a silent program leaves the list empty.
 */
export class ProxyRecorder extends LoopbackServer {
  public readonly called: string[] = [];
  /** resolves with the first call */
  public readonly firstCall: Promise<void>;
  private onCall = (): void => undefined;

  public constructor() {
    super();
    this.firstCall = new Promise((resolve) => (this.onCall = resolve));
    this.refuseTunnels((address) => this.note(address));
  }

  public get environment(): Record<string, string> {
    const url = this.origin;
    const direct = '127.0.0.1,localhost,::1';
    return { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url, NO_PROXY: direct, no_proxy: direct };
  }

  protected override answer(request: IncomingMessage, response: ServerResponse): void {
    this.note(request.url ?? '');
    response.writeHead(502).end();
  }

  private note(address: string): void {
    this.called.push(address);
    this.onCall();
  }
}
