/*
 * An account in thought. It deploys templates as CloudFormation does, in the order of their references: what is new is
 * made first, what is gone is deleted last, and a create-only property that changes makes the resource a second time beside
 * the first. Nothing is called; what is refused is what CloudFormation or a service documents to refuse.
 */
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleProblems } from './service-rules';

export interface Written {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources?: Record<string, Written>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>;
}

/** A resource that exists. */
export interface Made {
  readonly stack: string;
  readonly id: string;
  readonly written: Written;
  /** its properties with references replaced by what they point to */
  readonly properties: Record<string, unknown>;
  /** the id that the service gave it: another one each time that it is made */
  readonly physical: string;
  /** its type and its fixed name, which nothing else of the account may have; none where CloudFormation makes a name up */
  readonly name?: string;
}

interface Lists {
  /** of each type, the properties of which the registry says that they can be set at creation only */
  readonly createOnly: Readonly<Record<string, readonly string[]>>;
}

const FILE = join(__dirname, 'assets', 'create-only.json');
/** From the public specification of resources; its version stands in the file. */
const { createOnly } = JSON.parse(readFileSync(FILE, 'utf8')) as Lists;

/** Names that are unique in a parent, which is one of the create-only properties too, or that name nothing. */
const NO_NAMES = new Set([
  'AWS::CloudWatch::Alarm.MetricName',
  'AWS::EC2::FlowLog.LogGroupName',
  'AWS::EC2::SecurityGroup.GroupDescription',
  'AWS::EC2::VPCEndpoint.ServiceName',
  'AWS::Lambda::Version.FunctionName',
  'AWS::Logs::Delivery.DeliverySourceName',
]);
/** What has its name in a parent. Policies do not: AWS documents their names as unique in the account. */
const PARENTS: Readonly<Record<string, string>> = {
  'AWS::BedrockAgentCore::HarnessEndpoint': 'HarnessId',
  'AWS::BedrockAgentCore::RuntimeEndpoint': 'AgentRuntimeId',
  'AWS::EC2::SecurityGroup': 'VpcId',
};

/** Settings of the account, of which there is one. */
const SINGLE = new Set(['AWS::XRay::TransactionSearchConfig']);

export class Account {
  /** everything that exists, retained leftovers of stacks that forgot them included */
  private readonly existing = new Map<string, Made>();
  private readonly stacks = new Map<string, { template: Template; made: Map<string, Made> }>();
  /** the id of each stack: a stack that is deleted and made again has another one */
  private readonly stackIds = new Map<string, number>();
  private made = 0;

  /** what was done, in numbers */
  public readonly figures = { deployments: 0, created: 0, updated: 0, replaced: 0, deleted: 0, kept: 0 };

  /**
   * Creates or updates a stack; returns why it was refused, and then everything is as before. `failing` is a service that
   * refuses the last new resource, so that everything is rolled back.
   */
  public deploy(stack: string, template: Template, { failing = false } = {}): string[] {
    this.figures.deployments++;
    const before = this.stacks.get(stack)?.made ?? new Map<string, Made>();
    const after = new Map<string, Made>();
    const fresh: Made[] = [];
    const problems: string[] = [];
    for (const id of inOrder(template)) {
      const written = template.Resources![id];
      const old = before.get(id);
      const properties = resolved(written.Properties ?? {}, after, this.placeOf(stack)) as Record<string, unknown>;
      const isReplaced = old !== undefined && (old.written.Type !== written.Type || this.mustReplace(old, properties));
      if (old !== undefined && !isReplaced) {
        after.set(id, { ...old, written, properties });
        this.figures.updated++;
        problems.push(...ruleProblems('updated', { ...old, written, properties }, [...this.existing.values()], old));
        continue;
      }
      const made = this.make(stack, id, written, properties);
      const twin = this.ofName(made.name);
      if (twin !== undefined) {
        problems.push(
          `${stack}/${id} (${written.Type}): ${twin.id === id && isReplaced ? 'a replacement of the same name' : 'already exists'}`,
        );
      }
      problems.push(...ruleProblems('created', made, [...this.existing.values()], old));
      this.existing.set(made.physical, made);
      fresh.push(made);
      after.set(id, made);
      this.figures[isReplaced ? 'replaced' : 'created']++;
    }
    problems.push(...this.brokenExports(stack, template, after));
    if (problems.length > 0 || (failing && fresh.length > 0)) {
      this.rollBack(fresh);
      return problems;
    }
    this.removeRest(before, after);
    after.forEach((made) => this.existing.set(made.physical, made));
    this.stacks.set(stack, { template, made: after });
    return [];
  }

