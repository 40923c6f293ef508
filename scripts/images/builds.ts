/* Builds that are no image of ours: with other arguments, and such as must fail, with a text that says why. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { build } from './build';
import type { BuiltOn } from './build';
import type { Lab, Ran } from './lab';

/** @returns what is wrong */
type Trial = (lab: Lab, context: string, on: BuiltOn) => string | undefined;

export const BUILDS: Record<string, Trial> = {
  'an agent without a package needs its archive': (lab, context, on) =>
    refused(build(lab, context, 'kiro', on), 'ARCHIVE_URL is missing'),
  'and its checksum': (lab, context, on) =>
    refused(build(lab, context, 'cursor', on, { ARCHIVE_URL: 'https://127.0.0.1:9/x' }), 'ARCHIVE_SHA256 is missing'),
  'a package with another checksum is not installed': (lab, context, on) =>
    refused(build(lab, tampered(lab, context), 'opencode', on), 'its checksum differs from package-lock.json'),
  'another version, by its name': (lab, context, on) => {
    const { code, output } = build(lab, context, 'gemini-cli', on, { CLI_VERSION: '0.60.0' });
    return code === 0 && output.includes('gemini 0.60.0') ? undefined : end(output);
  },
  'settings of your own': (lab, context, on) => {
    const { image, output } = build(lab, context, 'codex', on, { MANAGED_SETTINGS: '{"features":{"plugins":true}}' });
    const file = ['cat', '/etc/codex/managed_config.toml'];
    const ran = lab.try(
      'podman',
      'run',
      '--rm',
      '--network=none',
      '--no-healthcheck',
      '--entrypoint',
      '',
      image,
      ...file,
    );
    return ran.output.includes('plugins = true') && ran.output.includes('[analytics]')
      ? undefined
      : end(output + ran.output);
  },
};

function refused({ code, output }: Ran, text: string): string | undefined {
  return code !== 0 && output.includes(text) ? undefined : `ended with ${code}: ${end(output)}`;
}

/** a context in which the registry serves something else than what was reviewed */
function tampered(lab: Lab, context: string): string {
  const copy = path.join(lab.folder, 'tampered');
  cpSync(context, copy, { recursive: true });
  const lock = path.join(copy, 'opencode', 'package-lock.json');
  writeFileSync(lock, readFileSync(lock, 'utf8').replaceAll(/sha512-[^"]+/g, `sha512-${'A'.repeat(86)}==`));
  return copy;
}

function end(output: string): string {
  return output.split('\n').slice(-8).join('\n    ');
}
