/**
 * Spells the keys of an L1 value as CloudFormation does, for property overrides: the L1 does so only for what is set
 * through its properties.
 */
export function cloudFormationCase(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(cloudFormationCase);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key[0].toUpperCase() + key.slice(1), cloudFormationCase(inner)]),
  );
}
