/* What the npm registry has, asked with npm itself: the registry, its mirror and its certificates are configured there. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** a vendor that publishes no whole version in so many has another problem */
const MOST_TRIES = 10;
const PLATFORM = /linux-(x64|arm64)$/;

/**
 * The newest version above `pinned` of which the registry has everything for linux on x64 and arm64, with checksums.
 *
 * @returns undefined if there is none; `passed` are newer ones of which something is missing
 */
export async function newerVersion(
  packages: string[],
  pinned: string,
): Promise<{ version?: string; passed: Record<string, string> }> {
  const passed: Record<string, string> = {};
  // npm prints a list of one as its only member
  const all = [(await view(packages[0], 'versions')) ?? []].flat() as string[];
  const newer = all.filter((one) => compare(one, pinned) > 0);
  for (const version of newer.sort(compare).reverse().slice(0, MOST_TRIES)) {
    const missing = await missingOf(packages, version);
    if (missing === undefined) {
      return { version, passed };
    }
    passed[version] = missing;
  }
  return { passed };
}

async function missingOf(packages: string[], version: string): Promise<string | undefined> {
  const wanted = packages.map((name) => `${name}@${version}`);
  for (const one of wanted) {
    if (!(await hasChecksum(one))) {
      return one;
    }
    const optional = ((await view(one, 'optionalDependencies')) ?? {}) as Record<string, string>;
    for (const [name, range] of Object.entries(optional).filter(([name]) => PLATFORM.test(name))) {
      const spec = range.startsWith('npm:') ? range.slice('npm:'.length) : `${name}@${range}`;
      if (!(await hasChecksum(spec))) {
        return spec;
      }
    }
  }
  return undefined;
}

async function hasChecksum(spec: string): Promise<boolean> {
  return String(await view(spec, 'dist.integrity')).startsWith('sha512-');
}

async function view(spec: string, field: string): Promise<unknown> {
  try {
    const { stdout } = await execute('npm', ['view', spec, field, '--json'], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  } catch (e) {
    if (/E404|ETARGET/.test((e as { stdout?: string; stderr?: string }).stderr ?? '')) {
      return undefined;
    }
    throw e;
  }
}

/** releases only, by their three numbers; a pre-release is never newer */
function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => /^(\d+)\.(\d+)\.(\d+)$/.exec(text)?.slice(1).map(Number) ?? [-1, 0, 0]);
  const place = a.findIndex((number, i) => number !== b[i]);
  return place < 0 ? 0 : a[place] - b[place];
}
