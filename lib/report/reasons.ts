import type { Resource } from '../template/resource';
import { NOTES } from '../private/notes';

/** The metadata of a resource. */
export function metadataOf({ written }: Resource): Record<string, unknown> {
  return (written as { Metadata?: Record<string, unknown> }).Metadata ?? {};
}

/** Why a resource may do more than by default, by the choice that lets it. */
export function reasonsOf(resource: Resource): string[] {
  return Object.entries(metadataOf(resource))
    .filter(([key, reason]) => key.startsWith(NOTES) && typeof reason === 'string')
    .map(([key, reason]) => `${key.slice(NOTES.length)}: ${String(reason)}`)
    .sort();
}
