import { Lazy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { SharedMount } from '../storage/mount';

/** What one runtime mounts of one file system; complete only when the app is. */
interface Guarded {
  readonly mounted: string[];
  readonly readOnly: string[];
}

const guarded = new WeakMap<IConstruct, Map<IConstruct, Guarded>>();

/**
 * What the role of a runtime is denied on a file system: everything past the access points that it mounts, writing
 * through the read-only ones, and being root.
 *
 * Leaving these rights away is not enough. A file-system policy may allow them to everyone, as the one does that the
 * L2 of EFS writes against anonymous clients, and so may a broad grant to the role.
 */
export function denials(runtime: IConstruct, mount: SharedMount): iam.PolicyStatement[] {
  const ofRuntime = guarded.get(runtime) ?? new Map<IConstruct, Guarded>();
  guarded.set(runtime, ofRuntime);
  const known = ofRuntime.get(mount.fileSystem);
  const guard = known ?? { mounted: [], readOnly: [] };
  ofRuntime.set(mount.fileSystem, guard);
  const firstReadOnly = mount.readOnly && guard.readOnly.length === 0;
  guard.mounted.push(mount.accessPointArn);
  if (mount.readOnly) {
    guard.readOnly.push(mount.accessPointArn);
  }
  return [
    ...(known === undefined ? pastTheAccessPoints(mount, guard) : []),
    ...(firstReadOnly ? [writing(mount, guard)] : []),
  ];
}

function pastTheAccessPoints(mount: SharedMount, { mounted }: Guarded): iam.PolicyStatement[] {
  return [
    deny(mount, ['ClientRootAccess']),
    // a condition that is negated holds for a client without any access point too
    deny(mount, ['ClientMount', 'ClientWrite'], 'ArnNotEquals', mounted),
  ];
}

function writing(mount: SharedMount, { readOnly }: Guarded): iam.PolicyStatement {
  return deny(mount, ['ClientWrite'], 'ArnEquals', readOnly);
}

function deny(
  mount: SharedMount,
  actions: string[],
  operator?: string,
  accessPoints: string[] = [],
): iam.PolicyStatement {
  const key = `${mount.service}:AccessPointArn`;
  return new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: actions.map((action) => `${mount.service}:${action}`),
    resources: [mount.fileSystemArn],
    // late, since another mixin may mount more
    conditions:
      operator === undefined ? undefined : { [operator]: { [key]: Lazy.any({ produce: () => only(accessPoints) }) } },
  });
}

function only(values: string[]): string | string[] {
  return values.length === 1 ? values[0] : values;
}
