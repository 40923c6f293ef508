import type { GitHubAppOptions } from './github-app-options';

/** Settings of a `GitHubAppBroker`. */
export interface GitHubAppBrokerProps extends GitHubAppOptions {
  /**
   * The tools that are offered, by their names; `GitHubAppBroker.READ_TOOLS` and `DEFAULT_TOOLS` are lists to start
   * from. `docs/github-app.md` tells what each of them does and needs.
   *
   * @default GitHubAppBroker.DEFAULT_TOOLS - all but those that delete or merge
   */
  readonly tools?: string[];

  /**
   * Why tools that delete or merge may be used. It takes both, their names in `tools` and this.
   *
   * @default - such tools are refused
   */
  readonly allowSensitivePermissions?: SensitivePermissions;

  /**
   * Why agents may push to the default branch of a repository, which is a merge that nobody reviews.
   *
   * @default - pushes to the default branch are refused: agents make a branch and a pull request
   */
  readonly allowDefaultBranch?: DefaultBranchOptions;

  /**
   * Files and folders that agents must not change or delete, besides the files that decide what pipelines run, which are
   * always protected: `docs/github-app.md` lists them. At most 100 names in the notation of `.gitignore`, in any case of
   * letters: `deploy.sh` is protected in every folder, `/infra` and `ops/release` from the root of the repository, and
   * `*` is any part of one name. A folder protects what is in it.
   *
   * Errors: a name that is empty, has `..`, or has a part that is `*` alone.
   *
   * @default - the files of pipelines only
   */
  readonly protectedPaths?: string[];

  /**
   * How many minutes a token is used again, 0 to 50. GitHub lets it live for 60. A repository that is taken away from
   * the App stays within reach for as long; 0 asks GitHub for a token at each call.
   *
   * @default 45
   */
  readonly cacheMinutes?: number;

  /**
   * How many characters a result may have, 1,000 to 1,000,000. The rest is cut off, and the result says so.
   *
   * @default 50000
   */
  readonly largestResult?: number;
}

/** Opens what a broker refuses by default. */
export interface SensitivePermissions {
  /** Why agents may delete or merge, for whoever reviews the template; at least 20 characters. */
  readonly reason: string;
}

/** Opens the default branch for pushes. */
export interface DefaultBranchOptions {
  /** Why nobody has to review what agents push, for whoever reviews the template; at least 20 characters. */
  readonly reason: string;
}
