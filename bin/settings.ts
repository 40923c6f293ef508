import type { ModelPrices } from 'cdk-coding-agents';
import type { Node } from 'constructs';

/** Where tools come from, and as whom they are called. */
export interface ToolSettings {
  /** what agents may touch at GitHub, all of one owner */
  readonly repositories: string[];
  /** the GitHub App that acts for agents; its key lies in KMS, see docs/github-app.md */
  readonly gitHubApp: { readonly clientId: string; readonly installationId: number; readonly keyArn: string };
  /** an authorization server that exchanges the tokens of employees for tokens that Jira takes */
  readonly jira: {
    readonly site: string;
    readonly discoveryUrl: string;
    readonly clientId: string;
    readonly scopes: string[];
  };
  /** the Slack app in whose name people connect their accounts */
  readonly slack: { readonly clientId: string; readonly scopes: string[] };
  /** clients at the company's identity provider: a public one for laptops, a confidential one for the consent portal */
  readonly laptopClientId: string;
  readonly portalClientId: string;
}

/** What a team changes: the `sample` object in the context of cdk.json. */
export interface SampleSettings {
  /** a global inference profile, which may answer from any region */
  readonly claudeModel: string;
  /** what a million of its tokens cost, in dollars. Those in cdk.json are an example: write what your contract and region say */
  readonly claudePrices: ModelPrices;
  /** a foundation model of the region */
  readonly codexModel: string;
  /** where agents may connect to besides AWS; with none there is no way to the internet at all */
  readonly allowedDomains: string[];
  /** the company's identity provider: whose tokens open agents and tools */
  readonly discoveryUrl: string;
  readonly tools: ToolSettings;
}

/** Reads the settings, and says which one is missing rather than failing somewhere below. */
export function settingsFrom(node: Node): SampleSettings {
  const settings = node.tryGetContext('sample') as Partial<SampleSettings> | undefined;
  const wanted: (keyof SampleSettings)[] = [
    'claudeModel',
    'claudePrices',
    'codexModel',
    'allowedDomains',
    'discoveryUrl',
    'tools',
  ];
  const missing = wanted.filter((name) => settings?.[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`cdk.json has no context.sample.${missing.join(', context.sample.')}; see bin/settings.ts`);
  }
  return settings as SampleSettings;
}
