import type { Check } from '../checks/rules/check';
import { CHECKS } from '../checks/rules';
import { isEverything } from '../checks/rules/roles';
import { allows, statementsIn } from '../template/policies';
import type { Resource } from '../template/resource';
import type { Value } from '../template/value';
import type { Accepted } from './accepted';
import { isWithin } from './accepted';
import { memoized } from '../template/memoized';
import type { AppView } from './app-view';
import type { Entry } from './reader/facts';
import { entry } from './reader/facts';
import { documentsOf, exceptionsIn } from './reader/statements';
import type { Reader } from './reader/reader';

/** A wildcard of a statement. */
interface Wildcard {
  readonly kind: 'Action' | 'Resource';
  readonly text: string;
  readonly path: string;
  readonly statement: Value;
}

const foundIn = memoized((app: AppView) => memoized((policy: Resource) => findWildcards(policy, app)));

/** The wildcards that a policy allows, each with why it is accepted; a policy can have many holders. */
export function wildcardsOf(policy: Resource, app: AppView): Entry[] {
  return foundIn(app)(policy);
}

function findWildcards(policy: Resource, app: AppView): Entry[] {
  // acknowledgements name things the way they are named in the stack of the policy
  const home = app.readerOf(policy);
  const accepted = app.acceptedIn(policy.template).filter((one) => isAbout(one, home.nameOf(policy)));
  return documentsOf(policy)
    .flatMap(statementsIn)
    .filter(allows)
    .flatMap((statement) => wildcardsIn(statement, home))
    .map((wildcard) => entry({ name: wildcard.text, ...explanation(wildcard, policy, accepted) }));
}

function wildcardsIn(statement: Value, reader: Reader): Wildcard[] {
  return (['Action', 'Resource'] as const).flatMap((kind) => {
    const written = statement.get(kind).items.map((value) => ({ text: reader.text(value) ?? '', path: value.path }));
    const all = [
      ...written.filter(({ text }) => isBroad(text)),
      ...exceptionsIn(statement, kind, reader).map((text) => ({ text, path: statement.get(`Not${kind}`).path })),
    ];
    return all.map((one) => ({ kind, statement, ...one }));
  });
}

function isBroad(text: string): boolean {
  return /[*?]/.test(text) && /[*?]/.test(text.replace(/\$\{[^}]*\}/g, ''));
}

const NAG = /IAM5$/;
const OURS = /::(AC_(?:\w+_GRANT_NAMED|SERVICE_ROLE_NOT_ADMIN))$/;

function isAbout({ at, rule }: Accepted, policy: string): boolean {
  return isWithin(policy, at) && (NAG.test(rule) || OURS.test(rule));
}

/** a rule of ours explains what it finds and nothing else; one of cdk-nag may have been accepted for all that comes */
function explanation(wildcard: Wildcard, policy: Resource, accepted: Accepted[]): Record<string, string | undefined> {
  const exact = accepted.find(({ finding }) => finding === `${wildcard.kind}::${wildcard.text}`);
  const whole = accepted.filter(({ finding }) => finding === undefined);
  const ours = whole.find(({ rule }) => finds(OURS.exec(rule)?.[1], wildcard, policy));
  const reason = (exact ?? ours)?.reason;
  const general = whole.find(({ rule }) => NAG.test(rule))?.reason;
  return reason === undefined && general !== undefined
    ? { reason: general, unexplained: 'the reason was given for every wildcard of the policy, not for this one' }
    : { reason, unexplained: reason === undefined ? 'no reason is given' : undefined };
}

function finds(id: string | undefined, { statement, path }: Wildcard, policy: Resource): boolean {
  if (id === 'AC_SERVICE_ROLE_NOT_ADMIN') {
    return isEverything(statement);
  }
  const check = CHECKS.find(({ rule }) => rule.id === id);
  return check !== undefined && pathsFoundBy(check)(policy).has(path);
}

const pathsFoundBy = memoized((check: Check) => memoized((policy: Resource) => new Set(check.find(policy))));
