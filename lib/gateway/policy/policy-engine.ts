import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { createHash } from 'node:crypto';
import { ArnFormat, Lazy, Names, Stack } from 'aws-cdk-lib';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import { GROUPS, type PolicyContext } from './cedar-context';
import { cedarSchema } from './cedar-schema';
import type { ToolPolicy } from './tool-policy';
import { PerEnvironment } from '../../private/environments';
import { describe, invalid, warn } from '../../private/errors';
import { acknowledgeUnlessChanged } from '../../private/acknowledge';
import { Acknowledgements } from '../../private/acknowledgements';

const takenNames = new PerEnvironment();

const LARGEST = 10_000;
/** longer than any ARN of a gateway */
const LONG_ARN = 'x'.repeat(160);
const LONGEST_NAME = 48;
const HASH_LENGTH = 8;
/** what a policy says by itself, whatever targets there are */
const NO_TARGETS: PolicyContext = { gatewayArn: '', usesJwt: true, targets: [] };

export interface GatewayPoliciesProps {
  readonly policies: ToolPolicy[];
  /** encrypts the policies; for good, another key makes another engine */
  readonly encryptionKey?: kms.IKey;
  /** whether decisions count or are logged only; they count by default */
  readonly mode?: agentcore.PolicyEngineMode;
}

/** The policy engine of a gateway, which is made before it, and its policies, which are made after its targets. */
export class GatewayPolicies extends Construct {
  public readonly engine: agentcore.PolicyEngine;
  public readonly engineArn: string;
  public readonly mode: agentcore.PolicyEngineMode;

  private readonly named: Map<string, ToolPolicy>;
  private readonly targets = new DependencyGroup();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GatewayPoliciesProps,
  ) {
    super(scope, id);
    this.mode = props.mode ?? agentcore.PolicyEngineMode.ENFORCE;
    this.checkEffects();
    this.checkMode();
    this.named = this.name();
    this.engine = new agentcore.PolicyEngine(this, 'Engine', {
      policyEngineName: this.engineName(),
      description: `Who may call which tool of ${scope.node.path}`,
      kmsKey: props.encryptionKey,
    });
    this.engineArn = this.engine.policyEngineArn;
  }

  /**
   * Makes the policies: first those that forbid, so that nothing is open in between. AgentCore makes policies of an engine
   * one at a time.
   */
  public attach(gateway: agentcore.Gateway, context: () => PolicyContext): void {
    const order = [...this.named].sort(([, a], [, b]) => rank(a) - rank(b));
    let previous: Construct | undefined;
    for (const [name, policy] of order) {
      const resource = new agentcore.Policy(this, `Policy_${name}`, {
        policyEngine: this.engine,
        policyName: name,
        description: policy._spec.summary,
        statement: agentcore.PolicyStatement.fromCedar(
          Lazy.string({ produce: () => policy._statement({ ...context(), gatewayArn: gateway.gatewayArn }) }),
        ),
        validationMode: validationMode(policy),
      });
      resource.node.addDependency(gateway, this.targets, ...(previous === undefined ? [] : [previous]));
      previous = resource;
    }
    this.node.addValidation({
      validate: () => [...reservedNames(context()), ...order.flatMap((entry) => problems(entry, context()))],
    });
  }

  /** Makes every policy wait: AgentCore refuses one that names a tool it does not know yet. */
  public dependOn(target: IDependable): void {
    this.targets.add(target);
  }

  /** The statements as they will be, by name, for Cedar's own engine. */
  public statements(context: PolicyContext): Record<string, string> {
    return Object.fromEntries([...this.named].map(([name, policy]) => [name, policy._statement(context)]));
  }

  /** The schema that they are checked against. */
  public schema(context: PolicyContext): string {
    return cedarSchema(context.targets);
  }

  /** What the role of the gateway needs, besides trust. */
  public statementsForGatewayRole(gatewayArnPattern: string): iam.PolicyStatement[] {
    return policyGrants(this.engine, gatewayArnPattern, this.props.encryptionKey);
  }

  /** Says why they hold a pattern, to be called when the policy with these statements is complete. */
  public acknowledgeGrants(policy: iam.ManagedPolicy): void {
    acknowledgePolicyGrants(policy, this.engine);
  }

  private checkEffects(): void {
    if (!this.props.policies.some(({ _spec }) => _spec.effect === 'permit')) {
      throw invalid(this, 'NothingPermitted', {
        what: 'no policy permits anything, so nobody could call any tool',
        got: this.props.policies.map(({ _spec }) => _spec.name ?? _spec.kind).join(', ') || 'no policy',
        allowed: 'at least one policy that permits',
        fix: 'add ToolPolicy.permitAll() or ToolPolicy.readOnly() beside those that forbid',
      });
    }
  }

  private checkMode(): void {
    if (this.mode.value === agentcore.PolicyEngineMode.LOG_ONLY.value) {
      warn(this, 'policyNotEnforced', {
        what: 'decisions of the policies are logged only: every caller may call every tool',
        got: 'PolicyEngineMode.LOG_ONLY',
        allowed: 'enforced policies',
        fix: 'leave policyMode away once the log shows the decisions that you expect',
      });
    }
  }

  /**
   * The chosen names, and for every other policy its kind and a hash of its place and of what it says. By their order, a
   * policy that is put before another of its kind would rewrite it in place, and for a moment nobody would forbid what it
   * forbade. The place keeps two gateways apart: AgentCore takes each name once in an account.
   */
  private name(): Map<string, ToolPolicy> {
    const named = new Map<string, ToolPolicy>();
    for (const policy of this.props.policies) {
      const { name = generatedName(this, policy, named) } = policy._spec;
      const owner = takenNames.take(this, name);
      if (owner !== undefined) {
        throw invalid(this, 'PolicyNameTaken', {
          what: `two policies of ${owner === this ? 'a gateway' : 'one account and region'} share a name`,
          got: name,
          allowed: 'a separate name for each policy of an account and region',
          fix: `${owner === this ? '' : `it belongs to '${owner.node.path}'; `}choose another, or omit it for a generated one`,
        });
      }
      named.set(name, policy);
    }
    return named;
  }

  /** An engine cannot change its key, so one with another key is another engine and needs another name. */
  private engineName(): string {
    const key = JSON.stringify(Stack.of(this).resolve(this.props.encryptionKey?.keyArn) ?? '');
    const hash = createHash('sha256').update(key).digest('hex').slice(0, HASH_LENGTH);
    // a stage may start with a digit, an engine may not
    return `P${Names.uniqueResourceName(this, { maxLength: LONGEST_NAME - HASH_LENGTH - 2 })}_${hash}`;
  }
}

