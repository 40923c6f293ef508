import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { brokerConfigOf } from '../../../handlers/github-broker/config';
import { appConfigOf, readSettings } from '../../../handlers/shared/config';
import { brokerConfig } from './app';

const GOOD = { ...brokerConfig('https://api.github.com') };

test.each([true, false])('allowDefaultBranch: %s', (allowDefaultBranch) => {
  expect(brokerConfigOf({ ...GOOD, allowDefaultBranch })).toEqual({ ...GOOD, allowDefaultBranch });
});

test('protectedPaths', () => {
  const protectedPaths = ['/infra', '*.tf'];
  expect(brokerConfigOf({ ...GOOD, protectedPaths })).toEqual({ ...GOOD, protectedPaths });
});

test('good settings are taken as they are, and nothing else', () => {
  expect(brokerConfigOf({ ...GOOD, more: 1 })).toEqual(GOOD);
  const { tools: _, largestResult: _1, cacheMinutes: _2, ...app } = GOOD;
  expect(appConfigOf({ ...GOOD })).toEqual(app);
});

test.each([
  'https://api.github.com',
  'https://api.octo.ghe.com',
  'https://git.example.com:8443/api/v3',
  'http://127.0.0.1:8080',
])('%s is an API', (apiUrl) => expect(appConfigOf({ ...GOOD, apiUrl }).apiUrl).toBe(apiUrl));

const API = 'apiUrl must be an https URL without query, user and trailing slash';
const REPOSITORIES = 'repositories must be 1 to 500 texts owner/name';
const TOOLS = 'tools must be names of the catalogue, at least one';
test.each<[string, unknown, string]>([
  ['apiUrl', undefined, API],
  ['apiUrl', 'api.github.com', API],
  ['apiUrl', 'http://api.github.com', API],
  ['apiUrl', 'https://api.github.com/', API],
  ['apiUrl', 'https://u:p@api.github.com', API],
  ['apiUrl', 'https://api.github.com?x', API],
  ['apiUrl', 'https://api.github.com/a/../b', API],
  ['clientId', '', 'clientId must be the client id of a GitHub App'],
  ['clientId', 7, 'clientId must be the client id of a GitHub App'],
  ['installationId', 0, 'installationId must be a positive whole number'],
  ['installationId', '1', 'installationId must be a positive whole number'],
  ['repositories', [], REPOSITORIES],
  ['repositories', 'o/r', REPOSITORIES],
  ['repositories', ['o'], REPOSITORIES],
  ['repositories', ['o/r/s'], REPOSITORIES],
  ['repositories', ['o/*'], REPOSITORIES],
  ['repositories', ['o/..'], REPOSITORIES],
  ['repositories', [7], REPOSITORIES],
  ['repositories', Array.from({ length: 501 }, (_, i) => `o/r${i}`), REPOSITORIES],
  ['repositories', ['o/r', 'p/r'], 'repositories must be all of one owner'],
  ['tools', [], TOOLS],
  ['tools', ['get_issue', 'drop_table'], TOOLS],
  ['tools', undefined, TOOLS],
  ['largestResult', 999, 'largestResult must be a whole number from 1000 to 1000000'],
  ['largestResult', 1_000_001, 'largestResult must be a whole number from 1000 to 1000000'],
  ['cacheMinutes', -1, 'cacheMinutes must be a whole number from 0 to 50'],
  ['cacheMinutes', 51, 'cacheMinutes must be a whole number from 0 to 50'],
  ['cacheMinutes', 0.5, 'cacheMinutes must be a whole number from 0 to 50'],
  ['allowDefaultBranch', 'true', 'allowDefaultBranch must be true, false or left away'],
  ['allowDefaultBranch', null, 'allowDefaultBranch must be true, false or left away'],
  ['protectedPaths', 'infra', 'protectedPaths must be names of files, at most 100, or left away'],
  ['protectedPaths', ['../infra'], 'protectedPaths must be names of files, at most 100, or left away'],
])('%s: %j', (setting, value, text) => {
  expect(() => brokerConfigOf({ ...GOOD, [setting]: value })).toThrow(`config.json: ${text}`);
});

describe('the file', () => {
  let LAMBDA_TASK_ROOT: string;
  beforeEach(() => (LAMBDA_TASK_ROOT = mkdtempSync(path.join(tmpdir(), 'broker-'))));
  afterEach(() => rmSync(LAMBDA_TASK_ROOT, { recursive: true }));

  const write = (text: string) => writeFileSync(path.join(LAMBDA_TASK_ROOT, 'config.json'), text);

  test('is read where Lambda has the code', () => {
    write(JSON.stringify(GOOD));
    expect(readSettings({ LAMBDA_TASK_ROOT })).toEqual(GOOD);
  });

  test.each([
    ['missing', undefined, 'config.json beside the code is missing or no JSON'],
    ['no JSON', '{', 'config.json beside the code is missing or no JSON'],
    ['a list', '[]', 'config.json: all of it must be an object'],
  ])('%s', (_, text, message) => {
    if (text !== undefined) {
      write(text);
    }
    expect(() => readSettings({ LAMBDA_TASK_ROOT })).toThrow(message);
  });
});
