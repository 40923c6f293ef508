import type { App } from 'aws-cdk-lib';

/** Where something is deployed; both are written down, so that synthesis asks no account for anything. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** What a team changes: the `pipeline` object in the context of cdk.json. */
export interface PipelineSettings {
  /** owner and name of the repository that holds this app */
  readonly repository: string;
  readonly branch: string;
  /** made once by hand in the console: somebody has to agree at the provider */
  readonly connectionArn: string;
  /** the account of the pipeline; no agent runs there */
  readonly tools: Place;
  readonly test: Place;
  readonly production: Place;
  /** the image of the agent, under the same name in both accounts; a tag that is never pushed twice, or a digest */
  readonly image: { readonly repository: string; readonly tag: string };
  /** a global inference profile, which may answer from any region */
  readonly model: string;
}

export function settingsFrom(app: App): PipelineSettings {
  return app.node.getContext('pipeline') as PipelineSettings;
}
