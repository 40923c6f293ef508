/* The GitHub App of the tests: its keys and settings. */
import { generateKeyPairSync } from 'node:crypto';
import type { BrokerConfig } from '../../../lib/contract/github-app';
import { CATALOGUE } from '../../../lib/contract/catalogue';

export const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const OTHER_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const CLIENT_ID = 'Iv23liExample0000000';
export const INSTALLATION_ID = 4_711;
export const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:github-app-AbCdEf';

export function brokerConfig(apiUrl: string, changes: Partial<BrokerConfig> = {}): BrokerConfig {
  return {
    apiUrl,
    clientId: CLIENT_ID,
    installationId: INSTALLATION_ID,
    repositories: ['Octo-Org/Hello.World', 'octo-org/second', 'octo-org/1'],
    tools: CATALOGUE.map((row) => row.name),
    largestResult: 20_000,
    cacheMinutes: 50,
    ...changes,
  };
}
