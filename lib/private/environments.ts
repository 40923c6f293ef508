import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type RegionalService, type RegionalServiceName, REGIONAL_SERVICES } from '../contract/regions';
import { invalid } from './errors';

const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;

/**
 * Refuses a stack in a region where AWS does not offer this. A stack whose region is known only at deployment passes.
 *
 * The list of regions gets old, so the app can name further ones in its context.
 */
export function checkRegion(scope: IConstruct, name: RegionalServiceName): void {
  const { region } = Stack.of(scope);
  const service: RegionalService = REGIONAL_SERVICES[name];
  const isOffered = service.regions?.includes(region) ?? service.except?.includes(region) !== true;
  if (Token.isUnresolved(region) || isOffered || furtherRegions(scope, service.contextKey).includes(region)) {
    return;
  }
  throw invalid(scope, 'UnsupportedRegion', {
    what: `${service.title} is not offered in this region (as of ${service.dated}, ${service.source})`,
    got: region,
    allowed: service.regions?.join(', ') ?? `the regions of AgentCore except ${service.except?.join(' and ')}`,
    fix: `deploy the stack to one of these regions; if AWS has opened this one since, run cdk with -c ${service.contextKey}=${region}, or add it to \`context\` in cdk.json`,
  });
}

/** The regions that the app names in its context: a list, or text with commas as `cdk -c` passes it. */
export function furtherRegions(scope: IConstruct, contextKey: string): string[] {
  const given: unknown = scope.node.tryGetContext(contextKey) ?? [];
  const regions: unknown[] =
    typeof given === 'string' ? given.split(',').map((region) => region.trim()) : [given].flat();
  const odd = regions.find((region) => typeof region !== 'string' || !REGION.test(region));
  if (odd !== undefined) {
    throw invalid(scope, 'InvalidRegionsInContext', {
      what: `the context '${contextKey}' does not name regions`,
      got: typeof odd === 'string' ? odd : JSON.stringify(odd),
      allowed: 'the names of regions: a list in cdk.json, or text with commas between them',
      fix: `write for example "${contextKey}": ["mx-central-1"]`,
    });
  }
  return regions as string[];
}

/**
 * Remembers by name which construct of an account and region took something that exists there once.
 *
 * It looks through the whole app, or through the stack alone where account or region are not known.
 */
export class PerEnvironment {
  private readonly owners = new WeakMap<IConstruct, Map<string, Map<string, IConstruct>>>();

  /** Takes the name, unless it is taken: then it returns who has it. */
  public take(scope: IConstruct, name: string): IConstruct | undefined {
    const taken = this.namesAround(scope);
    const owner = taken.get(name);
    if (owner === undefined) {
      taken.set(name, scope);
    }
    return owner;
  }

  private namesAround(scope: IConstruct): Map<string, IConstruct> {
    const { account, region } = Stack.of(scope);
    const isKnown = !Token.isUnresolved(account) && !Token.isUnresolved(region);
    const [owner, key] = isKnown ? [scope.node.root, `${account}/${region}`] : [Stack.of(scope), ''];
    const environments = this.owners.get(owner) ?? new Map<string, Map<string, IConstruct>>();
    this.owners.set(owner, environments);
    const names = environments.get(key) ?? new Map<string, IConstruct>();
    environments.set(key, names);
    return names;
  }
}
