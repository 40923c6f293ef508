/** What says how the API is written down, and not what it is. */
const LEFT_OUT = new Set([
  'author',
  'dependencyClosure',
  'description',
  'fingerprint',
  'homepage',
  'jsiiVersion',
  'keywords',
  'license',
  'locationInModule',
  'locationInSource',
  'metadata',
  'readme',
  'repository',
  'symbolId',
  'targets',
]);
/** Of the docs only this decides about compatibility. */
const KEPT_DOCS = ['deprecated', 'stability'];

/** The part of a jsii assembly that users can break on, in an order that makes differences readable. */
export function apiOf(assembly: unknown): unknown {
  if (Array.isArray(assembly)) {
    return assembly.map(apiOf);
  }
  if (typeof assembly !== 'object' || assembly === null) {
    return assembly;
  }
  const members = Object.entries(assembly)
    .filter(([key]) => !LEFT_OUT.has(key))
    .map(([key, value]) => [key, key === 'docs' ? decisive(value as object) : apiOf(value)] as const)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members);
}

function decisive(docs: object): object | undefined {
  const kept = Object.entries(docs).filter(([key]) => KEPT_DOCS.includes(key));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
