import type { Assembly } from './assembly';
import type { WrittenResource } from './resource';
import { Resource } from './resource';

/** Something written in a template, and in which. */
export interface Written {
  readonly template: Template;
  readonly written: unknown;
}

/** The nested stack that this template is of, seen from its parent. */
export interface Nesting {
  readonly parent: Template;
  readonly logicalId: string;
}

interface Content {
  readonly Resources?: Record<string, unknown>;
  readonly Parameters?: Record<string, { readonly Default?: unknown } | null>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown> | undefined> | undefined>;
  readonly Outputs?: Record<string, { readonly Value?: unknown; readonly Export?: { readonly Name?: unknown } }>;
  readonly Transform?: unknown;
}

/** A synthesized template. */
export class Template {
  public readonly resources: Map<string, Resource>;

  /** whether every resource that will be deployed is written here: macros and loops make more */
  public readonly complete: boolean;

  public readonly nested = new Map<string, Template>();

  public constructor(
    public readonly assembly: Assembly,
    public readonly path: string,
    private readonly content: Content,
    private readonly nesting?: Nesting,
  ) {
    const all = Object.entries(content.Resources ?? {});
    this.resources = new Map(
      all.flatMap(([id, written]) => (isResource(written) ? [[id, new Resource(this, id, written)]] : [])),
    );
    this.complete = content.Transform === undefined && this.resources.size === all.length;
    nesting?.parent.nested.set(nesting.logicalId, this);
  }

  /** what the parent of a nested stack gives for a parameter of it */
  public bound(parameter: string): Written | undefined {
    if (this.nesting === undefined) {
      return undefined;
    }
    const { parent, logicalId } = this.nesting;
    const { written } = parent.resources.get(logicalId) ?? {};
    const { Parameters } = (written?.Properties ?? {}) as { Parameters?: Record<string, unknown> };
    return Parameters?.[parameter] === undefined ? undefined : { template: parent, written: Parameters[parameter] };
  }

  /** what a parameter is unless somebody gives another value at deployment */
  public defaultOf(parameter: string): unknown {
    return this.content.Parameters?.[parameter]?.Default;
  }

  /** what `Outputs.<name>` of a nested stack is */
  public nestedOutput(logicalId: string, attribute: string): Written | undefined {
    return attribute.startsWith('Outputs.')
      ? this.nested.get(logicalId)?.output(attribute.slice('Outputs.'.length))
      : undefined;
  }

  /** what a mapping holds */
  public mapped([map, first, second]: string[]): unknown {
    return this.content.Mappings?.[map]?.[first]?.[second];
  }

  public output(name: string): Written | undefined {
    const written = this.content.Outputs?.[name]?.Value;
    return written === undefined ? undefined : { template: this, written };
  }

  /** what is exported under names that are known */
  public exports(): [name: string, value: Written][] {
    return Object.values(this.content.Outputs ?? {}).flatMap(({ Value, Export }) =>
      typeof Export?.Name === 'string' ? [[Export.Name, { template: this, written: Value }]] : [],
    );
  }
}

function isResource(written: unknown): written is WrittenResource {
  return typeof written === 'object' && written !== null && 'Type' in written && typeof written.Type === 'string';
}
