import { readSettings } from '../shared/config';
import { signerOf } from '../shared/signer';
import { createBroker } from './broker';
import { brokerConfigOf } from './config';

export const handler = createBroker(brokerConfigOf(readSettings(process.env)), signerOf(process.env));
