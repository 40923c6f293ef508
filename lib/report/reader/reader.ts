import type { Template } from '../../template/template';
import type { Part } from '../../template/meaning';
import type { Resource } from '../../template/resource';
import { Value } from '../../template/value';
import type { StackView } from './load';
import type { Names } from './names';

/** hashes of assets change with every change of a file; the digest of an image says which image it is */
const ASSET_HASH = /(?<!sha256:|[0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

const PSEUDO: Record<string, string> = {
  'AWS::AccountId': 'Account',
  'AWS::Partition': 'Partition',
  'AWS::Region': 'Region',
  'AWS::StackName': 'StackName',
  'AWS::URLSuffix': 'UrlSuffix',
};

/** Writes what stands in a template for somebody who reads about one stack. */
export class Reader {
  public constructor(
    public readonly view: StackView,
    private readonly names: Names,
  ) {}

  public get template(): Template {
    return this.view.template;
  }

  /** the resources of the stack */
  public resourcesOf(...types: string[]): Resource[] {
    return this.template.assembly.resourcesOf(...types).filter(({ template }) => template === this.template);
  }

  public nameOf(resource: Resource): string {
    return this.names.of(resource, this.template).replace(ASSET_HASH, '<asset>');
  }

  /** a text with references as `${path.Attribute}`; lists and objects as JSON; undefined if it is not there */
  public text(value: Value): string | undefined {
    if (value.absent) {
      return undefined;
    }
    const text = value.parts?.map((part) => this.part(part)).join('') ?? JSON.stringify(this.plain(value));
    return text.length < 64 ? text : text.replace(ASSET_HASH, '<asset>');
  }

  public texts(value: Value): string[] {
    return value.items.flatMap((item) => this.text(item) ?? []);
  }

  /** everything below a value, a line each: `Key.Of.It: text` */
  public lines(value: Value, prefix = ''): string[] {
    const below = value.parts === undefined ? value.members : [];
    return below.length > 0
      ? below.flatMap(([key, member]) => this.lines(member, `${prefix}${key}.`)).sort()
      : this.texts(value).map((text) => (prefix === '' ? text : `${prefix.slice(0, -1)}: ${text}`));
  }

  /** the name of the resource that a value is about, or its text */
  public about(value: Value): string | undefined {
    return value.resource === undefined ? this.text(value) : this.nameOf(value.resource);
  }

  /** a text of somebody else in which logical ids stand as `<Id.Attribute>` */
  public withoutIds(text: string, template: Template): string {
    return text
      .replace(/<(\w+(?:::\w+)?)((?:\.[\w.]+)?)>/g, (_, id: string, attribute: string) => {
        return `\${${PSEUDO[id] ?? this.names.byLogicalId(template, id)}${attribute}}`;
      })
      .replace(ASSET_HASH, '<asset>');
  }

  private plain(value: Value): unknown {
    if (value.parts !== undefined) {
      return this.text(value);
    }
    const { members } = value;
    if (members.length === 0) {
      return value.empty ? [] : value.items.map((item) => this.plain(item));
    }
    const inOrder = [...members].sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(inOrder.map(([key, member]) => [key, this.plain(member)]));
  }

  private part(part: Part): string {
    if (typeof part === 'string') {
      return part;
    }
    if ('resource' in part) {
      const name = this.names.of(part.resource, this.template);
      return `\${${name}${part.name ? `.${part.name}` : ''}}`;
    }
    return `\${${this.call(part.template, part.written)}}`;
  }

  /** what only the deployment knows, in the words of the template */
  private call(template: Template, written: unknown): string {
    const [[name, argument]] = Object.entries(written as Record<string, unknown>);
    if (name === 'Ref') {
      return PSEUDO[String(argument)] ?? String(argument);
    }
    if (name === 'Fn::GetAtt') {
      return Array.isArray(argument) ? argument.join('.') : String(argument);
    }
    const given = (Array.isArray(argument) ? (argument as unknown[]) : [argument]).map((one) => {
      const value = new Value(template, one, '');
      return this.text(value) ?? '';
    });
    return `${name.replace('Fn::', '')}(${given.join(', ')})`;
  }
}
