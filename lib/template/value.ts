import type { Meaning, Part } from './meaning';
import { Known, meaningOf } from './meaning';
import type { Resource } from './resource';
import type { Template } from './template';

/** Stands for a piece of text that is known only at deployment; no name, ARN or URL holds this character. */
export const UNKNOWN = '\uFFFC';

const DYNAMIC_REFERENCE = /\{\{resolve:[^}]*\}\}/g;
const SECRET_REFERENCE = /\{\{resolve:(secretsmanager|ssm-secure):/;

const [BEFORE, AFTER] = ['\uE000', '\uE001'];

const UNKNOWN_PART = new RegExp(`${BEFORE}(\\d+)${AFTER}`);

/** What a text is in JSON; undefined if it is none. */
interface Json {
  readonly template: Template;
  readonly written: unknown;
}

/** A value of a template with its intrinsic functions followed, through nested stacks and exports too. */
export class Value {
  private readonly meaning: Meaning;
  /** every rule asks for the same ones */
  private below?: Map<string, Value>;
  private inList?: Value[];
  private inObject?: [key: string, value: Value][];
  private asText?: { readonly text?: string };
  private named?: Set<Resource>;
  private inText?: Value;

  public constructor(
    template: Template,
    written: unknown,
    /** where it stands below its resource, the way the CDK writes it in reports */
    public readonly path: string,
  ) {
    this.meaning = meaningOf(template, written);
  }

  public get absent(): boolean {
    return this.meaning.absent === true;
  }

  /** whether nothing of it is in the template */
  public get unknown(): boolean {
    return this.text === UNKNOWN;
  }

  /** absent, or a list or an object without anything in it */
  public get empty(): boolean {
    const { absent, plain } = this.meaning;
    return absent === true || (typeof plain === 'object' && plain !== null && Object.keys(plain).length === 0);
  }

  /** a text with `UNKNOWN` for what is known only at deployment; undefined if this is no text */
  public get text(): string | undefined {
    this.asText ??= { text: this.joined?.replace(DYNAMIC_REFERENCE, UNKNOWN) };
    return this.asText.text;
  }

  /** whether CloudFormation puts the value of a secret here */
  public get takesSecret(): boolean {
    return SECRET_REFERENCE.test(this.joined ?? '');
  }

  /** what the parameters in it are, unless somebody gives them other values at deployment */
  public get defaults(): string[] {
    const refs = this.meaning.parts?.flatMap((part) =>
      typeof part === 'object' && 'written' in part
        ? part.template.defaultOf(String((part.written as Record<string, unknown>).Ref))
        : [],
    );
    return refs?.filter((value) => typeof value === 'string') ?? [];
  }

  /** one text, every letter of which is in the template */
  public get literal(): string | undefined {
    return this.text?.includes(UNKNOWN) === true ? undefined : this.text;
  }

  /** the one resource of the app that this names, be it in a longer ARN */
  public get resource(): Resource | undefined {
    this.named ??= this.findNamed();
    return this.named.size === 1 ? [...this.named][0] : undefined;
  }

  /** the object that this is in JSON, if it is a text; else this */
  public get document(): Value {
    this.inText ??= this.findDocument();
    return this.inText;
  }

  /** both branches of a condition, or this alone */
  public get alternatives(): Value[] {
    const [part] = this.meaning.parts?.length === 1 ? this.meaning.parts : [];
    const choice = typeof part === 'object' && 'written' in part ? (part.written as Record<string, unknown>) : {};
    const [, ...branches] = Array.isArray(choice['Fn::If']) ? (choice['Fn::If'] as unknown[]) : [];
    return branches.length === 0 || typeof part !== 'object' || !('written' in part)
      ? [this]
      : branches.flatMap((branch) => new Value(part.template, branch, this.path).alternatives);
  }

  /** the elements of a list, or the one element that stands for a list of one */
  public get items(): readonly Value[] {
    this.inList ??= this.findItems();
    return this.inList;
  }

  /** the members of an object; none if it is known only at deployment */
  public get members(): readonly [key: string, value: Value][] {
    this.inObject ??= this.findMembers();
    return this.inObject;
  }

  public get(...keys: string[]): Value {
    let found: Value | undefined;
    for (const key of keys) {
      found = (found ?? this).member(key);
    }
    return found ?? this;
  }

  public is(...texts: string[]): boolean {
    return this.text !== undefined && texts.includes(this.text);
  }

  /** this and everything below it that is a text, with the names of the members that lead to it */
  public texts(): Value[] {
    if (this.text !== undefined) {
      return [this];
    }
    const below = this.members.length > 0 ? this.members.map(([, value]) => value) : this.items;
    return below.filter((value) => value !== this).flatMap((value) => value.texts());
  }

  /** the pieces of a text; undefined if this is no text */
  public get parts(): Part[] | undefined {
    const { parts, plain } = this.meaning;
    return parts ?? (typeof plain === 'boolean' || typeof plain === 'number' ? [String(plain)] : undefined);
  }

  private get joined(): string | undefined {
    return this.parts?.map((part) => (typeof part === 'string' ? part : UNKNOWN)).join('');
  }

  private findDocument(): Value {
    const { parts, template } = this.meaning;
    const json = parts === undefined ? undefined : jsonOf(template, parts);
    return json === undefined ? this : new Value(json.template, json.written, this.path);
  }

  private findItems(): Value[] {
    const { plain, absent } = this.meaning;
    if (Array.isArray(plain)) {
      return plain.map((item, i) => this.child(String(i), item));
    }
    return absent === true ? [] : [this];
  }

  private findMembers(): [key: string, value: Value][] {
    const { plain } = this.meaning;
    if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
      return [];
    }
    return Object.entries(plain).map(([key, value]) => [key, this.child(key, value)]);
  }

  private findNamed(): Set<Resource> {
    return new Set(
      this.parts?.flatMap((part) => (typeof part === 'object' && 'resource' in part ? part.resource : [])),
    );
  }

  private member(key: string): Value {
    return this.below?.get(key) ?? this.child(key, this.writtenAt(key));
  }

  private writtenAt(key: string): unknown {
    const { plain } = this.meaning;
    if (typeof plain === 'object' && plain !== null && Object.hasOwn(plain, key)) {
      return (plain as Record<string, unknown>)[key];
    }
    // a function among the members may add any other
    const isOpen =
      plain === undefined ? this.unknown : Object.keys(plain ?? {}).some((name) => name.startsWith('Fn::'));
    return isOpen ? { 'Fn::Transform': {} } : undefined;
  }

  private child(key: string, written: unknown): Value {
    this.below ??= new Map<string, Value>();
    let child = this.below.get(key);
    if (child === undefined) {
      child = new Value(this.meaning.template, written, `${this.path}.${key}`);
      this.below.set(key, child);
    }
    return child;
  }
}

/** Reads a text that is JSON: policies are often given so, with what is known only at deployment in their strings. */
function jsonOf(template: Template, parts: Part[]): Json | undefined {
  const [first] = parts;
  if (parts.length === 1 && typeof first === 'object' && 'written' in first) {
    const written = first.written as Record<string, unknown>;
    return 'Fn::ToJsonString' in written
      ? { template: first.template, written: written['Fn::ToJsonString'] }
      : undefined;
  }
  if (typeof first !== 'string' || !/^\s*[[{]/.test(first)) {
    return undefined;
  }
  const text = parts.map((part, i) => (typeof part === 'string' ? part : `${BEFORE}${i}${AFTER}`)).join('');
  try {
    return { template, written: JSON.parse(text, (_, value: unknown) => restored(value, parts)) };
  } catch {
    return undefined;
  }
}

function restored(value: unknown, parts: Part[]): unknown {
  if (typeof value !== 'string' || !value.includes(BEFORE)) {
    return value;
  }
  const pieces = value.split(UNKNOWN_PART).map((piece, i) => (i % 2 === 0 ? piece : parts[Number(piece)]));
  return new Known(pieces.filter((piece) => piece !== ''));
}
