import { appConfigOf, readSettings } from '../shared/config';
import { signerOf } from '../shared/signer';
import { createCredential } from './credential';

export const handler = createCredential(appConfigOf(readSettings(process.env)), signerOf(process.env));
