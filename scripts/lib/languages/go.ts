import { readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { need, needTool, run, succeeds } from './run';
import type { Workshop } from './workshop';

/** The Go module, in the place of the one that is not published yet, with a module cache of its own. */
export function go(workshop: Workshop): void {
  needTool('go');
  const env = {
    GOFLAGS: '-mod=mod -modcacherw',
    GOPATH: workshop.room('go', 'path'),
    GOMODCACHE: workshop.room('go', 'modules'),
    GOCACHE: workshop.room('go', 'cache'),
    GOWORK: 'off',
  };
  const cwd = workshop.copyOf('examples/go/minimal');
  const options = { cwd, env };
  const runtime = /^\s*(\S+\/jsii-runtime-go) (v\S+)$/m.exec(readFileSync(path.join(cwd, 'go.mod'), 'utf8'));
  need('no Go module proxy', 'go', ['mod', 'download', `${runtime?.[1]}@${runtime?.[2]}`], options);

  const cdk = `github.com/aws/aws-cdk-go/awscdk/v2@v${workshop.cdkVersion}`;
  const modules = succeeds('go', ['mod', 'download', cdk], options) ? [] : workshop.cdkBindings('go');
  for (const folder of [...modules, workshop.pack('go', { codeOnly: true })].flatMap(modulesIn)) {
    run('go', ['mod', 'edit', `-replace=${moduleName(folder)}=${folder}`], options);
  }
  run('go', ['mod', 'tidy'], options);
  const own = 'github.com/cdk-coding-agents/cdk-coding-agents-go/cdkcodingagents';
  run('go', ['build', `${own}/...`], options);
  run('go', ['build', '-o', 'app', '.'], options);
  console.log(`     ${own} built with ${cdk}`);
  workshop.compare('minimal', cwd, './app', env);
}

function modulesIn(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((entry) => statSync(entry).isDirectory());
}

function moduleName(folder: string): string {
  const name = /^module (\S+)$/m.exec(readFileSync(path.join(folder, 'go.mod'), 'utf8'))?.[1];
  if (!name) {
    throw new Error(`${folder} has no go.mod`);
  }
  return name;
}
