import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { Missing, run } from './run';
import type { RunOptions } from './run';
import { differences } from './templates';
import type { Templates } from './templates';

type Target = 'js' | 'python' | 'java' | 'go';

/** What aws-cdk-lib brings along, all made by jsii. */
const CDK_PACKAGES = [
  'aws-cdk-lib',
  '@aws-cdk/asset-awscli-v1',
  '@aws-cdk/asset-node-proxy-agent-v6',
  '@aws-cdk/cloud-assembly-schema',
];

/** One folder for everything that is built, and what all languages are measured against. */
export class Workshop {
  /** the aws-cdk-lib of the TypeScript sample: another version may synthesize something else */
  public readonly cdkVersion: string;

  public constructor(
    public readonly root: string,
    public readonly folder: string,
    private readonly registriesOnly: boolean,
  ) {
    this.cdkVersion = (
      readJson(path.join(root, 'node_modules/aws-cdk-lib/package.json')) as { version: string }
    ).version;
  }

  /** Creates a folder and returns its path. */
  public room(...names: string[]): string {
    const room = path.join(this.folder, ...names);
    mkdirSync(room, { recursive: true });
    return room;
  }

  /** A copy of an example, for languages that build beside the source. */
  public copyOf(example: string): string {
    const copy = this.room(example);
    cpSync(path.join(this.root, example), copy, { recursive: true });
    return copy;
  }

  /** The package of this library in one language; returns the folder where it lies. */
  public pack(target: Target, options: { readonly codeOnly?: boolean; readonly env?: RunOptions['env'] } = {}): string {
    this.pacmak(this.room('dist'), target, this.root, options);
    return this.room('dist', target);
  }

  /**
   * The bindings of aws-cdk-lib as source, made from its npm package by the same tool as its authors use: registries
   * that are mirrors lag behind, and an older version lacks what this library uses.
   */
  public cdkBindings(target: Target): string[] {
    if (this.registriesOnly) {
      throw new Missing(`the registry has no aws-cdk-lib ${this.cdkVersion}`);
    }
    console.log(
      `NOTE ${target}: aws-cdk-lib ${this.cdkVersion} is not in this registry, bindings made from its npm package`,
    );
    return CDK_PACKAGES.map((name) => {
      const out = this.room('cdk', name);
      this.pacmak(out, target, path.join(this.root, 'node_modules', name), { codeOnly: true });
      return path.join(out, target);
    });
  }

  /** Synthesizes an app offline, and fails where it differs from what the TypeScript app gives. */
  public compare(example: string, cwd: string, app: string, env?: RunOptions['env']): void {
    const found = differences(this.reference(example), this.synthesize(cwd, app, env));
    if (found.length > 0) {
      throw new Error(`differs from the TypeScript app (expected, then got):\n${found.join('\n')}`);
    }
    const { resources, stacks } = sizeOf(this.reference(example));
    const name = path.relative(cwd.startsWith(this.folder) ? this.folder : this.root, cwd);
    console.log(`     ${name}: same ${stacks} templates, ${resources} resources`);
  }

  /** The TypeScript app, run against the npm package as users get it. */
  public reference(example: string): Templates {
    // a file: each language has a process of its own
    const kept = path.join(this.room('expected'), `${example}.json`);
    if (!existsSync(kept)) {
      const cwd = this.npmProject();
      for (const file of ['bin', 'cdk.json', 'examples/minimal']) {
        cpSync(path.join(this.root, file), path.join(cwd, file), { recursive: true });
      }
      const tsx = path.join(this.root, 'node_modules', '.bin', 'tsx');
      const [folder, file] = example === 'sample' ? ['.', 'bin/sample.ts'] : [`examples/${example}`, 'app.ts'];
      writeFileSync(kept, JSON.stringify(this.synthesize(path.join(cwd, folder), `${tsx} ${file}`)));
    }
    return readJson(kept) as Templates;
  }

  private npmProject(): string {
    const project = this.room('npm');
    const modules = this.room('npm', 'node_modules');
    const own = path.join(modules, 'cdk-coding-agents');
    if (!existsSync(own)) {
      const dist = this.pack('js');
      const [tarball] = readdirSync(dist).filter((file) => file.endsWith('.tgz'));
      mkdirSync(own);
      run('tar', ['-xzf', path.join(dist, tarball), '-C', own, '--strip-components=1'], { cwd: project });
      for (const name of ['aws-cdk-lib', 'constructs']) {
        symlinkSync(path.join(this.root, 'node_modules', name), path.join(modules, name));
      }
    }
    return project;
  }

  private synthesize(cwd: string, app: string, env?: RunOptions['env']): Templates {
    const out = mkdtempSync(path.join(this.room('out'), 'out-'));
    // the resource CDKMetadata tells which language was used
    const args = ['synth', '--quiet', '--no-notices', '--no-lookups', '--ci', '--strict', '--no-version-reporting'];
    run(this.tool('cdk'), [...args, '--app', app, '--output', out], {
      cwd,
      env: { ...env, CDK_VALIDATION: undefined },
    });
    const files = readdirSync(out).filter((file) => file.endsWith('.template.json'));
    return Object.fromEntries(files.map((file) => [file, readJson(path.join(out, file))]));
  }

  private pacmak(
    outdir: string,
    target: Target,
    folder: string,
    { codeOnly = false, env }: { readonly codeOnly?: boolean; readonly env?: RunOptions['env'] },
  ): void {
    const args = [
      '--no-npmignore',
      '--target',
      target,
      '--outdir',
      outdir,
      ...(codeOnly ? ['--code-only'] : []),
      folder,
    ];
    // a script of the package would write into the tree
    const quiet = { NPM_CONFIG_IGNORE_SCRIPTS: 'true', NODE_OPTIONS: '--max-old-space-size=6144' };
    run(this.tool('jsii-pacmak'), args, { cwd: this.folder, env: { ...quiet, ...env } });
  }

  private tool(name: string): string {
    return path.join(this.root, 'node_modules', '.bin', name);
  }
}

function sizeOf(templates: Templates): { stacks: number; resources: number } {
  const all = Object.values(templates) as { Resources?: object }[];
  return {
    stacks: all.length,
    resources: all.reduce((sum, { Resources }) => sum + Object.keys(Resources ?? {}).length, 0),
  };
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
