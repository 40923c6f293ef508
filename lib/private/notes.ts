import type { CfnResource } from 'aws-cdk-lib';

/** What this library writes into the metadata of resources begins so; the compliance report reads it. */
export const NOTES = 'cdk-coding-agents:';

/** Writes something into the template for whoever reviews it: no resource changes by it. */
export function note(resource: CfnResource, name: string, value: unknown): void {
  resource.addMetadata(`${NOTES}${name}`, value);
}
