/* What must hold before a CLI starts: most of them run happily to their end with their tools gone. */
import { GATEWAY_SERVER } from '../../../lib/contract/agents';
import type { SessionSettings } from '../../../lib/contract/session';
import type { Bridge, CliRun, ModelAccess } from '../contract';
import { hidden } from '../contract/hidden';
import type { GatewaySettings } from '../shared/settings';
import { JobFailure } from './errors';
import type { RunningJob } from './running-job';

/** What comes with a request and is kept nowhere. */
export interface Caller {
  /** the Authorization header */
  readonly authorization?: string;
  /** proves to the Token Vault for whom a key is asked */
  readonly workloadToken?: string;
}

type Reached = Pick<CliRun, 'mcp' | 'telemetryUrl'>;

/** Opens the bridge for the job, and asks the gateway for its tools. */
export async function reachGateway(
  job: RunningJob,
  bridge: Bridge,
  { gateway, telemetry }: { readonly gateway?: GatewaySettings; readonly telemetry: boolean },
  { authorization }: Caller,
): Promise<Reached> {
  if (gateway === undefined && !telemetry) {
    return {};
  }
  if (gateway !== undefined) {
    job.emit({ type: 'step', name: 'gateway', status: 'started' });
  }
  if (gateway?.auth === 'jwt' && authorization === undefined) {
    throw new JobFailure(
      'GatewayAccessDenied',
      'the gateway wants the token of the caller, and the request had no Authorization header; allow-list that header at the runtime',
    );
  }
  const token = gateway?.auth === 'jwt' ? { authorization } : {};
  job.usesBridge = true;
  const { url } = await calling(job, 'GatewayUnavailable', bridge.open({ job: job.id, ...token }));
  const reached = telemetry ? { telemetryUrl: new URL(url).origin } : {};
  if (gateway === undefined) {
    return reached;
  }
  const check = await calling(job, 'GatewayUnavailable', bridge.check({ job: job.id }));
  if (!check.ok) {
    throw new JobFailure(check.errorCode, check.message);
  }
  job.emit({ type: 'step', name: 'gateway', status: 'done', detail: `${check.tools} tools` });
  return { ...reached, mcp: { name: GATEWAY_SERVER, url } };
}

/** How the CLI reaches its model, with the key if there is one. */
export async function reachModel(
  job: RunningJob,
  bridge: Bridge,
  { route }: SessionSettings,
  { workloadToken }: Caller,
  environment: NodeJS.ProcessEnv,
): Promise<ModelAccess> {
  if (route === undefined) {
    return { via: 'none' };
  }
  if (route.via === 'bedrock') {
    const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
    if (region === undefined || region === '') {
      throw new JobFailure(
        'ModelUnavailable',
        'AWS_REGION is not set, so no endpoint of Bedrock is known; set it at the runtime',
      );
    }
    return { via: 'bedrock', region };
  }
  const { credentialProvider } = route;
  if (route.via === 'llmGateway' && credentialProvider === undefined) {
    return { via: 'llmGateway', url: route.url };
  }
  if (workloadToken === undefined) {
    throw new JobFailure(
      'ModelKeyUnavailable',
      'the request had no workload access token, without which the Token Vault gives no key; invoke the agent through AgentCore',
    );
  }
  const request = { credentialProvider: credentialProvider ?? '', workloadToken };
  const { key } = await calling(job, 'ModelKeyUnavailable', bridge.modelKey(request));
  job.scrubber.add(key);
  return route.via === 'provider'
    ? { via: 'provider', key: hidden(key) }
    : { via: 'llmGateway', url: route.url, key: hidden(key) };
}

/** The answer of the bridge, unless the job shall end before. */
async function calling<T>(
  job: RunningJob,
  code: 'GatewayUnavailable' | 'ModelKeyUnavailable',
  call: Promise<T>,
): Promise<T> {
  call.catch(() => undefined);
  let onAbort = () => {};
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => reject(new Error(job.stopCause));
    job.signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    job.signal.throwIfAborted();
    return await Promise.race([call, stopped]);
  } catch (error) {
    job.signal.throwIfAborted();
    throw new JobFailure(code, error instanceof Error ? error.message : 'the bridge gave no reason');
  } finally {
    job.signal.removeEventListener('abort', onAbort);
  }
}
