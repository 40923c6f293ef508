import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { readShellEnvironment, writeShellEnvironment } from '../../../images/session/shared/shell-environment';

let folder: string;
beforeEach(() => (folder = path.join(mkdtempSync(path.join(tmpdir(), 'shell-')), 'agent')));
afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  MCP_GATEWAY_URL: 'https://gateway.example/mcp?a=b',
  AWS_SECRET_ACCESS_KEY: 'canary',
  ANTHROPIC_API_KEY: 'canary',
  AGENT_CLI: '',
  GIT_CREDENTIAL_FUNCTION: 'arn\nLD_PRELOAD=x',
};

test('what shells need is written and read, and no secret', () => {
  writeShellEnvironment(folder, ENVIRONMENT);
  const { AWS_REGION, MCP_GATEWAY_URL } = ENVIRONMENT;
  expect(readShellEnvironment(folder)).toEqual({ AWS_REGION, MCP_GATEWAY_URL });
  expect(readFileSync(path.join(folder, 'environment'), 'utf8')).not.toMatch(/canary|LD_PRELOAD/);
  expect(statSync(path.join(folder, 'environment')).mode & 0o777).toBe(0o644);
});

test('it is written again at each start', () => {
  writeShellEnvironment(folder, ENVIRONMENT);
  writeShellEnvironment(folder, { AWS_REGION: 'us-east-1' });
  expect(readShellEnvironment(folder)).toEqual({ AWS_REGION: 'us-east-1' });
  expect(readdirSync(folder)).toEqual(['environment']);
});

test('without the file there is nothing', () => {
  expect(readShellEnvironment(folder)).toEqual({});
});
