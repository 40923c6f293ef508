import { Errors } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { secretIn } from '../../lib/contract/secret-patterns';
import { STRICT } from '../fixture';
import { cookGateway, GATEWAY_RECIPE, type GatewayRecipe } from './gateway-recipes';

// Any gateway gives a clear error of ours, or a template that can be deployed in its order and that is safe. Seeds are
// fixed; a failure prints its seed, its path and the smallest recipe that fails.

type Resources = Record<string, { Type: string; DependsOn?: string | string[]; Properties: any }>;
type Outcome = { readonly code: string; readonly text: string } | { readonly resources: Resources };

/** the four parts: what is wrong, what was given, what is allowed, what to change */
const OURS = /; allowed: |; \w/;
const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';
/** a gateway takes five changes of targets at once, and one is left for people */
const LANES = 4;
const before = process.env.CDK_VALIDATION;

/** whatever is thrown otherwise is a fault: what is found when the app is complete is collected by the CDK */
function outcomeOf(recipe: GatewayRecipe, context?: Record<string, unknown>): Outcome {
  try {
    const [stack] = cookGateway(recipe, context).synth().stacks;
    return { resources: stack.template.Resources as Resources };
  } catch (error) {
    if (!Errors.isConstructError(error)) {
      throw error;
    }
    return { code: error.name, text: error.message };
  }
}

afterEach(() => {
  process.env.CDK_VALIDATION = before;
});

test('any gateway is refused with a clear error, or makes the same safe template twice', () => {
  const seen = { accepted: 0, targets: 0, most: 0, policies: 0, codes: new Set<string>() };
  fc.assert(
    fc.property(GATEWAY_RECIPE, (recipe) => {
      const outcome = outcomeOf(recipe);
      expect(outcomeOf(recipe)).toEqual(outcome);
      if ('code' in outcome) {
        expect(outcome.text).toMatch(OURS);
        expect(outcome.text).not.toContain('${Token[');
        expect(secretIn(outcome.text)).toBeUndefined();
        seen.codes.add(outcome.code);
        return;
      }
      const targets = of(outcome.resources, TARGET).length;
      seen.accepted++;
      seen.targets += targets;
      seen.most = Math.max(seen.most, targets);
      seen.policies += of(outcome.resources, 'AWS::BedrockAgentCore::Policy').length;
      expect(flawsOf(outcome.resources, recipe)).toEqual([]);
    }),
    { seed: 20261103, numRuns: 250 },
  );
  // else the recipes would prove nothing
  expect(seen.accepted).toBeGreaterThan(60);
  expect(seen.targets).toBeGreaterThan(200);
  expect(seen.most).toBeGreaterThan(2 * LANES);
  expect(seen.policies).toBeGreaterThan(50);
  expect(seen.codes.size).toBeGreaterThan(25);
});

test('no gateway that is accepted has a finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  const context = { ...STRICT, '@aws-cdk/core:annotationsInValidationReport': false };
  let accepted = 0;
  fc.assert(
    fc.property(GATEWAY_RECIPE, (recipe) => {
      process.env.CDK_VALIDATION = 'false';
      const expected = outcomeOf(recipe, context);
      process.env.CDK_VALIDATION = 'true';
      expect(outcomeOf(recipe, context)).toEqual(expected);
      accepted += 'resources' in expected ? 1 : 0;
    }),
    { seed: 20261104, numRuns: 45 },
  );
  expect(accepted).toBeGreaterThan(10);
});

/** What must not be in a template, by the id of the resource. */
function flawsOf(resources: Resources, recipe: GatewayRecipe): string[] {
  return [
    ...of(resources, TARGET).flatMap(([id]) => targetFlaws(resources, id)),
    ...laneFlaws(resources),
    ...policyFlaws(resources),
    ...rightFlaws(resources),
    ...nameFlaws(resources, recipe),
    ...(secretIn(JSON.stringify(resources)) === undefined ? [] : ['a secret']),
  ];
}

/** one credential, and the rights that it takes in a policy that is there before */
function targetFlaws(resources: Resources, id: string): string[] {
  const { Properties } = resources[id];
  const credentials: any[] = Properties.CredentialProviderConfigurations ?? [];
  const isAnonymous = credentials.length === 0 && Properties.TargetConfiguration.Mcp.Lambda === undefined;
  const policies = waitsFor(resources, id).filter((other) => resources[other].Type === 'AWS::IAM::ManagedPolicy');
  const rights = JSON.stringify(policies.map((policy) => resources[policy].Properties.PolicyDocument));
  const missing = needsOf(Properties).filter((need) => !rights.includes(JSON.stringify(need)));
  return [
    ...(credentials.length === 1 || isAnonymous ? [] : [`${id}: ${credentials.length} credentials`]),
    ...missing.map((need) => `${id}: no right to ${JSON.stringify(need)}`),
  ];
}

