import { type ResourceEnvironment, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { invalid } from './errors';

/**
 * Whether two ids surely name different things: two literals that differ, or attributes of two constructs of the app.
 * Everything else (a parameter, an import) may turn out equal at deployment, so it is not held against the user.
 */
export function surelyDiffer(a: string, b: string): boolean {
  if (!Token.isUnresolved(a) && !Token.isUnresolved(b)) {
    return a !== b;
  }
  const [ownerOfA, ownerOfB] = [ownerOf(a), ownerOf(b)];
  return ownerOfA !== undefined && ownerOfB !== undefined && ownerOfA !== ownerOfB;
}

/** The construct of the app whose attribute a text is; undefined for a literal, a parameter or an import. */
export function ownerOf(value: string): IConstruct | undefined {
  const token = Tokenization.reverseString(value).firstToken;
  return token !== undefined && Reference.isReference(token) ? token.target : undefined;
}

/** Something that a construct was given, and what tells where it is. */
export interface Given {
  /** the resource itself: an L2, an L1, or whatever has an `env` */
  readonly resource?: IConstruct & { readonly env?: ResourceEnvironment };
  /** its ARN, which wins: an import may claim to be where its stack is */
  readonly arn?: string;
  /** its account, where nothing else tells */
  readonly account?: string;
  /** the id of the VPC in which it is */
  readonly vpcId?: string;
}

/** What a resource has to have in common with the construct that takes it. */
export type PlacePart = 'region' | 'account' | 'VPC';

/** Where a resource has to be, and what to say if it is elsewhere. */
export interface PlaceRule {
  /** the stable code of the error */
  readonly code: string;
  /** the resource in the words of users, with its verb: 'the VPC is' */
  readonly what: string;
  /** what takes it: 'the agent' */
  readonly than: string;
  /**
   * What has to be the same. Leave out the account where the service takes resources of other accounts, and say so
   * where the rule is.
   */
  readonly same: readonly PlacePart[];
  readonly fix: string;
  /** the VPC of what takes it, for 'VPC' */
  readonly vpcId?: string;
  /** what to call both, where ids say less than paths */
  readonly got?: string;
  readonly allowed?: string;
}

/**
 * The one check of where things are. Refuses a resource that is surely in another region, account or VPC than what takes
 * it. What is known only at deployment passes.
 */
export function checkPlace(scope: IConstruct, given: Given, rule: PlaceRule): void {
  const stack = Stack.of(scope);
  const here: Place = { region: stack.region, account: stack.account, VPC: rule.vpcId };
  const there = whereIs(given);
  for (const part of rule.same) {
    const [theirs, ours] = [there[part], here[part]];
    if (theirs !== undefined && ours !== undefined && surelyDiffer(theirs, ours)) {
      throw invalid(scope, rule.code, {
        what: `${rule.what} in another ${part} than ${rule.than}`,
        got: rule.got ?? nameOf(theirs),
        allowed: rule.allowed ?? nameOf(ours),
        fix: rule.fix,
      });
    }
  }
}

function nameOf(value: string): string | undefined {
  return Token.isUnresolved(value) ? ownerOf(value)?.node.path : value;
}

export type Place = Partial<Record<PlacePart, string>>;

/** Where something is, as far as it is known: its ARN tells more than its import. */
export function whereIs({ resource, arn, vpcId, ...given }: Given): Place {
  const { region, account } = partsOf(arn);
  // an attribute of a resource of the app is where that resource is
  const owner = arn === undefined ? undefined : ownerOf(arn);
  const env = resource?.env ?? environmentOf(resource ?? owner);
  return { region: region ?? env?.region, account: account ?? given.account ?? env?.account, VPC: vpcId };
}

function environmentOf(construct: IConstruct | undefined): ResourceEnvironment | undefined {
  return construct === undefined ? undefined : Stack.of(construct);
}

/** The ARN of a runtime or gateway, by the names that our imports and those of the CDK have for it. */
export function importedArn(construct: IConstruct): string | undefined {
  const { runtimeArn, agentRuntimeArn = runtimeArn, gatewayArn } = construct as unknown as Record<string, unknown>;
  const arn = agentRuntimeArn ?? gatewayArn;
  return typeof arn === 'string' ? arn : undefined;
}

/** Region and account of an ARN; each may be a token of its own, and buckets have neither. */
export function partsOf(arn: string | undefined): { region?: string; account?: string } {
  const [prefix, , , region, account] = arn?.split(':') ?? [];
  return prefix === 'arn' ? { region: region || undefined, account: account || undefined } : {};
}