function generatedName(scope: Construct, policy: ToolPolicy, taken: Map<string, ToolPolicy>): string {
  // the path alone is the same in two apps that deploy their stacks under other names
  const place = `${Names.uniqueResourceName(scope, { maxLength: 255 })}\n${scope.node.path}`;
  const text = `${place}\n${policy._statement(NO_TARGETS)}`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  const name = `${policy._spec.kind}_${hash}`;
  // the same about other targets
  const twins = [...taken.keys()].filter((other) => other.startsWith(name)).length;
  return twins === 0 ? name : `${name}_${twins + 1}`;
}

/** what is analysed comes last: the analysis looks at all policies that are there */
function rank({ _spec }: ToolPolicy): number {
  if (_spec.failOnFindings === true) {
    return 2;
  }
  return _spec.effect === 'forbid' ? 0 : 1;
}

/**
 * The analysis takes every statement for overly permissive or restrictive that permits or forbids a tool to everybody,
 * which is what the starters are for. The check against the schema is made either way.
 */
function validationMode({ _spec }: ToolPolicy): agentcore.PolicyValidationMode {
  return _spec.failOnFindings === true
    ? agentcore.PolicyValidationMode.FAIL_ON_ANY_FINDINGS
    : agentcore.PolicyValidationMode.IGNORE_ALL_FINDINGS;
}

function reservedNames({ targets }: PolicyContext): string[] {
  const reserved = Object.values(GROUPS);
  return targets
    .filter(({ targetName }) => reserved.includes(targetName))
    .map(({ targetName }) =>
      describe({
        what: 'a target has the name of a group that policies know already',
        got: targetName,
        allowed: `any name but ${reserved.join(' and ')}`,
        fix: 'choose another id for the target',
      }),
    );
}

function problems([name, policy]: [string, ToolPolicy], context: PolicyContext): string[] {
  const found = policy._spec.problems(context);
  const size = Buffer.byteLength(policy._statement({ ...context, gatewayArn: LONG_ARN }));
  const tooLarge = {
    what: 'it is too large',
    got: `about ${size} bytes`,
    allowed: `at most ${LARGEST}`,
    fix: 'split a list of tools into several policies; list repositories by owner, as acme/*',
  };
  return [...found, ...(size > LARGEST ? [tooLarge] : [])].map((problem) =>
    describe({ ...problem, what: `policy '${name}': ${problem.what}` }),
  );
}

/**
 * What the role of a gateway needs to ask its policy engine.
 *
 * CheckAuthorizePermissions, called when the engine is attached, is in no reference. Its resources are known from the
 * errors of accounts where it was missing: an ARN of its own form, with the engine in it.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-permissions.html
 */
function policyGrants(
  engine: agentcore.PolicyEngine,
  gatewayArnPattern: string,
  key?: kms.IKey,
): iam.PolicyStatement[] {
  const { policyEngineArn } = engine;
  return [
    allow(['GetPolicyEngine'], [policyEngineArn]),
    allow(['AuthorizeAction', 'PartiallyAuthorizeActions'], [policyEngineArn, gatewayArnPattern]),
    allow(['CheckAuthorizePermissions'], [policyEngineArn, gatewayArnPattern, ...targetResources(engine)]),
    ...(key === undefined ? [] : [decrypt(engine, key)]),
  ];
}

/** Acknowledges in the policy that holds these grants what of them is a pattern. */
function acknowledgePolicyGrants(policy: iam.ManagedPolicy, engine: agentcore.PolicyEngine): void {
  acknowledgeUnlessChanged(policy, Acknowledgements.POLICY_TARGETS, { resources: targetResources(engine) });
}

function allow(actions: string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: actions.map((action) => `bedrock-agentcore:${action}`), resources });
}

function targetResources(engine: agentcore.PolicyEngine): string[] {
  return ['/policy-engines', 'policy-engines'].map((resource) =>
    Stack.of(engine).formatArn({
      service: 'bedrock-agentcore',
      resource,
      resourceName: `${engine.policyEngineId}/target-resource/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
  );
}

/** who asks an engine needs the key itself; evaluation uses grants that AgentCore makes */
function decrypt(engine: agentcore.PolicyEngine, key: kms.IKey): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': `bedrock-agentcore.${Stack.of(engine).region}.amazonaws.com`,
        'kms:EncryptionContext:aws:bedrock-agentcore-policy:policy-engine-arn': engine.policyEngineArn,
      },
    },
  });
}