/** what a target is called with, which a right must name */
function needsOf({ CredentialProviderConfigurations = [], TargetConfiguration }: any): unknown[] {
  const [{ CredentialProvider = {} } = {}] = CredentialProviderConfigurations;
  const { ApiKeyCredentialProvider: key, OauthCredentialProvider: oauth } = CredentialProvider;
  const runtime = /"Fn::GetAtt":\["(\w+)","AgentRuntimeArn"\]/.exec(JSON.stringify(TargetConfiguration))?.[1];
  return [
    key?.ProviderArn,
    oauth?.ProviderArn,
    TargetConfiguration.Mcp.Lambda?.LambdaArn,
    // one that takes signed requests asks IAM
    runtime && { 'Fn::GetAtt': [runtime, 'AgentRuntimeArn'] },
  ].filter((need) => need !== undefined);
}

/** chains, of which each target has at most one before it and one after it: as many are made at once as there are chains */
function laneFlaws(resources: Resources): string[] {
  const ids = of(resources, TARGET).map(([id]) => id);
  const previous = ids.map((id) => waitsFor(resources, id).filter((other) => ids.includes(other)));
  const shared = new Set(previous.flat()).size !== previous.flat().length;
  const chains = previous.filter((list) => list.length === 0).length;
  return [
    ...(shared || previous.some((list) => list.length > 1) ? ['targets are not in chains'] : []),
    ...(chains > LANES ? [`${chains} targets at once`] : []),
  ];
}

function policyFlaws(resources: Resources): string[] {
  const targets = of(resources, TARGET).map(([id]) => id);
  return of(resources, 'AWS::BedrockAgentCore::Policy').flatMap(([id]) =>
    targets.filter((target) => !waitsFor(resources, id).includes(target)).map((target) => `${id} before ${target}`),
  );
}

function rightFlaws(resources: Resources): string[] {
  const own = [...of(resources, 'AWS::IAM::ManagedPolicy'), ...of(resources, 'AWS::IAM::Policy')]
    // that of the runtime is made by its L2, as an app would have it
    .filter(([id]) => !id.startsWith('Runtime'));
  const wide = /"(Resource|Action)":(\[[^\]]*)?"\*"|workload-identity\/\*|-identity!\*|workload-identity\/[^"]*\*/;
  return own.filter(([, policy]) => wide.test(JSON.stringify(policy))).map(([id]) => `${id} allows too much`);
}

const NAMES: Record<string, RegExp> = {
  Gateway: /^(?=.{1,48}$)[0-9a-z](-?[0-9a-z])*$/,
  GatewayTarget: /^(?=.{1,100}$)[0-9a-zA-Z](-?[0-9a-zA-Z])*$/,
  ApiKeyCredentialProvider: /^[a-zA-Z0-9_-]{1,128}$/,
  OAuth2CredentialProvider: /^[a-zA-Z0-9_-]{1,128}$/,
  PolicyEngine: /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
  Policy: /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
  ConsentPortal: /^[a-zA-Z0-9_-]{1,50}$/,
};

function nameFlaws(resources: Resources, { targets }: GatewayRecipe): string[] {
  const flaws = Object.entries(NAMES).flatMap(([type, legal]) => {
    const names = of(resources, `AWS::BedrockAgentCore::${type}`).map(([, { Properties }]) => String(Properties.Name));
    const twice = names.filter((name, i) => names.findIndex((n) => n.toLowerCase() === name.toLowerCase()) !== i);
    return [...names.filter((name) => !legal.test(name)), ...twice].map((name) => `${type} ${name}`);
  });
  const made = of(resources, TARGET).map(([, { Properties }]) => String(Properties.Name));
  const asked = targets.map(({ name }) => name);
  return [...flaws, ...asked.filter((name) => !made.includes(name)).map((name) => `no target ${name}`)];
}

function of(resources: Resources, type: string): [string, Resources[string]][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}

function waitsFor(resources: Resources, id: string): string[] {
  return [resources[id].DependsOn ?? []].flat();
}
