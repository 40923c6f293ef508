import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

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