  /** Takes back into a stack, by `cdk import`, what it or an earlier one kept and the template names; returns their ids. */
  public adopt(stack: string, template: Template): string[] {
    const known = this.stacks.get(stack) ?? { template: { Resources: {} }, made: new Map<string, Made>() };
    const made = new Map(known.made);
    const lost = this.leftovers();
    const taken: string[] = [];
    for (const id of inOrder(template).filter((one) => !made.has(one))) {
      const written = template.Resources![id];
      const name = nameOf(
        written.Type,
        resolved(written.Properties ?? {}, made, this.placeOf(stack)) as Record<string, unknown>,
      );
      const found = lost.find((one) =>
        SINGLE.has(written.Type) ? one.written.Type === written.Type : name !== undefined && one.name === name,
      );
      if (found !== undefined) {
        made.set(id, { ...found, stack, id, written });
        taken.push(id);
      }
    }
    this.stacks.set(stack, { template: known.template, made });
    return taken;
  }

  /** Deletes a stack. */
  public destroy(stack: string): string[] {
    const { made } = this.stacks.get(stack)!;
    this.figures.deployments++;
    const users = this.importersOf(stack);
    if (users.length > 0) {
      return users.map((user) => `${stack}: an export is used by ${user}`);
    }
    this.removeRest(made, new Map());
    this.stacks.delete(stack);
    this.stackIds.set(stack, (this.stackIds.get(stack) ?? 0) + 1);
    return [];
  }

  /** What is left of stacks that are gone. */
  public leftovers(): Made[] {
    const known = new Set(
      [...this.stacks.values()].flatMap(({ made }) => [...made.values()].map(({ physical }) => physical)),
    );
    return [...this.existing.values()].filter(({ physical }) => !known.has(physical));
  }

  private ofName(name: string | undefined): Made | undefined {
    return name === undefined ? undefined : [...this.existing.values()].find((made) => made.name === name);
  }

  private placeOf(stack: string): Record<string, string> {
    return { ...PSEUDO, 'AWS::StackName': stack, 'AWS::StackId': `stack/${stack}/${this.stackIds.get(stack) ?? 0}` };
  }

  private make(stack: string, id: string, written: Written, properties: Record<string, unknown>): Made {
    const physical = `${written.Type}#${this.made++}`;
    return { stack, id, written, properties, physical, name: nameOf(written.Type, properties) };
  }

  private mustReplace(old: Made, properties: Record<string, unknown>): boolean {
    return createOnlyOf(old.written.Type).some(
      (name) => JSON.stringify(old.properties[name]) !== JSON.stringify(properties[name]),
    );
  }

  /** What was made in vain is deleted, except for what its policy keeps: Retain keeps it, RetainExceptOnCreate does not. */
  private rollBack(fresh: readonly Made[]): void {
    for (const { physical, written } of fresh) {
      if (written.DeletionPolicy === 'Retain') {
        this.figures.kept++;
      } else {
        this.existing.delete(physical);
      }
    }
  }

  private removeRest(before: ReadonlyMap<string, Made>, after: ReadonlyMap<string, Made>): void {
    for (const [id, old] of before) {
      const now = after.get(id);
      if (now?.physical !== old.physical) {
        // a resource that leaves the template is deleted by its old policy, a replaced one by the policy for updates
        const policy = now === undefined ? old.written.DeletionPolicy : now.written.UpdateReplacePolicy;
        const isKept = policy === 'Retain' || policy === 'RetainExceptOnCreate';
        this.figures[isKept ? 'kept' : 'deleted']++;
        if (!isKept) {
          this.existing.delete(old.physical);
        }
      }
    }
  }

  /** CloudFormation changes no export while another stack imports it. */
  private brokenExports(stack: string, template: Template, after: ReadonlyMap<string, Made>): string[] {
    const old = this.stacks.get(stack);
    if (old === undefined) {
      return [];
    }
    const now = exportsOf(template, after);
    return Object.entries(exportsOf(old.template, old.made)).flatMap(([name, value]) => {
      const users = value === now[name] ? [] : this.usersOf(name).filter((user) => user !== stack);
      return users.map((user) => `${stack}: export ${name} changes and is used by ${user}`);
    });
  }

