import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { need, needTool, run, succeeds } from './run';
import type { RunOptions } from './run';
import type { Workshop } from './workshop';

/** The jar, in a Maven repository of its own. */
export function java(workshop: Workshop): void {
  needTool('java', 'javac', 'mvn');
  const repository = workshop.room('java', 'repository');
  const env = { MAVEN_OPTS: `-Dmaven.repo.local=${repository} -Dmaven.javadoc.skip=true` };
  const cwd = workshop.copyOf('examples/java/minimal');
  const options = { cwd, env };
  const cdk = `software.amazon.awscdk:aws-cdk-lib:${workshop.cdkVersion}`;

  need('no Maven repository', 'mvn', get('software.amazon.jsii:jsii-runtime:1.140.0'), options);
  if (!succeeds('mvn', get(cdk), options)) {
    installBindings(workshop, options);
  }

  const dist = workshop.pack('java', { env });
  const jar = listFiles(dist).find((file) => /\d\.jar$/.test(file)) ?? '';
  run('mvn', install(jar, jar.replace(/jar$/, 'pom')), options);
  run('mvn', ['--batch-mode', '--quiet', 'package'], options);
  console.log(`     ${path.basename(jar)} built with ${cdk}`);
  workshop.compare('minimal', cwd, 'mvn --batch-mode --quiet exec:java', env);
}

/**
 * Of 13,000 classes only those are compiled that this library or the example mentions, and what those mention: all of
 * them take three minutes.
 */
function installBindings(workshop: Workshop, { cwd, env }: RunOptions): void {
  const [cdk, ...others] = workshop.cdkBindings('java');
  for (const folder of others) {
    run('mvn', ['--batch-mode', '--quiet', 'install'], { cwd: folder, env });
  }
  const classpath = path.join(workshop.room('java'), 'classpath');
  const list = ['dependency:build-classpath', `-Dmdep.outputFile=${classpath}`];
  run('mvn', ['--batch-mode', '--quiet', ...list], { cwd: cdk, env });

  const classes = workshop.room('java', 'classes');
  const roots = [cdk, workshop.pack('java', { codeOnly: true })].map((folder) => path.join(folder, 'src/main/java'));
  const sources = path.join(workshop.room('java'), 'sources');
  const wanted = [roots[1], path.join(cwd, 'src/main/java')]
    .flatMap(listFiles)
    .filter((file) => file.endsWith('.java'));
  writeFileSync(sources, wanted.join('\n'));
  const where = ['-d', classes, '-classpath', readFileSync(classpath, 'utf8'), '-sourcepath', roots.join(':')];
  run('javac', ['-J-Xmx4g', '-nowarn', '-proc:none', ...where, `@${sources}`], { cwd, env });

  cpSync(path.join(cdk, 'src/main/resources'), classes, { recursive: true });
  const jar = path.join(workshop.room('java'), `aws-cdk-lib-${workshop.cdkVersion}.jar`);
  run('jar', ['--create', '--file', jar, '-C', classes, 'software'], { cwd });
  run('mvn', install(jar, path.join(cdk, 'pom.xml')), { cwd, env });
}

function get(artifact: string): string[] {
  return ['--batch-mode', '--quiet', 'dependency:get', '-Dtransitive=false', `-Dartifact=${artifact}`];
}

function install(jar: string, pom: string): string[] {
  return ['--batch-mode', '--quiet', 'install:install-file', `-Dfile=${jar}`, `-DpomFile=${pom}`];
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file));
}
