import type { CredentialConfig } from '../../lib/contract/github-app';
import { appConfigOf, check } from '../shared/config';
import type { Fields } from '../shared/json';

/** The settings of the function. Pushing is off unless they say otherwise in so many words. */
export function credentialConfigOf(settings: Fields): CredentialConfig {
  const { allowPush = false } = settings;
  check('allowPush', 'true or false', typeof allowPush === 'boolean');
  return { ...appConfigOf(settings), allowPush: allowPush as boolean };
}