  private importersOf(stack: string): string[] {
    const { template, made } = this.stacks.get(stack)!;
    return Object.keys(exportsOf(template, made)).flatMap((name) =>
      this.usersOf(name).filter((user) => user !== stack),
    );
  }

  private usersOf(name: string): string[] {
    return [...this.stacks].filter(([, { template }]) => importsOf(template).has(name)).map(([stack]) => stack);
  }
}

export function createOnlyOf(type: string): readonly string[] {
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource') {
    return ['ServiceToken'];
  }
  const known = createOnly[type] as readonly string[] | undefined;
  if (known === undefined) {
    throw new Error(`${type} is not in create-only.json`);
  }
  return known;
}

/** Type and fixed name; undefined where CloudFormation makes the name up. */
function nameOf(type: string, properties: Record<string, unknown>): string | undefined {
  const fixed = createOnlyOf(type).filter((name) => name in properties);
  const names = fixed.filter((name) => /Name$/.test(name) && !NO_NAMES.has(`${type}.${name}`));
  if (names.length === 0) {
    return undefined;
  }
  const parts = [...names, ...(type in PARENTS ? [PARENTS[type]] : [])];
  return `${type} ${JSON.stringify(parts.map((name) => properties[name]))}`;
}

const PSEUDO: Record<string, string> = {
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A value with every reference replaced by the identity of what it points to. */
function resolved(value: unknown, made: ReadonlyMap<string, Made>, place: Record<string, string>): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => resolved(each, made, place));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value);
  const [[key, argument]] = entries.length > 0 ? entries : [['', undefined]];
  if (key === 'Ref') {
    const id = argument as string;
    return place[id] ?? identityOf(id, made);
  }
  if (key === 'Fn::GetAtt') {
    const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    return `${identityOf(id, made)}.${attribute.join('.')}`;
  }
  if (key === 'Fn::Join') {
    const [glue, parts] = resolved(argument, made, place) as [string, unknown];
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string')
      ? parts.join(glue)
      : { [key]: [glue, parts] };
  }
  return Object.fromEntries(entries.map(([name, each]) => [name, resolved(each, made, place)]));
}

function identityOf(id: string, made: ReadonlyMap<string, Made>): string {
  return made.get(id)?.physical ?? `parameter ${id}`;
}

/** The ids of a template, each after all that it refers to. */
function inOrder({ Resources = {} }: Template): string[] {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (!done.has(id) && !path.includes(id) && id in Resources) {
      const { DependsOn = [], Properties = {} } = Resources[id];
      [...[DependsOn].flat(), ...referencesIn(Properties)].forEach((other) => visit(other, [...path, id]));
      done.add(id);
    }
  };
  Object.keys(Resources).forEach((id) => visit(id, []));
  return [...done];
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, argument]) => {
    if (key === 'Ref') {
      return [argument as string];
    }
    if (key === 'Fn::GetAtt') {
      return [typeof argument === 'string' ? argument.split('.')[0] : (argument as string[])[0]];
    }
    if (key === 'Fn::Sub') {
      const text = typeof argument === 'string' ? argument : (argument as [string])[0];
      return [...text.matchAll(/\$\{(\w+)/g)].map(([, id]) => id).concat(referencesIn(argument));
    }
    return referencesIn(argument);
  });
}

function exportsOf({ Outputs = {} }: Template, made: ReadonlyMap<string, Made>): Record<string, string> {
  const exported = Object.values(Outputs).filter(({ Export }) => Export !== undefined);
  return Object.fromEntries(
    exported.map(({ Export, Value }) => [JSON.stringify(Export!.Name), JSON.stringify(resolved(Value, made, PSEUDO))]),
  );
}

function importsOf(template: Template): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      Object.entries(value).forEach(([key, argument]) =>
        key === 'Fn::ImportValue' ? found.add(JSON.stringify(argument)) : look(argument),
      );
    }
  };
  look(template);
  return found;
}

/** Templates as they were at a commit, from a compressed file: by app, then by stack. */
export function templatesOf(file: string): Record<string, Record<string, Template>> {
  return JSON.parse(gunzipSync(readFileSync(join(__dirname, 'assets', file))).toString('utf8')) as Record<
    string,
    Record<string, Template>
  >;
}
