import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { AgentCliOptions } from '../../lib';
import { AgentCli, BedrockModel, Filesystem, ModelRoute, ReasoningEffort } from '../../lib';
import { CLI_NAMES } from '../../lib/contract/agents';
import { AGENT_NAMES, AGENTS } from '../agents';
import { Fixture, resource, STRICT, thrownBy } from '../fixture';

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const ARCHIVE = { archiveUrl: 'https://downloads.example.com/agent-1.2.3.tar.gz', archiveSha256: 'ab'.repeat(32) };
const IMAGES = join(__dirname, '..', '..', 'assets', 'images');

type Factory = (options?: AgentCliOptions) => AgentCli;

const PACKAGED = AGENT_NAMES.map((name): [(typeof AGENT_NAMES)[number], Factory] => {
  const factories = AgentCli as unknown as Record<string, Factory>;
  return [name, (options) => factories[AGENTS[name].factory]({ ...(isVendors(name) ? ARCHIVE : {}), ...options })];
});

function isVendors(name: (typeof AGENT_NAMES)[number]): boolean {
  return AGENTS[name].packages === undefined;
}

function imageOf(cli: AgentCli): any {
  const fixture = new Fixture();
  fixture.agent({ model: ModelRoute.none(), cli });
  const assembly = fixture.app.synth();
  const manifest = assembly.artifacts.find(({ id }) => id.endsWith('.assets')) as unknown as { contents: any };
  const [image] = Object.values<any>(manifest.contents.dockerImages);
  return { ...image.source, directory: join(assembly.directory, image.source.directory) };
}

describe.each(PACKAGED)('%s', (name, make) => {
  test('is built from its own Dockerfile and the programs of a session, and nothing of the other agents', () => {
    const { directory, ...source } = imageOf(make());
    expect(source).toEqual({
      dockerFile: `${name}/Dockerfile`,
      platform: 'linux/arm64',
      ...(isVendors(name)
        ? { dockerBuildArgs: { ARCHIVE_URL: ARCHIVE.archiveUrl, ARCHIVE_SHA256: ARCHIVE.archiveSha256 } }
        : {}),
    });
    expect(existsSync(join(directory, 'session', 'agent.mjs'))).toBe(true);
    for (const other of CLI_NAMES) {
      expect(existsSync(join(directory, other))).toBe(other === name);
    }
  });

  test('takes every build argument that its Dockerfile declares', () => {
    const dockerfile = readFileSync(join(IMAGES, name, 'Dockerfile'), 'utf8');
    const { dockerBuildArgs } = imageOf(
      make({
        version: '2.1.331',
        baseImage: 'mirror.example.com/node@sha256:0123',
        ...(isVendors(name) ? {} : { npmRegistry: 'https://npm.example.com', managedSettings: { env: { A: '1' } } }),
        extraPackages: ['golang', 'openjdk-17-jdk-headless=17.0.1+2-1'],
      }),
    );
    expect(dockerBuildArgs).toMatchObject({
      BASE: 'mirror.example.com/node@sha256:0123',
      ...(isVendors(name) ? {} : { NPM_REGISTRY: 'https://npm.example.com', MANAGED_SETTINGS: '{"env":{"A":"1"}}' }),
      EXTRA_PACKAGES: 'golang openjdk-17-jdk-headless=17.0.1+2-1',
      CLI_VERSION: '2.1.331',
    });
    for (const argument of Object.keys(dockerBuildArgs)) {
      expect(dockerfile).toMatch(new RegExp(`^ARG ${argument}\\b`, 'm'));
    }
  });

  test('may be built elsewhere, and is then any image', () => {
    const fixture = new Fixture();
    const archive = isVendors(name) ? { archiveUrl: undefined, archiveSha256: undefined } : {};
    fixture.agent({
      model: ModelRoute.none(),
      cli: make({ image: AgentCli.fromRepository(fixture.repository, '1.4.2'), ...archive }),
    });
    const { ContainerUri } = resource(fixture.template(), RUNTIME).Properties.AgentRuntimeArtifact
      .ContainerConfiguration;
    expect(JSON.stringify(ContainerUri)).toContain('/coding-agents/claude:1.4.2');
  });

  test('refuses options of a build beside an image', () => {
    const fixture = new Fixture();
    const image = AgentCli.fromRepository(fixture.repository, '1');
    const error = thrownBy(() =>
      make({ image, archiveUrl: undefined, archiveSha256: undefined, version: '1.0.0' } as AgentCliOptions),
    );
    expect(error.code).toBe('BuildOptionsWithImage');
    expect(error.text).toContain(`got 'version'`);
  });
});

