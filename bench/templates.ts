import { createHash } from 'node:crypto';

type Resources = Record<string, any>;

/** How many resources of each type a template holds. */
export function countByType(template: { Resources: Resources }): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(template.Resources)) {
    counts[Type] = (counts[Type] ?? 0) + 1;
  }
  return counts;
}

/** enough for a change at the end of the longest chain of references to reach its start */
const ROUNDS = 6;

/**
 * The resources of a template without what an author is free to choose: logical ids, paths, and the names of runtimes
 * and delivery destinations. Two templates that say the same give the same list.
 *
 * A reference is replaced by a digest of what it points to, again and again, so that it stands for the whole of it.
 */
export function withoutNames(template: { Resources: Resources }): string[] {
  const resources = renamed(template.Resources);
  let digests = Object.fromEntries(Object.entries(resources).map(([id, { Type }]) => [id, String(Type)]));
  for (let round = 0; round < ROUNDS; round++) {
    digests = Object.fromEntries(
      Object.entries(resources).map(([id, resource]) => [id, digest(resource.Type, canonical(resource, digests))]),
    );
  }
  return Object.values(resources)
    .map((resource) => JSON.stringify(canonical(resource, digests), undefined, 1))
    .sort();
}

/** numbers the names that the author chose, each kind in the order of the template */
function renamed(resources: Resources): Resources {
  const all = Object.values(resources);
  const runtimes = all.map(({ Properties }) => Properties?.AgentRuntimeName).filter(Boolean);
  const destinations = all
    .filter(({ Type }) => Type === 'AWS::Logs::DeliveryDestination')
    .map((r) => r.Properties.Name);
  let text = JSON.stringify(Object.fromEntries(Object.entries(resources).map(([id, r]) => [id, withoutPath(r)])));
  [...runtimes.map((name, i) => [name, `runtime ${i}`]), ...destinations.map((name, i) => [name, `destination ${i}`])]
    // the name of a runtime may be the start of another one, not up to the dash that follows it
    .forEach(([name, number]) => (text = text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), number)));
  return JSON.parse(text) as Resources;
}

/** What CloudFormation does with a resource: neither its path nor the notes of this library for its checks are part of it. */
function withoutPath(resource: any): any {
  const metadata = Object.entries<any>(resource.Metadata ?? {});
  const Metadata = Object.fromEntries(
    metadata.filter(([key]) => key !== 'aws:cdk:path' && !key.startsWith('cdk-coding-agents:')),
  );
  return { ...resource, Metadata };
}

function canonical(value: any, digests: Record<string, string>): any {
  if (Array.isArray(value)) {
    return value.map((entry) => canonical(entry, digests));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries<any>(value).map(([key, entry]) => {
    if (key === 'Ref') {
      return [key, digests[entry] ?? entry];
    }
    if (key === 'Fn::GetAtt') {
      return [key, [digests[entry[0]], entry[1]]];
    }
    return [
      key,
      key === 'DependsOn'
        ? [entry]
            .flat()
            .map((id) => digests[id])
            .sort()
        : canonical(entry, digests),
    ];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function digest(type: string, value: unknown): string {
  return `${type}:${createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)}`;
}
