import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IAgentNetwork } from '../network/contracts';
import type { GitHubAppKey } from './github-app-key';

/** A GitHub App, where it is installed, and the function that acts for it. */
export interface GitHubAppOptions {
  /**
   * The client id of the App, from its settings page: `Iv23li...`. The App id, a number, works too.
   *
   * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
   */
  readonly clientId: string;

  /**
   * The number of the installation: the last part of the URL of its settings page,
   * `https://github.com/organizations/<org>/settings/installations/<number>`.
   */
  readonly installationId: number;

  /** Where the private key of the App lies. */
  readonly key: GitHubAppKey;

  /**
   * The repositories that may be used, as `owner/name`: 1 to 500, all of one owner, without patterns. It is a limit of
   * its own, besides what the App is installed on.
   */
  readonly repositories: string[];

  /**
   * Where GitHub is: `github.com`, `<subdomain>.ghe.com`, or the host of a GitHub Enterprise Server. A host name without
   * scheme, port and path; the URL of the API is made from it.
   *
   * @default 'github.com'
   */
  readonly host?: string;

  /**
   * A network for the function, for a GitHub that is not on the internet or for traffic under your control. From it the
   * function must reach GitHub and KMS or Secrets Manager over port 443.
   *
   * @default - the function runs outside of any VPC, from where it reaches the internet; so it does for a public network
   */
  readonly network?: IAgentNetwork;

  /**
   * How many calls may run at once, at least 1. They are taken from the quota of the account, of which AWS keeps 100
   * unreserved: an account with a small quota must have it raised first.
   *
   * @default 10
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly reservedConcurrency?: number;

  /**
   * A customer-managed key for the log group and the environment of the function, which holds ARNs only. Its policy is
   * extended for CloudWatch Logs.
   *
   * @default - keys that AWS owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long the log of calls is kept. It names tool, repository and outcome of each call, and no content.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;
}
