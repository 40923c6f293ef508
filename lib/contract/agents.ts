import type { CliName, LimitSettings, RouteSettings } from './session';

export type RouteKind = RouteSettings['via'];

export type PackagedCli = Exclude<CliName, 'custom'>;

/** What is known of an agent at synthesis; the adapters of the session server hold the rest. */
export interface CliFacts {
  /** as people call it */
  readonly title: string;
  readonly routes: readonly RouteKind[];
  /** what to do where another route was taken */
  readonly otherRoutes: string;
  /** the routes on which it has to be told its model; a name of which form there */
  readonly modelForms?: Partial<Readonly<Record<RouteKind, ModelForm>>>;
  /** how it uses Amazon Bedrock; the usual way if left away */
  readonly bedrock?: BedrockFacts;
  /** the bounds of a job that it can hold */
  readonly limits: readonly (keyof LimitSettings)[];
  /** whether it says itself what a job cost */
  readonly namesDollars: boolean;
  /** routes on which it knows no price, and would say that a job cost nothing */
  readonly unpriced?: readonly RouteKind[];
  /** false for one that sends no OpenTelemetry, whatever it is told */
  readonly sendsTelemetry?: boolean;
}

export interface ModelForm {
  readonly form: RegExp;
  readonly allowed: string;
}

/** In what an agent differs on Amazon Bedrock. */
export interface BedrockFacts {
  /** it speaks OpenAI's API, which another endpoint answers with rights of its own */
  readonly isMantle?: boolean;
  /** whether it speaks with models of Anthropic, with these alone or with all others; with all if left away */
  readonly claude?: 'only' | 'never';
  /** what it writes in front of a model */
  readonly prefix?: string;
  /** of which foundation models it calls a profile instead, by a part of their ids, in which part of the world */
  readonly rewrites?: Readonly<Record<string, readonly string[]>>;
  /** it looks for a model of each family of Claude, unless told which to take */
  readonly pinsFamilies?: boolean;
}

const ALL_ROUTES = ['bedrock', 'provider', 'llmGateway'] as const;

const ALL_LIMITS = ['turns', 'minutes', 'dollars'] as const;

const VENDOR = 'use a key of its vendor';

/** they speak to their vendors only, and do not tell what a job used */
const VENDOR_ONLY = {
  routes: ['provider'],
  otherRoutes: VENDOR,
  limits: ['minutes'],
  namesDollars: false,
  sendsTelemetry: false,
} as const;

const FACTS: Record<CliName, CliFacts> = {
  'claude-code': {
    title: 'Claude Code',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    bedrock: { claude: 'only', pinsFamilies: true },
    limits: ALL_LIMITS,
    namesDollars: true,
  },
  codex: {
    title: 'Codex',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    bedrock: { claude: 'never', isMantle: true },
    // its output counts no turns
    limits: ['minutes', 'dollars'],
    namesDollars: false,
  },
  opencode: {
    title: 'OpenCode',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    unpriced: ['llmGateway'],
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
  },
  'gemini-cli': {
    title: 'Gemini CLI',
    routes: ['provider', 'llmGateway'],
    otherRoutes: 'Amazon Bedrock has no Gemini: use an API key of Google',
    limits: ALL_LIMITS,
    namesDollars: false,
  },
  kiro: { title: 'Kiro', ...VENDOR_ONLY },
  cursor: { title: 'Cursor CLI', ...VENDOR_ONLY },
  custom: {
    title: 'an agent of your own',
    routes: ALL_ROUTES,
    otherRoutes: VENDOR,
    limits: ['minutes'],
    namesDollars: false,
  },
};

export function factsOf(name: CliName): CliFacts {
  return FACTS[name];
}

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
