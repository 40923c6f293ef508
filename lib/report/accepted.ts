import type { Resource } from '../template/resource';
import type { Section } from './reader/facts';
import { entry, sorted, sortedBy } from './reader/facts';
import type { StackView } from './reader/load';
import { below, ownerOf, short } from './reader/names';
import type { Reader } from './reader/reader';

/** A finding that somebody accepted, in the app or by this library. */
export interface Accepted {
  /** the construct below its stack; empty for the stack itself */
  readonly at: string;
  readonly rule: string;
  /** what of the rule, if not all of it */
  readonly finding?: string;
  readonly reason: string;
}

const NO_REASON = 'no reason is given';

/** What is acknowledged in a stack: by the CDK's validations, and in the metadata of cdk-nag 2 and cfn-nag. */
export function acceptedIn(reader: Reader, views: StackView[]): Accepted[] {
  const noted = notedIn(reader, views);
  const nags = [...reader.template.resources.values()].flatMap((resource) => nagged(resource, reader));
  return [...noted, ...fromAbove(noted, reader, views), ...nags];
}

function notedIn(reader: Reader, views: StackView[]): Accepted[] {
  const { name, loaded } = reader.view;
  return [...loaded.metadata].flatMap(([path, entries]) => {
    const about = entries.filter(({ type }) => type === 'aws:cdk:acknowledged-rules');
    return about.length === 0 || ownerOf(path, views) !== name
      ? []
      : about
          .flatMap(({ data }) => Object.entries((data ?? {}) as Record<string, unknown>))
          .map(([rule, reason]) => ({
            at: placeOf(path, name),
            ...ruleOf(rule, reader),
            reason: typeof reason === 'string' && reason !== '' ? reason : NO_REASON,
          }));
  });
}

function placeOf(path: string, stack: string): string {
  return path === stack ? '' : short(below(stack, path));
}

/** What was acknowledged on the app or a stage, at each construct that has the finding. */
function fromAbove(noted: Accepted[], reader: Reader, views: StackView[]): Accepted[] {
  const { name, loaded } = reader.view;
  return loaded.suppressed
    .filter(({ path }) => ownerOf(path, views) === name)
    .map(({ id, reason = NO_REASON, path }) => ({ at: placeOf(path, name), ...ruleOf(id, reader), reason }))
    .filter((one) => !noted.some((other) => other.rule === one.rule && isWithin(one.at, other.at)));
}

/** Whether a place is another, or below it. */
export function isWithin(place: string, other: string): boolean {
  return other === '' || place === other || place.startsWith(`${other}/`);
}

function ruleOf(rule: string, reader: Reader): Pick<Accepted, 'rule' | 'finding'> {
  const [, name, finding] = /^([^[]+)\[(.*)\]$/s.exec(rule) ?? [];
  return name === undefined ? { rule } : { rule: name, finding: reader.withoutIds(finding, reader.template) };
}

interface Suppression {
  readonly id?: string;
  readonly reason?: string;
  readonly is_reason_encoded?: boolean;
  readonly applies_to?: (string | { regex?: string })[];
}

function nagged(resource: Resource, reader: Reader): Accepted[] {
  const { Metadata } = resource.written as { Metadata?: Record<string, unknown> };
  const at = reader.nameOf(resource);
  return ['cdk_nag', 'cfn_nag'].flatMap((tool) => {
    const { rules_to_suppress: rules } = (Metadata?.[tool] ?? {}) as { rules_to_suppress?: Suppression[] };
    return (rules ?? []).flatMap(({ id = tool, reason, is_reason_encoded: isEncoded, applies_to: findings }) => {
      const text = isEncoded && reason ? Buffer.from(reason, 'base64').toString('utf8') : reason;
      const accepted = { at, rule: id, reason: text || NO_REASON };
      return findings === undefined
        ? [accepted]
        : findings
            .map((one) => (typeof one === 'string' ? one : String(one.regex)))
            .map((finding) => ({ ...accepted, finding: reader.withoutIds(finding, reader.template) }));
    });
  });
}

export function acceptedSection(accepted: Accepted[]): Section {
  const groups = new Map<string, Accepted[]>();
  for (const one of accepted) {
    const key = JSON.stringify([one.rule, one.at, one.reason]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return {
    id: 'acknowledgements',
    title: 'Findings acknowledged',
    none: 'No finding is acknowledged.',
    entries: sortedBy([...groups], ([key]) => key).map(([, group]) =>
      entry({
        name: group[0].rule,
        at: group[0].at || 'the whole stack',
        findings: sorted(group.flatMap(({ finding }) => finding ?? [])),
        reason: group[0].reason,
      }),
    ),
  };
}
