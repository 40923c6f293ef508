import { PORTS } from '../../../lib/contract/session';
import type { BridgeCalls, BridgeNotice } from '../contract';
import { CredentialSource, regionOf } from '../shared/aws';
import { SessionError } from '../shared/problem';
import { gatewayOf, settingsOf } from '../shared/settings';
import type { GatewaySettings } from '../shared/settings';
import { checkGateway } from './check';
import { failureOfError, GatewayFailure } from './failure';
import { Gateway } from './gateway';
import { OpenJob, OpenJobs } from './jobs';
import { Listener, noGateway } from './listener';
import { modelKey } from './model-key';
import { Telemetry } from './telemetry';

const PORT_VARIABLE = 'AGENT_BRIDGE_PORT';

/** The bridge in its process. Nothing listens before the first job. */
export function createBridge(environment: NodeJS.ProcessEnv, notify: (notice: BridgeNotice) => void): BridgeCalls {
  const credentials = new CredentialSource();
  const region = regionOf(environment);
  const settings = gatewayOf(environment);
  const gateway = settings && gatewayAt(settings, credentials, region);
  const jobs = new OpenJobs(notify);
  let listener: Promise<Listener> | undefined;
  const listening = () =>
    (listener ??= Listener.start(
      { jobs, gateway, shell: shellOf(gateway), telemetry: telemetryOf(environment, region, credentials) },
      portOf(environment),
    ).catch((error: unknown) => {
      listener = undefined;
      throw error;
    }));
  return {
    open: async ({ job, authorization }) => {
      // at once, so that what comes next finds it open: a newer token, or its end
      const opened = jobs.open(job, authorization);
      return { url: (await listening()).urlOf(opened) };
    },
    renew: ({ job, authorization }) => Promise.resolve(jobs.renew(job, authorization)),
    check: async ({ job }) => {
      const opened = jobs.get(job);
      if (opened === undefined) {
        throw new SessionError('JobNotOpen', {
          what: 'this job is not open',
          got: job,
          fix: 'open it before the check',
        });
      }
      if (gateway === undefined || gateway instanceof GatewayFailure) {
        const { code, message } = gateway ?? noGateway();
        return { ok: false, errorCode: code, message };
      }
      return checkGateway(gateway, opened.token);
    },
    close: ({ job }) => Promise.resolve(jobs.close(job)),
    modelKey: (request) => modelKey(request, credentials, regionOrFail(region), environment),
  };
}

function gatewayAt(
  settings: GatewaySettings,
  credentials: CredentialSource,
  region: string | undefined,
): Gateway | GatewayFailure {
  try {
    return new Gateway(settings, credentials, region);
  } catch (error) {
    return failureOfError(error);
  }
}

/** nobody reads its notices: there is no job to tell them to */
function shellOf(gateway: Gateway | GatewayFailure | undefined): OpenJob | undefined {
  return gateway instanceof Gateway && gateway.signs ? new OpenJob('shell', () => undefined) : undefined;
}

function telemetryOf(
  environment: NodeJS.ProcessEnv,
  region: string | undefined,
  credentials: CredentialSource,
): Telemetry | undefined {
  return settingsOf(environment).telemetry === true && region !== undefined
    ? new Telemetry(environment, region, credentials)
    : undefined;
}

function portOf(environment: NodeJS.ProcessEnv): number {
  const port = Number(environment[PORT_VARIABLE] ?? PORTS.bridge);
  return Number.isInteger(port) && port >= 0 && port < 65_536 ? port : PORTS.bridge;
}

function regionOrFail(region: string | undefined): string {
  if (region === undefined) {
    throw new SessionError('ModelKeyUnavailable', {
      what: 'the region of the Token Vault is not known',
      got: 'no AWS_REGION',
      fix: 'set AWS_REGION in the image',
    });
  }
  return region;
}
