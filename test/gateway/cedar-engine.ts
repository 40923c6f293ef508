import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { actionName } from '../../lib/gateway/policy/cedar-context';
import type { PolicyContext, PolicyTarget } from '../../lib/gateway/policy/cedar-context';
import { cedarSchema } from '../../lib/gateway/policy/cedar-schema';
import type { JsonSchema, KnownTool } from '../../lib/gateway/targets/tool-schema';
import type { ToolPolicy } from '../../lib/gateway/policy/tool-policy';

// Policies under Cedar's own engine, as AgentCore runs it.

export const GATEWAY = 'arn:aws:bedrock-agentcore:eu-central-1:111122223333:gateway/tools-a1b2c3d4e5';

const text = { type: 'string' };
const REPOSITORY = { owner: text, repo: text };

function tool(name: string, readOnly: boolean, properties: Record<string, JsonSchema>, required: string[]): KnownTool {
  return { name, readOnly, inputSchema: { type: 'object', properties, required } };
}

/** like the broker: every tool known, reads and writes */
export const GITHUB: PolicyTarget = {
  targetName: 'github',
  readOnly: false,
  dynamic: false,
  tools: [
    tool('get_issue', true, { ...REPOSITORY, number: { type: 'integer' } }, ['owner', 'repo', 'number']),
    tool('list_issues', true, { ...REPOSITORY, labels: { type: 'array', items: text } }, ['owner']),
    tool('create_issue', false, { ...REPOSITORY, title: text }, ['owner', 'repo', 'title']),
    tool('push_files', false, { ...REPOSITORY, files: { type: 'array', items: file() } }, ['owner', 'repo', 'files']),
    tool('rate_limit', true, {}, []),
  ],
};

/** like GitHub's own server, without write tools */
export const GH_READ: PolicyTarget = { targetName: 'gh-read', readOnly: true, dynamic: false };

export const SLACK: PolicyTarget = {
  targetName: 'slack',
  readOnly: false,
  dynamic: false,
  tools: [
    tool('search', true, { query: text, score: { type: 'number' }, exact: { type: 'boolean' } }, ['query']),
    tool('post_message', false, { channel: text, text, options: { type: 'object', properties: { thread: text } } }, [
      'channel',
      'text',
    ]),
  ],
};

export const JIRA: PolicyTarget = { targetName: 'jira', readOnly: false, dynamic: true };

export const TARGETS = [GITHUB, GH_READ, SLACK, JIRA];

function file(): JsonSchema {
  return { type: 'object', properties: { path: text, content: text }, required: ['path', 'content'] };
}

export function contextOf(targets: PolicyTarget[] = TARGETS, usesJwt = true): PolicyContext {
  return { gatewayArn: GATEWAY, usesJwt, targets };
}

/** What the strict validator finds wrong with policies on these targets. */
export function findings(policies: ToolPolicy[], targets: PolicyTarget[] = TARGETS): string[] {
  return findingsOf(
    policies.map((policy) => policy._statement(contextOf(targets))),
    cedarSchema(targets),
  );
}

export function findingsOf(statements: string[], schema: string): string[] {
  const answer = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema,
    policies: { staticPolicies: statements.join('\n') },
  });
  return answer.type === 'failure'
    ? answer.errors.map(({ message }) => message)
    : answer.validationErrors.map(({ error }) => error.message);
}

/** A call as AgentCore asks about it. */
export interface Call {
  readonly target: string;
  readonly tool: string;
  readonly input?: cedar.Context;
  /** the call has no arguments, and AgentCore hands over none */
  readonly isBare?: boolean;
  /** the claims as they are in the token; without them an IAM principal calls */
  readonly claims?: Record<string, unknown>;
  readonly gateway?: string;
}

/** The decision, without the schema: of some targets AgentCore knows tools that we do not. */
export function decision(policies: ToolPolicy[], call: Call, targets: PolicyTarget[] = TARGETS): string {
  const statements = policies.map((policy) => policy._statement(contextOf(targets)));
  return answerOf(requestOf(call, statements));
}

/** The decision with the call itself checked against the schema. */
export function checkedDecision(policies: ToolPolicy[], call: Call, targets: PolicyTarget[] = TARGETS): string {
  const statements = policies.map((policy) => policy._statement(contextOf(targets)));
  const request = requestOf(call, statements);
  const entities = request.entities.filter(({ uid }) => 'type' in uid && uid.type !== 'AgentCore::Action');
  return answerOf({ ...request, entities, schema: cedarSchema(targets), validateRequest: true });
}

function answerOf(request: cedar.AuthorizationCall): string {
  const answer = cedar.isAuthorized(request);
  if (answer.type === 'failure') {
    throw new Error(answer.errors.map(({ message }) => message).join('; '));
  }
  // a forbid that fails with an error is skipped: none may
  if (answer.response.diagnostics.errors.length > 0) {
    throw new Error(JSON.stringify(answer.response.diagnostics.errors));
  }
  return answer.response.decision;
}

function requestOf(
  { target, tool, input = {}, isBare, claims, gateway }: Call,
  statements: string[],
): cedar.AuthorizationCall {
  const principal =
    claims === undefined
      ? { type: 'AgentCore::IamEntity', id: 'arn:aws:sts::111122223333:assumed-role/Agent' }
      : { type: 'AgentCore::OAuthUser', id: 'user-1' };
  const action = (id: string): cedar.TypeAndId => ({ type: 'AgentCore::Action', id });
  return {
    principal,
    action: action(actionName(target, tool)),
    resource: { type: 'AgentCore::Gateway', id: gateway ?? GATEWAY },
    context: {
      ...(isBare === true ? {} : { input }),
      system: { now: { __extn: { fn: 'datetime', arg: '2026-10-01' } } },
    },
    policies: { staticPolicies: statements.join('\n') },
    entities: [
      { uid: principal, attrs: { id: principal.id }, parents: [], ...(claims && { tags: tagsOf(claims) }) },
      { uid: action(actionName(target, tool)), attrs: {}, parents: [action(target)] },
      { uid: action(target), attrs: {}, parents: [action('CallTool')] },
    ],
  };
}

/** strings as they are, everything else as JSON text, null not at all */
function tagsOf(claims: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
