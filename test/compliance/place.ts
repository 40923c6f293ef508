import type { Environment } from 'aws-cdk-lib';
import { App } from 'aws-cdk-lib';

// Where the apps of the compliance tests are deployed to, in thought.

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

export interface AppOptions {
  readonly context?: Record<string, unknown>;
  /** left away: stacks for any account and region */
  readonly env?: Environment;
}

export function newApp({ context }: AppOptions): App {
  return new App({ context, analyticsReporting: false });
}
