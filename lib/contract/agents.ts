/*
 * The coding agents, one row each. The constructs, the adapters of the session server, the scripts and the tests read
 * these rows, so that a new agent is one row here and not an entry in many lists. The session server is bundled without
 * aws-cdk-lib: this file imports nothing outside of lib/contract.
 */
import type { LimitSettings, RouteSettings } from './session';

export type RouteKind = RouteSettings['via'];

/** The facts of one agent that more than one part of the repository reads; its adapter holds the rest. */
export interface CliFacts {
  /** the name in texts for users */
  readonly title: string;
  /** the name of its program in the image; undefined for an agent that brings its own image */
  readonly binary?: string;
  /** the origin of the program: pinned npm packages, or an archive that the user names; undefined as for `binary` */
  readonly source?: 'npm' | 'archive';
  /** the file in the image with settings that a repository cannot override */
  readonly managedSettings?: string;
  /**
   * The npm package with which integration/clients runs the real program; undefined where no test runs it. The image can
   * take other packages, since some packages contain only a launcher.
   */
  readonly testedPackage?: string;
  readonly routes: readonly RouteKind[];
  /**
   * The hosts of its vendor's API, for `ModelRoute.provider`; by the first part of the model's name where that chooses
   * the vendor. Undefined if the vendor publishes no list.
   */
  readonly providerHosts?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** the advice in the error for any other route */
  readonly otherRoutes: string;
  /** the routes on which a model is required, and the form of its name there */
  readonly modelForms?: Partial<Readonly<Record<RouteKind, ModelForm>>>;
  /** differences on Amazon Bedrock */
  readonly bedrock?: BedrockFacts;
  /** the limits of a job that it can keep */
  readonly limits: readonly (keyof LimitSettings)[];
  /** whether it reports the cost of a job */
  readonly namesDollars: boolean;
  /** the routes on which it knows no price, and would report a cost of 0 */
  readonly unpriced?: readonly RouteKind[];
  /** false for an agent that never sends OpenTelemetry */
  readonly sendsTelemetry?: boolean;
  /**
   * The text that it puts in front of the name of a tool, with `*` for the name of the server. The APIs of models limit
   * the whole name. Undefined where it is not known, and for an agent that shortens long names itself.
   */
  readonly toolPrefix?: string;
  /**
   * Where it keeps what it needs to go on with a conversation, below HOME: saved to the workspace after turns. Undefined
   * where that is not known: all of HOME is then in the workspace.
   */
  readonly state?: readonly string[];
}

/** The name under which a session's agent knows the gateway; a part of the names of all tools. */
export const GATEWAY_SERVER = 'gateway';

/**
 * The longest name of a tool that the APIs of models take.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html
 */
export const LONGEST_TOOL_NAME = 64;

export interface ModelForm {
  readonly form: RegExp;
  readonly allowed: string;
}

/** Differences of an agent on Amazon Bedrock. */
export interface BedrockFacts {
  /** it uses OpenAI's API, which another endpoint with separate permissions answers */
  readonly isMantle?: boolean;
  /** whether it works with models of Anthropic only, or with all others only; with all models if omitted */
  readonly claude?: 'only' | 'never';
  /** the prefix that it expects in front of a model */
  readonly prefix?: string;
  /** the foundation models in place of which it calls a profile: parts of their ids, by geography */
  readonly rewrites?: Readonly<Record<string, readonly string[]>>;
  /** it calls a default model of each family of Claude, unless a variable names another one */
  readonly pinsFamilies?: boolean;
}

const ALL_ROUTES = ['bedrock', 'provider', 'llmGateway'] as const;

const ALL_LIMITS = ['turns', 'minutes', 'dollars'] as const;

const VENDOR = 'use a key of its vendor';

/** Agents that use their vendor's service only, and report no usage. */
const VENDOR_ONLY = {
  source: 'archive',
  routes: ['provider'],
  otherRoutes: VENDOR,
  limits: ['minutes'],
  namesDollars: false,
  sendsTelemetry: false,
} as const;