test.each<[string, () => unknown, string]>([
  ['InvalidCliVersion', () => AgentCli.codex({ version: 'latest' }), 'an exact version such as 2.1.332'],
  [
    'InvalidBaseImage',
    () => AgentCli.codex({ baseImage: 'node && rm -rf /' }),
    'a reference such as registry/image@sha256',
  ],
  ['InvalidDebianPackage', () => AgentCli.codex({ extraPackages: ['jq; id'] }), `got 'jq; id'`],
  [
    'InvalidDownloadUrl',
    () => AgentCli.codex({ npmRegistry: 'https://me:secret@npm.example.com' }),
    'must not hold a user name',
  ],
  ['InvalidDownloadUrl', () => AgentCli.kiro({ ...ARCHIVE, archiveUrl: 'http://example.com/a.zip' }), 'must use https'],
  ['InvalidSha256', () => AgentCli.kiro({ ...ARCHIVE, archiveSha256: 'abc' }), '64 lower-case hexadecimal digits'],
  ['VendorArchiveMissing', () => AgentCli.kiro({}), 'Kiro is not on the npm registry'],
  ['VendorArchiveMissing', () => AgentCli.cursor({ archiveUrl: ARCHIVE.archiveUrl }), `got 'no archiveSha256'`],
  ['LimitNotSupported', () => AgentCli.kiro({ ...ARCHIVE, limits: { dollars: 5 } }), `got 'limits.dollars'`],
  ['LimitNotSupported', () => AgentCli.cursor({ ...ARCHIVE, limits: { turns: 5 } }), 'limits.duration'],
  ['LimitNotSupported', () => AgentCli.codex({ limits: { turns: 5 } }), 'allowed: limits.duration, limits.dollars'],
  ['PricesMissing', () => AgentCli.codex({ limits: { dollars: 5 } }), 'Codex does not say what a job costs'],
  ['PricesMissing', () => AgentCli.geminiCli({ limits: { dollars: 5 } }), 'name the prices of the model'],
  ['InvalidPrice', () => AgentCli.codex({ prices: { input: -1, output: 1 } }), 'the price input cannot be'],
  ['InvalidJobLimit', () => AgentCli.claudeCode({ limits: { turns: 0 } }), 'limits.turns of an agent is out of range'],
  ['InvalidJobLimit', () => AgentCli.claudeCode({ limits: { turns: 1.5 } }), 'a whole number'],
  ['InvalidJobLimit', () => AgentCli.claudeCode({ limits: { turns: 1001 } }), '1 to 1,000'],
  ['InvalidJobLimit', () => AgentCli.codex({ limits: { dollars: 0 } }), '0.01 to 1,000'],
  ['InvalidJobLimit', () => AgentCli.codex({ limits: { dollars: 1001 } }), '0.01 to 1,000'],
  ['InvalidJobLimit', () => AgentCli.codex({ limits: { duration: Duration.seconds(59) } }), '1 minute to 8 hours'],
  ['InvalidJobLimit', () => AgentCli.codex({ limits: { duration: Duration.hours(9) } }), `got '540 minutes'`],
  ['InvalidReasoningEffort', () => ReasoningEffort.of('Very high'), 'this is not a level of effort'],
])('%s', (code, make, text) => {
  const error = thrownBy(make);
  expect(error.code).toBe(code);
  expect(error.text).toContain(text);
});

test('a password in an address is not printed', () => {
  const { text } = thrownBy(() => AgentCli.codex({ npmRegistry: 'https://me:hunter2@npm.example.com' }));
  expect(text).not.toContain('hunter2');
});

test('what a build takes is not a secret', () => {
  const fixture = new Fixture();
  const cli = AgentCli.claudeCode({ managedSettings: { env: { KEY: `ghp_${'a1'.repeat(18)}` } } });
  const { text } = thrownBy(() => fixture.agent({ model: ModelRoute.none(), cli }));
  expect(text).toContain('MANAGED_SETTINGS');
  expect(text).not.toContain('a1a1');
});

test('custom takes any image, and tells it what the agent was told', () => {
  const fixture = new Fixture();
  fixture.agent({
    cli: AgentCli.custom({
      image: AgentCli.fromRepository(fixture.repository, '7'),
      model: 'large',
      smallModel: 'small',
      effort: ReasoningEffort.of('max'),
      limits: { duration: Duration.minutes(30) },
      telemetry: true,
    }),
  });
  const { EnvironmentVariables } = resource(fixture.template(), RUNTIME).Properties;
  expect(JSON.parse(EnvironmentVariables.AGENT_SETTINGS)).toEqual({
    model: 'large',
    smallModel: 'small',
    effort: 'max',
    limits: { minutes: 30 },
    telemetry: true,
  });
});

test('all pass the strict validator', () => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const fixture = new Fixture({ context: STRICT });
    PACKAGED.forEach(([name, make], index) => {
      const { bedrockModel: id } = AGENTS[name];
      const model = id === undefined ? ModelRoute.none() : ModelRoute.bedrock([BedrockModel.foundation(id)]);
      fixture.agent({ cli: make(), model, filesystems: [Filesystem.sessionStorage('/mnt/work')] }, `Agent${index}`);
    });
    fixture.template().resourceCountIs(RUNTIME, AGENT_NAMES.length);
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});

test('prices reach the session, and bound what Codex may spend', () => {
  const fixture = new Fixture();
  const prices = { input: 1.25, output: 10, cacheRead: 0.125 };
  fixture.agent({
    model: ModelRoute.none(),
    cli: AgentCli.codex({ image: imageOfFixture(fixture), limits: { dollars: 5 }, prices }),
  });
  const { EnvironmentVariables } = resource(fixture.template(), RUNTIME).Properties;
  expect(JSON.parse(EnvironmentVariables.AGENT_SETTINGS)).toEqual({ limits: { dollars: 5 }, prices });
});

function imageOfFixture({ repository }: Fixture): AgentCli {
  return AgentCli.fromRepository(repository, '7');
}
