import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { CredentialConfig } from '../contract/github-app';
import { invalid, invalidValue, warn } from '../private/errors';
import { isDropped } from '../private/grants';
import { checkPlace } from '../private/references';
import { brokerFunction } from './broker-function';
import { checkReason } from './broker-tools';
import { appConfigOf } from './github-app-checks';
import { GitHubAppFunction } from './github-app-function';
import type { GitHubAppOptions } from './github-app-options';
import { checkProps } from '../private/kinds';

const TIMEOUT = Duration.seconds(15);
const credentialFunctions = new WeakSet<lambda.IFunction>();

/** Opens repositories for `git push`. */
export interface PushOptions {
  /** Why agents may push without a tool in between, for whoever reviews the template; at least 20 characters. */
  readonly reason: string;
}

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

/**
 * Lets agents clone and fetch: a function that gives git's credential helper a token to read the contents of one
 * repository.
 *
 * The token lives for an hour. Whatever runs beside the agent can read it, so it carries no more than `contents: read`:
 * changes go through the tools of a `GitHubAppBroker`, unless `allowPush` says why git itself may push. Make one for
 * each agent, with the repositories of that agent: whoever may invoke it can read all of them.
 *
 * It is invoked directly, with the role of the agent, and never by a gateway: what a gateway passes on is read by the
 * model and may be logged.
 *
 * Errors: a reason for `allowPush` that says too little, and whatever its props rule out.
 *
 * @see https://git-scm.com/docs/gitcredentials
 */
export class GitCredential extends GitHubAppFunction {
  /** What is invoked; no right is given on the function itself. */
  public readonly alias: lambda.IAlias;

  /** The ARN to invoke, that of the alias. */
  public readonly functionArn: string;

  public readonly functionName: string;
  /** @internal */
  public readonly _logGroupName: string;
  /**
   * The host that git connects to.
   * @internal
   */
  public readonly _host: string;
  /**
   * Whether that host is GitHub's own.
   * @internal
   */
  public readonly _isOnInternet: boolean;

  public constructor(scope: Construct, id: string, props: GitCredentialProps) {
    super(scope, id);
    checkProps(this, 'GitCredentialProps', props);
    const { allowPush } = props;
    if (allowPush !== undefined) {
      checkReason(this, 'allowPush', allowPush.reason);
    }
    const config: CredentialConfig = { ...appConfigOf(this, props), ...(allowPush && { allowPush: true }) };
    this._host = new URL(config.apiUrl).hostname.replace(/^api\./, '');
    this._isOnInternet = /(^|\.)(github|ghe)\.com$/.test(this._host);
    const made = brokerFunction(this, {
      ...props,
      asset: 'git-credential',
      description: `Gives coding agents tokens to ${allowPush ? 'read and push to' : 'read'} one repository at GitHub`,
      config,
      timeout: TIMEOUT,
      permissions: { contents: allowPush ? 'write' : 'read' },
      reasons: { allowPush },
    });
    credentialFunctions.add(made.function).add(made.alias);
    this.alias = made.alias;
    this.functionArn = made.alias.functionArn;
    this.functionName = made.function.functionName;
    this._logGroupName = made.logGroup.logGroupName;
  }

  /**
   * Lets an agent, or another role or user of the account, get tokens.
   *
   * Errors: everyone, a whole account, or a principal of another account.
   */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    this.checkInvoker(grantee.grantPrincipal);
    const grant = iam.Grant.addToPrincipal({
      grantee,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.functionArn],
    });
    if (isDropped(grant, grantee)) {
      warn(this, 'gitCredentialNotGranted', {
        what: 'the policy of this principal cannot be extended here, so it may not get tokens',
        got: this.node.path,
        allowed: 'a role or user whose policy this app may change',
        fix: 'allow it lambda:InvokeFunction on functionArn where its policy is kept',
      });
    }
    return grant;
  }

  private checkInvoker(principal: iam.IPrincipal): void {
    checkPlace(
      this,
      { account: principal.principalAccount },
      {
        code: 'ForeignInvoker',
        what: 'a principal would get tokens that is',
        than: 'this function',
        // roles and users have no region
        same: ['account'],
        fix: 'make a GitCredential in that account',
      },
    );
    const { AWS: named, ...others } = Stack.of(this).resolve(principal.policyFragment.principalJson) as Principals;
    if (named?.length !== 1 || Object.keys(others).length > 0 || isMany(named[0])) {
      throw invalid(this, 'InvokerNotNamed', {
        what: 'this would let more than one role or user get tokens',
        got: JSON.stringify({ AWS: named, ...others }),
        allowed: 'an agent, a role or a user',
        fix: 'name each of them: gitCredential.grantInvoke(agent)',
      });
    }
  }
}

/** Refuses a function that hands out tokens where tools are answered: the model reads what a tool returns. */
export function refuseCredentialFunction(fn: lambda.IFunction): void {
  if (credentialFunctions.has(fn)) {
    throw invalidValue('CredentialAsTool', {
      what: 'this function hands out tokens, and as a tool it would hand them to the model and its logs',
      got: fn.node.path,
      allowed: 'functions that do the work and keep the token',
      fix: 'give the GitCredential to the agent: `gitCredential`; for tools use a GitHubAppBroker',
    });
  }
}

interface Principals {
  readonly AWS?: unknown[];
}

/** everyone, or all of an account; the ARN of an account holds its partition, known at deployment */
function isMany(principal: unknown): boolean {
  return /^"\*"$|^"\d{12}"$|:root"/.test(JSON.stringify(principal));
}
