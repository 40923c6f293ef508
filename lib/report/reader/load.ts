import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { invalidValue } from '../../private/errors';
import type { TemplateFile } from '../../template/assembly';
import { Assembly } from '../../template/assembly';
import type { Template } from '../../template/template';
import type { LoadedStack } from './manifest';
import { readManifest } from './manifest';
import { readObject, readTemplate } from './read-json';

/** A stack or nested stack as the report names it. */
export interface StackView {
  /** the path of the construct, or the name of the file */
  readonly name: string;
  readonly template: Template;
  /** what the CDK knows about the constructs of the stack */
  readonly loaded: LoadedStack;
}

interface StackFile extends TemplateFile {
  readonly name: string;
  readonly loaded: LoadedStack;
  readonly nested: { readonly logicalId: string; readonly file: StackFile }[];
}

interface NestedFile {
  readonly logicalId: string;
  readonly path: string;
  readonly name: string;
}

interface NestedResource {
  readonly Type?: string;
  readonly Properties?: { readonly TemplateURL?: unknown };
  readonly Metadata?: Record<string, unknown>;
}

/** Reads the app in a folder: what `cdk synth` wrote, or templates alone. */
export function load(folder: string): StackView[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw invalidValue('FolderMissing', {
      what: `the folder of the synthesized app ${existsSync(folder) ? 'must be a folder' : 'does not exist'}`,
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

/** The nested stacks of a template whose own templates are there too. */
function nestedFiles(content: object, path: string, name: string, stack: LoadedStack): NestedFile[] {
  const { Resources = {} } = content as { Resources?: Record<string, NestedResource | null> };
  return Object.entries(Resources).flatMap(([logicalId, resource]) => {
    if (resource?.Type !== 'AWS::CloudFormation::Stack') {
      return [];
    }
    const file = templateOf(resource, path, stack);
    return file === undefined || file === path
      ? []
      : [{ logicalId, path: file, name: constructOf(logicalId, resource, name, stack) }];
  });
}

/** the CDK names the file in the metadata, or by its hash in the URL; others write the file into the URL */
function templateOf({ Properties, Metadata }: NestedResource, path: string, stack: LoadedStack): string | undefined {
  const url = JSON.stringify(Properties?.TemplateURL ?? '');
  const hash = /[0-9a-f]{64}/.exec(url)?.[0];
  const beside = [Metadata?.['aws:asset:path'], /([\w.-]+\.(json|template))"/.exec(url)?.[1]]
    .filter((file) => typeof file === 'string')
    .map((file) => join(dirname(path), basename(file)));
  return [...(hash === undefined ? [] : [stack.assets.get(hash)]), ...beside].find(
    (file) => file !== undefined && existsSync(file),
  );
}

/** the path of the nested stack, which is not the one of the resource that makes it */
function constructOf(logicalId: string, { Metadata }: NestedResource, parent: string, stack: LoadedStack): string {
  const noted = [...stack.metadata].find(([path, entries]) => {
    const isHere = path.startsWith(`${parent}/`) && path.endsWith('.NestedStackResource');
    return isHere && entries.some(({ type, data }) => type === 'aws:cdk:logicalId' && data === logicalId);
  });
  const path = Metadata?.['aws:cdk:path'] ?? noted?.[0];
  return typeof path === 'string' ? path.replace(/\.NestedStack\/[^/]*$/, '') : `${parent}/${logicalId}`;
}

/** in the order in which an assembly reads them */
function withNested(file: StackFile): StackFile[] {
  return [file, ...file.nested.flatMap((child) => withNested(child.file))];
}
