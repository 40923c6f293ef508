import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateFile } from '../../template/assembly';
import { Assembly } from '../../template/assembly';
import type { Template } from '../../template/template';
import { invalidValue } from '../../private/errors';
import type { LoadedStack } from './manifest';
import { readManifest } from './manifest';
import { nestedFiles } from '../../compliance/report/nested';
import { readObject, readTemplate } from './read-json';

/** A stack or nested stack as the report names it. */
export interface StackView {
  /** the path of the construct, or the name of the file */
  readonly name: string;
  readonly template: Template;
  /** what the CDK knows about the constructs of the stack */
  readonly loaded: LoadedStack;
}

/** Reads the app in a folder: what `cdk synth` wrote, or templates alone. */
export function load(folder: string): StackView[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw invalidValue('FolderMissing', {
      what: 'the folder of the synthesized app does not exist',
      got: folder,
      allowed: 'a folder that cdk synth wrote, or one of CloudFormation templates',
      fix: 'run cdk synth first, or name its output folder',
    });
  }
  const stacks = existsSync(join(folder, 'manifest.json')) ? readManifest(folder) : plainTemplates(folder);
  if (stacks.length === 0) {
    throw invalidValue('NotSynthesized', {
      what: 'the folder holds no synthesized app',
      got: folder,
      allowed: 'a manifest.json with stacks, or templates in JSON (*.json, *.template)',
      fix: 'name the output folder of cdk synth (cdk.out); write YAML templates as JSON',
    });
  }
  return viewsOf(stacks);
}

function plainTemplates(folder: string): LoadedStack[] {
  const files = readdirSync(folder).filter((name) => /\.(json|template)$/.test(name));
  const templates = files.filter((name) => 'Resources' in readObject(join(folder, name)));
  return templates.map((name) => ({
    name: name.replace(/(\.template)?\.json$|\.template$/, ''),
    file: join(folder, name),
    metadata: new Map(),
    assets: new Map(),
    suppressed: [],
  }));
}

interface StackFile extends TemplateFile {
  readonly name: string;
  readonly loaded: LoadedStack;
  readonly nested: { readonly logicalId: string; readonly file: StackFile }[];
}

function viewsOf(stacks: LoadedStack[]): StackView[] {
  const files = stacks.map((stack) => stackFile(stack.file, stack.name, stack, []));
  const nested = new Set(files.flatMap((file) => withNested(file).slice(1)).map(({ path }) => path));
  // in a folder of templates the nested ones lie beside the others
  const outermost = files.filter(({ path }) => !nested.has(path));
  const roots = outermost.length > 0 ? outermost : files;
  const { templates } = new Assembly(roots);
  return roots
    .flatMap(withNested)
    .map(({ name, loaded }, i) => ({ name, loaded, template: templates[i] }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function stackFile(path: string, name: string, loaded: LoadedStack, parents: string[]): StackFile {
  const content = readTemplate(path);
  const nested = nestedFiles(content, path, name, loaded)
    .filter((child) => !parents.includes(child.path))
    .map((child) => ({
      logicalId: child.logicalId,
      file: stackFile(child.path, child.name, loaded, [...parents, path]),
    }));
  return { path, content, name, loaded, stackName: parents.length > 0 ? undefined : loaded.stackName, nested };
}

/** in the order in which an assembly reads them */
function withNested(file: StackFile): StackFile[] {
  return [file, ...file.nested.flatMap((child) => withNested(child.file))];
}
