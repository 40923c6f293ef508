/* The size of the package and the time to import it, beside those of AWS's own constructs for AgentCore. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import type { Target } from './figures';
import { median, pairwise } from './figures';
import { OUT, ROOT, runCode, type Sample } from './processes';

const OTHER = '@aws/agentcore-cdk';
const VERSION = '0.1.0-alpha.45';
/** measured elsewhere, for where the registry cannot be reached */
const GIVEN = { megabytes: 2.8, importMs: 344 };
const FOLDER = path.join(OUT, 'other');
const INSTALLED = path.join(FOLDER, 'node_modules', OTHER);

/** Installs the other package into the folder of the bench; false where that cannot be done. */
export function installOther(): boolean {
  mkdirSync(FOLDER, { recursive: true });
  // its peers are those of this repository, which Node finds above
  const args = ['install', '--prefix', FOLDER, '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  try {
    execFileSync('npm', [...args, '--no-save', `${OTHER}@${VERSION}`], {
      cwd: FOLDER,
      stdio: 'ignore',
      timeout: 120_000,
    });
    runCode(importOther);
    return true;
  } catch {
    return false;
  }
}

const importOther = `require(${JSON.stringify(INSTALLED)})`;

/** What of this library is compared: the other one has no parts either. */
export const ALL_OF_IT = 'this library, all of it';

/** Processes to run in turn. */
export const IMPORT_OTHER: [key: string, run: () => Sample] = [OTHER, () => runCode(importOther)];

export function packageTargets(imports: Record<string, Sample[]>, isInstalled: boolean): Target[] {
  const ours = packedBytes() / 1e6;
  const other = isInstalled ? folderBytes(INSTALLED) / 1e6 : GIVEN.megabytes;
  const label = isInstalled ? `${OTHER} ${VERSION}` : `${OTHER}, as given, not measured`;
  const own = imports[ALL_OF_IT];
  const ownMs = median(own.map(({ cpuMs }) => cpuMs));
  const otherMs = isInstalled ? median(imports[OTHER].map(({ cpuMs }) => cpuMs)) : GIVEN.importMs;
  const ratio = isInstalled ? median(pairwise(own, imports[OTHER], 'cpuMs', (a, b) => a / b)) : ownMs / otherMs;
  return [
    {
      wanted: `installed, no more than ${OTHER}`,
      measured: `${ours.toFixed(1)} MB (${label}: ${other.toFixed(1)} MB)`,
      reached: ours <= other,
    },
    {
      wanted: `imported, no slower than ${OTHER}`,
      measured: `${ownMs.toFixed(0)} ms of CPU (${label}: ${otherMs.toFixed(0)} ms; ratio ${ratio.toFixed(2)})`,
      reached: ratio <= 1,
    },
  ];
}

/** what npm would pack, as it was last built */
function packedBytes(): number {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const text = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ unpackedSize }] = JSON.parse(text) as [{ unpackedSize: number }];
  return unpackedSize;
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}
