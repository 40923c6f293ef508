import type { GitHubAppOptions } from './github-app-options';

/** Settings of a `GitCredential`. */
export interface GitCredentialProps extends GitHubAppOptions {
  /**
   * Why agents may push with git itself. Their tokens carry `contents: write` then, for every repository of
   * `repositories`: whatever runs beside the agent can push to any branch that GitHub does not protect, the default
   * branch too, and make releases. No policy of a gateway sees it. Never `workflows: write`: GitHub refuses a push that
   * changes a workflow.
   *
   * @default - tokens carry `contents: read`: changes go through the tools of a `GitHubAppBroker`
   * @see https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
   */
  readonly allowPush?: PushOptions;
}

/** Opens repositories for `git push`. */
export interface PushOptions {
  /** Why agents may push without a tool in between, for whoever reviews the template; at least 20 characters. */
  readonly reason: string;
}
