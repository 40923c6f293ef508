import type { Template } from '../../template/template';
import type { Resource } from '../../template/resource';
import type { StackView } from './load';

/** How a reader knows a resource: by the path of its construct. */
export class Names {
  private readonly stacks: Map<Template, StackView>;
  private readonly paths = new Map<Resource, string>();
  private readonly ids = new Map<Template, Map<string, string>>();

  public constructor(views: StackView[]) {
    this.stacks = new Map(views.map((view) => [view.template, view]));
    views.forEach((view) => this.nameAll(view, views));
  }

  /** the path below the stack, or all of it for a reader in another stack */
  public of(resource: Resource, reader?: Template): string {
    const path = this.paths.get(resource) ?? resource.logicalId;
    return resource.template === reader ? path : `${this.stacks.get(resource.template)?.name}/${path}`;
  }

  /** the name of what has a logical id, for texts in which the id is written out */
  public byLogicalId(template: Template, logicalId: string): string {
    return this.ids.get(template)?.get(logicalId) ?? logicalId;
  }

  private nameAll({ name, template, loaded }: StackView, views: StackView[]): void {
    const noted = new Map<string, string>();
    for (const [path, entries] of loaded.metadata) {
      const id = entries.find(({ type }) => type === 'aws:cdk:logicalId')?.data;
      if (typeof id === 'string' && ownerOf(path, views) === name) {
        noted.set(id, path);
      }
    }
    const ids = new Map<string, string>();
    for (const resource of template.resources.values()) {
      const { Metadata } = resource.written as { Metadata?: Record<string, unknown> };
      const path = noted.get(resource.logicalId) ?? Metadata?.['aws:cdk:path'];
      ids.set(resource.logicalId, typeof path === 'string' ? below(name, path) : resource.logicalId);
    }
    const taken = new Map<string, number>();
    ids.forEach((path) => taken.set(short(path), (taken.get(short(path)) ?? 0) + 1));
    ids.forEach((path, id) => ids.set(id, taken.get(short(path)) === 1 ? short(path) : path));
    template.resources.forEach((resource, id) => this.paths.set(resource, ids.get(id) ?? id));
    this.ids.set(template, ids);
  }
}

/** the innermost stack whose construct a path is below */
export function ownerOf(path: string, views: StackView[]): string | undefined {
  const around = views.map(({ name }) => name).filter((name) => path === name || path.startsWith(`${name}/`));
  return around.sort((one, other) => other.length - one.length)[0];
}

export function below(stack: string, path: string): string {
  return path.startsWith(`${stack}/`) ? path.slice(stack.length + 1) : path;
}

/** the L1 inside of an L2 is what the L2 is, and so is the L2 inside of a construct that it is all of */
export function short(path: string): string {
  return path.replace(/(.)(\/(Resource|Default))+$/, '$1');
}
