import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { IPolicyValidationContext, NestedStack } from 'aws-cdk-lib';
import { Stack, Token } from 'aws-cdk-lib';
import type { Resource } from './resource';
import type { Nesting, Written } from './template';
import { Template } from './template';

/** A template as it was read. */
export interface TemplateFile {
  readonly path: string;
  readonly content: object;
  /** under which other stacks ask for its outputs; unknown for a nested stack */
  readonly stackName?: string;
  readonly nested: { readonly logicalId: string; readonly file: TemplateFile }[];
}

/** All templates of an app, with what leads from one to another. */
export class Assembly {
  public static of({ templatePaths, appConstruct }: IPolicyValidationContext): Assembly {
    const stacks = appConstruct.node.findAll().filter((construct) => Stack.isStack(construct));
    const byFile = new Map(stacks.map((stack) => [stack.templateFile, stack]));
    return new Assembly(templatePaths.map((path) => read(path, byFile.get(basename(path)), stacks)));
  }

  /** whether every resource of the app is known, so that something can be said to be missing */
  public readonly complete: boolean;

  public readonly templates: Template[] = [];

  private readonly byType = new Map<string, Resource[]>();
  private readonly exports = new Map<string, Written | undefined>();
  private readonly stacks = new Map<string, Template | undefined>();

  public constructor(files: TemplateFile[]) {
    files.forEach((file) => this.add(file));
    this.complete = this.templates.every(({ complete }) => complete);
    for (const resource of this.templates.flatMap(({ resources }) => [...resources.values()])) {
      const same = this.byType.get(resource.type);
      if (same === undefined) {
        this.byType.set(resource.type, [resource]);
      } else {
        same.push(resource);
      }
    }
  }

  /** Resources by their type, or by the start of it with a star. */
  public resourcesOf(...types: string[]): Resource[] {
    return types.flatMap((type) =>
      type.endsWith('*')
        ? [...this.byType].flatMap(([name, found]) => (name.startsWith(type.slice(0, -1)) ? found : []))
        : (this.byType.get(type) ?? []),
    );
  }

  /** The value of an export, unless stacks for several environments export it. */
  public exported(name: string): Written | undefined {
    return this.exports.get(name);
  }

  /** The value of an output, unless stacks for several environments have that name. */
  public outputOf(stackName: string, outputName: string): Written | undefined {
    return this.stacks.get(stackName)?.output(outputName);
  }

  private add({ path, content, stackName, nested }: TemplateFile, nesting?: Nesting): void {
    const template = new Template(this, path, content, nesting);
    this.templates.push(template);
    if (stackName !== undefined) {
      setOnce(this.stacks, stackName, template);
    }
    for (const [name, value] of template.exports()) {
      setOnce(this.exports, name, value);
    }
    nested.forEach(({ logicalId, file }) => this.add(file, { parent: template, logicalId }));
  }
}

function read(path: string, stack: Stack | undefined, stacks: Stack[]): TemplateFile {
  // the CDK hands over the templates of stacks only; those of nested stacks lie beside them
  const children = stacks.filter((other) => stack !== undefined && other.nestedStackParent === stack);
  return {
    path,
    content: JSON.parse(readFileSync(path, 'utf8')) as object,
    stackName: stack === undefined || Token.isUnresolved(stack.stackName) ? undefined : stack.stackName,
    nested: children.map((child) => ({
      logicalId: String(Stack.of(child).resolve((child as NestedStack).nestedStackResource?.logicalId)),
      file: read(join(dirname(path), child.templateFile), child, stacks),
    })),
  };
}

/** what is there twice means neither */
function setOnce<T>(map: Map<string, T | undefined>, key: string, value: T): void {
  map.set(key, map.has(key) ? undefined : value);
}
