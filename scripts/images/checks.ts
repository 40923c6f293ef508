/* What is checked of an image. Each check says in one line what it wants and throws, or returns what it found. */
import * as path from 'node:path';
import type { PackagedCli } from '../../lib/contract/agents';
import { binaryOf, factsOf } from '../../lib/contract/agents';
import type { ImageFacts } from './build';
import type { Container } from './container';
import type { Ran } from './lab';

export interface Subject {
  readonly name: PackagedCli;
  readonly version: string;
  readonly facts: ImageFacts;
  readonly container: Container;
  /** layers of the base and of the head of the Dockerfile, as the first image has them */
  readonly shared: string[];
}

/** how many layers all images have in common */
export const SHARED_LAYERS = 2;

export type Check = (subject: Subject) => string | undefined;

/** AgentCore's own limit is 2 GB, and 53 layers are too many for it. */
const BUDGET_MB = 1500;
const MOST_LAYERS = 20;
const STOP_SECONDS = 10;

const TOOLS = 'bash cc curl git git-lfs jq less make node npm pip3 ps python3 rg tini unzip'.split(' ');
const SERVER = path.join(__dirname, 'conformance.ts');

export const CHECKS: Record<string, Check> = {
  size: ({ facts }) => {
    const megabytes = Math.round(facts.size / 1e6);
    return wanted(megabytes <= BUDGET_MB, `${megabytes} MB`);
  },
  layers: ({ facts }) => wanted(facts.layers.length <= MOST_LAYERS, `${facts.layers.length}`),
  'shared layers': ({ facts, shared }) =>
    wanted(facts.layers.slice(0, SHARED_LAYERS).join() === shared.join(), `${shared.length}`),
  labels: ({ facts, version }) => {
    const {
      title,
      source,
      version: labelled,
    } = Object.fromEntries(
      Object.entries(facts.labels).map(([key, value]) => [key.replace('org.opencontainers.image.', ''), value]),
    );
    return wanted(labelled === version && Boolean(title) && Boolean(source), JSON.stringify(facts.labels));
  },
  'numeric user': ({ facts }) => wanted(facts.user === '1000', facts.user),
  'init as PID 1': ({ facts, container }) =>
    wanted(facts.entrypoint[0] === '/usr/bin/tini', output(container.exec('cat', '/proc/1/comm'))),
  'health check': ({ facts, container }) => passed(container.exec(...facts.healthcheck)),
  unprivileged: ({ container }) => {
    const id = output(container.exec('id'));
    return wanted(/^uid=1000\(\w+\) gid=1000\(\w+\) groups=1000\(\w+\)$/.test(id), id);
  },
  'no capabilities': ({ container }) => {
    const lines = output(container.exec('grep', '-E', '^(CapEff|CapBnd|NoNewPrivs)', '/proc/1/status')).replace(
      /\s+/g,
      ' ',
    );
    return wanted(
      /CapEff: 0+ CapBnd: 0+ NoNewPrivs: 1|CapBnd: 0+ .*/.test(lines) && lines.includes('NoNewPrivs: 1'),
      lines,
    );
  },
  'no setuid program': ({ container }) => {
    const found = container.execAsRoot('find', '/', '-xdev', '-type', 'f', '-perm', '/6000').output;
    return wanted(found === '', found);
  },
  'root is read-only': ({ container }) => {
    // as root: without its rights these folders refuse everybody
    const folders = ['/etc', '/opt/agent', '/opt/cli'];
    const refused = folders.map((folder) => container.execAsRoot('touch', `${folder}/x`));
    return wanted(
      refused.every(({ output }) => output.includes('Read-only file system')),
      refused.map(({ output }) => output).join('\n'),
    );
  },
  'work can be written': ({ container }) =>
    passed(container.exec('touch', '/mnt/workspace/x', '/home/node/x', '/tmp/x')),
  tools: ({ container }) =>
    passed(
      container.exec(
        'sh',
        '-c',
        `for tool in ${TOOLS.join(' ')}; do command -v $tool >/dev/null || echo $tool; done | grep . && exit 1 || exit 0`,
      ),
    ),
  'no caches': ({ container }) => {
    const found = container.execAsRoot(
      'sh',
      '-c',
      'ls -A /root/.npm /root/.cache /var/lib/apt/lists /var/cache/apt 2>/dev/null',
    );
    return wanted(!/^[^/\s]/m.test(found.output), found.output);
  },
  version: ({ name, version, container }) => {
    const printed = output(container.exec(binaryOf(name), '--version'));
    return wanted(printed.includes(version), printed);
  },
  'managed settings': ({ name, container }) => {
    const { managedSettings: settings } = factsOf(name);
    if (settings === undefined) {
      return undefined;
    }
    const mode = output(container.exec('stat', '-c', '%u %a', settings));
    return wanted(mode === '0 644', mode);
  },
  // where the agent can be asked without a model
  'settings win': ({ name, container }) => {
    if (name === 'codex') {
      const features = output(container.exec('codex', '-c', 'features.plugins=true', 'features', 'list'));
      const found = /^plugins.*$/m.exec(features)?.[0] ?? features;
      return wanted(found.endsWith('false'), found.replace(/\s+/g, ' '));
    }
    if (name === 'opencode') {
      const variables = ['OPENCODE_CONFIG_CONTENT={"share":"auto"}', 'OPENCODE_DISABLE_MODELS_FETCH=1'];
      const config = output(container.exec('env', ...variables, 'opencode', 'debug', 'config'));
      const found = /"share": .*/.exec(config)?.[0] ?? config;
      return wanted(found.includes('disabled'), found);
    }
    return undefined;
  },
  'git helper': ({ container }) => {
    const helper = output(container.exec('git', 'config', '--system', '--get-all', 'credential.helper'));
    return wanted(helper.includes('/opt/agent/git-credential.mjs'), helper);
  },
  'login shell': ({ name, container }) => {
    const seen = output(
      container.exec('env', '-i', 'bash', '-lc', `echo $AGENT_CLI $HOME; command -v ${binaryOf(name)}`),
    );
    return wanted(seen.startsWith(`${name} /home/node\n/usr/local/bin/`), seen);
  },
  // what it looks for at its start; a test with the real program shows that this keeps it silent
  'silent shell': ({ name, container }) => {
    if (name !== 'opencode') {
      return undefined;
    }
    const line = 'echo $OPENCODE_DISABLE_MODELS_FETCH; ls ~/.config/opencode /etc/opencode';
    const seen = output(container.exec('env', '-i', 'bash', '-lc', line)).split('\n');
    return wanted(seen[0] === '1' && seen.filter((file) => file === 'package-lock.json').length === 2, seen.join(' '));
  },
  conformance: ({ container }) => {
    const ran = container.beside(process.execPath, '--import', 'tsx', SERVER, 'http://127.0.0.1:8080');
    return wanted(ran.code === 0, ran.output.split('\n').at(-1) ?? '');
  },
  'no zombies': ({ container }) => {
    container.exec('sh', '-c', '(sleep 0.2 &) ; (sleep 0.2 &) ; exit 0');
    const zombies = container.exec('sh', '-c', "sleep 1; ps -eo stat= | grep -c '^Z'").output;
    return wanted(zombies === '0', `${zombies} zombies`);
  },
  // the last one: afterwards nothing runs
  SIGTERM: ({ container }) => {
    const { code, seconds } = container.stop(STOP_SECONDS);
    return wanted(code === 0 && seconds < STOP_SECONDS, `code ${code} after ${seconds.toFixed(1)} s`);
  },
};

function wanted(good: boolean, found: string): string {
  if (!good) {
    throw new Error(found);
  }
  return found;
}

function passed(ran: Ran): undefined {
  wanted(ran.code === 0, ran.output || `code ${ran.code}`);
}

function output(ran: Ran): string {
  return wanted(ran.code === 0, ran.output);
}
