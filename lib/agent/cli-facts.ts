import type { CliName, LimitSettings, RouteSettings } from './session-settings';

export type RouteKind = RouteSettings['via'];
export type PackagedCli = Exclude<CliName, 'custom'>;

/** What is known of an agent at synthesis; the adapters of the session server hold the rest. */
export interface CliFacts {
  /** as people call it */
  readonly title: string;
  readonly routes: readonly RouteKind[];
  /** the bounds of a job that it can hold */
  readonly limits: readonly (keyof LimitSettings)[];
  /** whether it says itself what a job cost */
  readonly namesDollars: boolean;
}

const ALL_ROUTES = ['bedrock', 'provider', 'llmGateway'] as const;
const ALL_LIMITS = ['turns', 'minutes', 'dollars'] as const;

const FACTS: Record<CliName, CliFacts> = {
  'claude-code': { title: 'Claude Code', routes: ALL_ROUTES, limits: ALL_LIMITS, namesDollars: true },
  // its output counts no turns
  codex: { title: 'Codex', routes: ALL_ROUTES, limits: ['minutes', 'dollars'], namesDollars: false },
  opencode: { title: 'OpenCode', routes: ALL_ROUTES, limits: ALL_LIMITS, namesDollars: true },
  // Bedrock has no Gemini
  'gemini-cli': {
    title: 'Gemini CLI',
    routes: ['provider', 'llmGateway'],
    limits: ALL_LIMITS,
    namesDollars: false,
  },
  // these speak to their vendors only, and do not tell what a job used
  kiro: { title: 'Kiro', routes: ['provider'], limits: ['minutes'], namesDollars: false },
  cursor: { title: 'Cursor CLI', routes: ['provider'], limits: ['minutes'], namesDollars: false },
  custom: { title: 'an agent of your own', routes: ALL_ROUTES, limits: ['minutes'], namesDollars: false },
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
