import { readSettings } from '../shared/config';
import { signerOf } from '../shared/signer';
import { credentialConfigOf } from './config';
import { createCredential } from './credential';

export const handler = createCredential(credentialConfigOf(readSettings(process.env)), signerOf(process.env));