/** The keys are the values of `AGENT_CLI`, and the folders of the Dockerfiles below `images`. */
const ROWS = {
  'claude-code': {
    title: 'Claude Code',
    binary: 'claude',
    source: 'npm',
    managedSettings: '/etc/claude-code/managed-settings.json',
    testedPackage: '@anthropic-ai/claude-code',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    providerHosts: ['api.anthropic.com'],
    bedrock: { claude: 'only', pinsFamilies: true },
    limits: ALL_LIMITS,
    namesDollars: true,
    // https://code.claude.com/docs/en/mcp
    toolPrefix: 'mcp__*__',
    state: ['.claude/projects'],
  },
  codex: {
    title: 'Codex',
    binary: 'codex',
    source: 'npm',
    managedSettings: '/etc/codex/managed_config.toml',
    testedPackage: '@openai/codex',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    providerHosts: ['api.openai.com'],
    bedrock: { claude: 'never', isMantle: true },
    // its output counts no turns, and it has no limit of them
    limits: ['minutes', 'dollars'],
    namesDollars: false,
    // no `toolPrefix`: it replaces the end of a long name by a hash
    state: ['.codex/sessions'],
  },
  'gemini-cli': {
    title: 'Gemini CLI',
    binary: 'gemini',
    source: 'npm',
    managedSettings: '/etc/gemini-cli/settings.json',
    testedPackage: '@google/gemini-cli',
    routes: ['provider', 'llmGateway'],
    otherRoutes: 'Amazon Bedrock has no Gemini: use an API key of Google',
    providerHosts: ['generativelanguage.googleapis.com'],
    limits: ALL_LIMITS,
    namesDollars: false,
    // no `toolPrefix`: it cuts the middle of a long name out
    state: ['.gemini/tmp', '.gemini/projects.json'],
  },
  opencode: {
    title: 'OpenCode',
    binary: 'opencode',
    source: 'npm',
    managedSettings: '/etc/opencode/opencode.json',
    testedPackage: 'opencode-ai',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    unpriced: ['llmGateway'],
    providerHosts: {
      anthropic: ['api.anthropic.com'],
      google: ['generativelanguage.googleapis.com'],
      openai: ['api.openai.com'],
      openrouter: ['openrouter.ai'],
    },
    modelForms: {
      provider: { form: /^[^/]+[/]./, allowed: '<provider>/<model>, for example anthropic/claude-sonnet-4-5' },
      llmGateway: { form: /./, allowed: 'a name by which the gateway knows a model' },
    },
    bedrock: {
      prefix: 'amazon-bedrock/',
      rewrites: {
        us: ['claude', 'deepseek', 'nova-'],
        eu: ['claude', 'llama3', 'nova-lite', 'nova-micro', 'pixtral'],
        ap: ['claude', 'nova-lite', 'nova-micro', 'nova-pro'],
      },
    },
    limits: ALL_LIMITS,
    namesDollars: true,
    // https://opencode.ai/docs/mcp-servers
    toolPrefix: '*_',
    state: ['.local/share/opencode'],
  },
  // it reports neither turns nor credits
  kiro: { title: 'Kiro', binary: 'kiro-cli', ...VENDOR_ONLY },
  // It reports no tokens, and its answers are not its turns. `cursor-agent` of the npm registry is another program.
  // https://cursor.com/docs/enterprise/network-configuration
  cursor: { title: 'Cursor CLI', binary: 'agent', providerHosts: ['api2.cursor.sh'], ...VENDOR_ONLY },
  custom: {
    title: 'an agent of your own',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    limits: ['minutes'],
    namesDollars: false,
  },
} satisfies Record<string, CliFacts>;

/** The coding agents for which images exist, and `custom` for all others. */
export type CliName = keyof typeof ROWS;

/** An agent whose image this library builds. */
export type PackagedCli = Exclude<CliName, 'custom'>;

export const CLI_NAMES = Object.keys(ROWS) as readonly CliName[];

export const PACKAGED_CLIS = CLI_NAMES.filter((name): name is PackagedCli => name !== 'custom');

const FACTS: Readonly<Record<CliName, CliFacts>> = ROWS;

export function factsOf(name: CliName): CliFacts {
  return FACTS[name];
}

/** The hosts of the API behind `ModelRoute.provider`; undefined if they are not known. */
export function providerHostsOf(name: CliName, model = ''): readonly string[] | undefined {
  const { providerHosts } = factsOf(name);
  return providerHosts === undefined || isList(providerHosts) ? providerHosts : providerHosts[model.split('/')[0]];
}

function isList(hosts: NonNullable<CliFacts['providerHosts']>): hosts is readonly string[] {
  return Array.isArray(hosts);
}

/** The text that an agent puts in front of the name of a tool of this server; undefined as for `CliFacts.toolPrefix`. */
export function toolPrefixOf(name: CliName, server: string = GATEWAY_SERVER): string | undefined {
  return factsOf(name).toolPrefix?.replace('*', server);
}

/** The longest of these texts, with the agent that has it. */
export function longestToolPrefix(server: string = GATEWAY_SERVER): {
  readonly title: string;
  readonly prefix: string;
} {
  const all = CLI_NAMES.map((name) => ({ title: factsOf(name).title, prefix: toolPrefixOf(name, server) ?? '' }));
  return all.reduce((longest, one) => (one.prefix.length > longest.prefix.length ? one : longest));
}

/** The program of an agent whose image this library builds. */
export function binaryOf(name: PackagedCli): string {
  return ROWS[name].binary;
}

/** The agents whose programs are pinned npm packages. */
export const NPM_CLIS = PACKAGED_CLIS.filter((name) => ROWS[name].source === 'npm');

const ROUTE_TITLES: Record<RouteKind, string> = {
  bedrock: 'ModelRoute.bedrock(...)',
  provider: 'ModelRoute.provider(...)',
  llmGateway: 'ModelRoute.llmGateway(...)',
};

export function routeTitle(kind: RouteKind): string {
  return ROUTE_TITLES[kind];
}

/** How an agent reaches its model, as far as that is known. */
export interface WayToModel {
  readonly via?: RouteKind;
  readonly model?: string;
}

/**
 * Whether an agent says itself what a job cost. Where it knows no price it would say 0. The constructs ask, and the server of
 * a session does: nothing of CDK here.
 */
export function tellsDollars(name: CliName, { via, model = '' }: WayToModel = {}): boolean {
  const { namesDollars, unpriced } = factsOf(name);
  // an ARN says nothing of the model behind it
  const isUnknown = via !== undefined && unpriced?.includes(via) === true;
  return namesDollars && !isUnknown && !(unpriced !== undefined && /(^|\/)arn:/.test(model));
}
