import * as fc from 'fast-check';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { McpGatewayProps } from '../../lib';
import {
  ApiKeyScheme,
  ConsentPortal,
  InboundAuth,
  McpGateway,
  ListingMode,
  OAuthVendor,
  OutboundIdentity,
  Rate,
  RateLimit,
  SchemaSource,
  ToolBroker,
  ToolPolicy,
  ToolTarget,
} from '../../lib';
import { anyText, letters, maybe, mostly, record, SECRET, text, TOKEN } from './recipes';

// Random gateways. As with agents, a recipe is inert and printable, and `cookGateway` makes the app of it.

export type GatewayRecipe = typeof GATEWAY_RECIPE extends fc.Arbitrary<infer T> ? T : never;

export interface IdentityRecipe {
  readonly as: 'bot' | 'nobody' | 'gatewayRole' | 'exchange' | 'entra' | 'consent' | 'broker';
  /** the reason, the service, the tenant, the vendor or the JSON key */
  readonly word?: string;
  /** of the header of a key, or of an exchange */
  readonly header?: string;
  readonly prefix?: string;
  readonly scopes?: string[];
  readonly returnUrl?: string;
  readonly isDynamic?: boolean;
  readonly tools?: string[];
}

export interface TargetRecipe {
  readonly kind: 'github' | 'jira' | 'slack' | 'server' | 'api' | 'function' | 'runtime';
  readonly name: string;
  readonly identity?: IdentityRecipe;
  readonly url?: string;
  readonly headers?: string[];
  readonly tools?: string[];
  readonly hasToolSchema?: boolean;
  readonly priority?: number;
}

const ISSUER = 'https://login.example.com/.well-known/openid-configuration';
const EU = { account: '111122223333', region: 'eu-central-1' };
const NAMES = ['github', 'gh-read', 'jira', 'slack', 'docs', 'api', 'hooks', 'wiki', 'crm', 'deploy', 'x1', 'Y'];
const TOOLS = ['list_issues', 'create_issue', 'post'];

const some = fc.subarray(TOOLS, { minLength: 1 });
const anyTexts = fc.array(anyText, { maxLength: 2 });
const name = mostly(fc.constantFrom(...NAMES), anyText, fc.constantFrom('', 'a_b', 'a--b', TOKEN, 'Mcp', 'Gateway'));
const names = mostly(fc.subarray(NAMES.slice(0, 4), { minLength: 1 }), fc.array(name, { maxLength: 2 }));
const claim = mostly(
  fc.constantFrom('sub', 'groups', 'scope'),
  anyText,
  fc.constantFrom('jti', 'cognito:groups', TOKEN),
);
const url = mostly(
  fc.constantFrom('https://mcp.example.com/mcp', 'https://wiki.example.com:8443/x?y=1', TOKEN),
  anyText,
  fc.constantFrom('http://a.example.com', 'https://10.0.0.1/', 'https://u:p@a.example.com', 'https://localhost', ''),
);
const scopes = mostly(
  fc.subarray(['read', 'offline_access', 'api://x/y'], { minLength: 1 }),
  anyTexts,
  fc.constantFrom<string[]>([], ['a', 'a'], ['a b']),
);
const count = mostly(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(-1, 0.5, 1e9));

type Identity = fc.Arbitrary<IdentityRecipe>;
const as = <T extends IdentityRecipe['as']>(kind: T): fc.Arbitrary<T> => fc.constant(kind);

const bot: Identity = fc.record({
  as: as('bot'),
  word: mostly(fc.constant('token'), anyText, fc.constantFrom(SECRET, '', TOKEN)),
  header: maybe(mostly(fc.constantFrom('x-api-key', 'Authorization'), anyText)),
  prefix: maybe(mostly(fc.constant('Token'), anyText, fc.constant('Bearer '))),
});
const nobody: Identity = fc.record({
  as: as('nobody'),
  word: mostly(fc.constant('the documentation is public anyway'), anyText),
});
const gatewayRole: Identity = fc.record({
  as: as('gatewayRole'),
  word: mostly(fc.constantFrom('execute-api', 'bedrock-agentcore'), anyText),
});
const person: Identity = fc.oneof(
  fc.record({ as: as('exchange'), scopes, header: maybe(anyText), isDynamic: maybe(fc.boolean()) }),
  fc.record({ as: as('entra'), scopes, word: mostly(fc.constant('acme.onmicrosoft.com'), anyText) }),
  fc.record({
    as: as('consent'),
    scopes,
    word: fc.constantFrom('github', 'slack', 'atlassian'),
    returnUrl: mostly(fc.constant('https://connect.example.com/done'), url),
  }),
);
const broker: Identity = fc.record({ as: as('broker'), tools: some });
const anybody = fc.oneof(bot, nobody, gatewayRole);
const atVendor = fc.oneof(bot, nobody);
const signed: Identity = fc.constant({ as: 'gatewayRole', word: 'bedrock-agentcore' });

/** a target that mostly fits callers who bring a token, or do not */
function targetFor(usesJwt: boolean): fc.Arbitrary<TargetRecipe> {
  const caller = usesJwt ? fc.oneof(anybody, person) : mostly(anybody, person);
  const customer = usesJwt ? fc.oneof(atVendor, person) : mostly(atVendor, person, gatewayRole);
  const kind = <T extends TargetRecipe['kind']>(...kinds: T[]): fc.Arbitrary<T> => fc.constantFrom(...kinds);
  // people who consent need a list of tools
  const hasToolSchema = mostly(fc.constant(true), fc.constant(false));
  const listed = { hasToolSchema, priority: maybe(count) };
  const headers = mostly(fc.constant<string[]>(['X-Team']), anyTexts, fc.constant(['Authorization']));
  return fc.oneof(
    fc.record({ kind: kind('github', 'jira', 'slack'), name, identity: mostly(customer, broker), ...listed }),
    fc.record({ kind: mostly(kind('github'), kind('jira', 'slack')), name, identity: broker }),
    fc.record({
      kind: kind('server'),
      name,
      identity: mostly(caller, broker),
      url,
      headers: maybe(headers),
      ...listed,
    }),
    fc.record({ kind: kind('api'), name, identity: mostly(caller, broker), url }),
    fc.record({ kind: kind('function'), name, tools: mostly(some, anyTexts) }),
    fc.record({ kind: kind('runtime'), name, identity: maybe(mostly(signed, anybody, person)) }),
  );
}

/** what names no target fits every gateway */
const policy = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      permitCallers: claim,
      values: mostly(fc.constant<string[]>(['coders']), anyTexts, fc.constant<string[]>(['a*b', TOKEN])),
    }),
  },
  { weight: 1, arbitrary: fc.record({ permitTargets: names }) },
  { weight: 1, arbitrary: fc.constant({ readOnly: true }) },
  {
    weight: 1,
    arbitrary: fc.record({ deny: mostly(fc.constantFrom(...NAMES.map((target) => `${target}___post`)), anyText) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      repositories: mostly(fc.constantFrom('acme/web', 'acme/*'), anyText),
      targets: maybe(names),
    }),
  },
);
const limit = fc.oneof(
  fc.record({ perCaller: count, claim }),
  fc.record({ perTarget: count, target: maybe(name) }),
  fc.record({ perTool: count, tool: maybe(mostly(fc.constant('github___post'), anyText)) }),
);

const gatewayFor = (usesJwt: boolean) =>
  fc.record({
    usesJwt: fc.constant(usesJwt),
    authorizes: mostly(fc.constant(true), fc.constant(false)),
    placed: fc.boolean(),
    id: letters(/^[A-Z][\w.: -]*$/, 60),
    gatewayName: maybe(mostly(letters(/^[a-z][a-z0-9]*$/, 30), anyText, fc.constantFrom('', 'Tools', 'a_b', TOKEN))),
    description: maybe(mostly(fc.constant('tools of a team'), anyText, fc.constantFrom('', SECRET, 'x'.repeat(201)))),
    instructions: maybe(mostly(fc.constant('use them'), anyText, fc.constantFrom('', SECRET, 'x'.repeat(2049)))),
    sessionSeconds: maybe(mostly(fc.integer({ min: 900, max: 28_800 }), fc.integer({ min: 0, max: 90_000 }))),
    semanticSearch: maybe(fc.boolean()),
    singlePageToolLists: maybe(fc.boolean()),
    responseStreaming: maybe(fc.boolean()),
    isDebug: fc.boolean(),
    isLogOnly: mostly(fc.constant(false), fc.constant(true)),
    isEncrypted: fc.boolean(),
    isIntercepted: fc.boolean(),
    hasPortal: fc.boolean(),
    refreshes: fc.boolean(),
    webAcl: maybe(mostly(fc.constant('arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/x/1'), anyText)),
    tags: maybe(record(mostly(fc.constant('team'), anyText), mostly(fc.constant('platform'), anyText), 2)),
    policies: maybe(
      mostly(
        fc.array(policy, { maxLength: 2 }).map((more) => [{ permitAll: true }, ...more]),
        fc.array(policy, { maxLength: 3 }),
      ),
    ),
    rateLimits: maybe(fc.array(limit, { maxLength: 2 })),
    targets: fc.oneof(
      {
        weight: 12,
        arbitrary: fc.uniqueArray(targetFor(usesJwt), {
          maxLength: 11,
          size: 'max',
          selector: (one) => one.name.toLowerCase(),
        }),
      },
      { weight: 1, arbitrary: fc.array(targetFor(usesJwt), { maxLength: 6, size: 'max' }) },
    ),
  });

// made once: to make them takes longer than to draw a recipe from them
const WITH_JWT = gatewayFor(true);
const WITHOUT_JWT = gatewayFor(false);
export const GATEWAY_RECIPE = fc.boolean().chain((usesJwt) => (usesJwt ? WITH_JWT : WITHOUT_JWT));

/** Makes the app of a recipe. */
export function cookGateway(recipe: GatewayRecipe, context: Record<string, unknown> = {}): App {
  const app = new App({ context, analyticsReporting: false });
  const stack = new Stack(app, 'Stack', recipe.placed ? { env: EU } : {});
  const gateway = new McpGateway(stack, recipe.id, propsOf(stack, recipe));
  const secret = new secretsmanager.Secret(stack, 'Secret', { encryptionKey: new kms.Key(stack, 'SecretKey') });
  const kitchen: Kitchen = { stack, secret, portal: portalOf(recipe, gateway, secret) };
  recipe.targets.forEach((target) => gateway.addTarget(text(target.name), targetOf(kitchen, target)));
  return app;
}

interface Kitchen {
  readonly stack: Stack;
  readonly secret: secretsmanager.ISecret;
  readonly portal?: ConsentPortal;
}

function propsOf(stack: Stack, recipe: GatewayRecipe): McpGatewayProps {
  const { policies, rateLimits, usesJwt, sessionSeconds } = recipe;
  return {
    inboundAuth: authOf(recipe),
    gatewayName: text(recipe.gatewayName),
    description: text(recipe.description),
    instructions: text(recipe.instructions),
    sessionTimeout: sessionSeconds === undefined ? undefined : Duration.seconds(sessionSeconds),
    semanticSearch: recipe.semanticSearch,
    singlePageToolLists: recipe.singlePageToolLists,
    responseStreaming: recipe.responseStreaming,
    exceptionLevel: recipe.isDebug ? agentcore.GatewayExceptionLevel.DEBUG : undefined,
    policyMode: recipe.isLogOnly ? agentcore.PolicyEngineMode.LOG_ONLY : undefined,
    encryptionKey: recipe.isEncrypted ? new kms.Key(stack, 'Key') : undefined,
    requestInterceptor: recipe.isIntercepted ? { function: fn(stack, 'Interceptor') } : undefined,
    refreshTools: recipe.refreshes ? scheduler.ScheduleExpression.rate(Duration.days(1)) : undefined,
    webAclArn: text(recipe.webAcl),
    tags: recipe.tags,
    policies: policies?.map(policyOf),
    rateLimits: rateLimits?.map((one) => limitOf(one, usesJwt)),
  };
}

function authOf({ usesJwt, authorizes }: GatewayRecipe): InboundAuth {
  if (!authorizes) {
    return InboundAuth.authenticateOnly();
  }
  return usesJwt ? InboundAuth.jwt({ discoveryUrl: ISSUER, allowedClients: ['cli'] }) : InboundAuth.iam();
}

function portalOf(
  { hasPortal, usesJwt }: GatewayRecipe,
  gateway: McpGateway,
  secret: secretsmanager.ISecret,
): ConsentPortal | undefined {
  const clientSecret = { secret, jsonKey: 'portal' };
  return hasPortal && usesJwt && gateway.inboundAuth.usesJwt
    ? new ConsentPortal(gateway.node.scope!, 'The portal', { gateway, clientId: 'portal', clientSecret })
    : undefined;
}

function policyOf(one: NonNullable<GatewayRecipe['policies']>[number]): ToolPolicy {
  if ('permitTargets' in one) {
    return ToolPolicy.permitTargets(one.permitTargets.map(text));
  }
  if ('permitCallers' in one) {
    return ToolPolicy.permitCallers(text(one.permitCallers), one.values.map(text));
  }
  if ('deny' in one) {
    return ToolPolicy.deny([text(one.deny)]);
  }
  if ('repositories' in one) {
    return ToolPolicy.repositories([text(one.repositories)], { targets: one.targets?.map(text) });
  }
  return 'readOnly' in one ? ToolPolicy.readOnly() : ToolPolicy.permitAll();
}

function limitOf(one: NonNullable<GatewayRecipe['rateLimits']>[number], usesJwt: boolean): RateLimit {
  if ('perTarget' in one) {
    return RateLimit.perTarget(Rate.requestsPerMinute(one.perTarget), text(one.target));
  }
  if ('perTool' in one) {
    return RateLimit.perTool(Rate.requestsPerSecond(one.perTool), text(one.tool));
  }
  const rate = Rate.connectionsPerSecond(one.perCaller);
  return usesJwt ? RateLimit.perClaim(text(one.claim), rate) : RateLimit.perPrincipal(rate);
}

function targetOf(kitchen: Kitchen, target: TargetRecipe): ToolTarget {
  const { stack } = kitchen;
  const { kind, tools = [], url: at = '', headers: requestHeaders, priority: resourcePriority } = target;
  if (kind === 'function') {
    return ToolTarget.lambdaFunction({ function: fn(stack, 'Tools'), tools: tools.map(tool) });
  }
  if (kind === 'runtime') {
    const identity = target.identity && identityOf(kitchen, target.identity);
    return ToolTarget.agentRuntime({ runtime: runtimeIn(stack), identity });
  }
  const identity = identityOf(kitchen, target.identity!);
  if (kind === 'api') {
    return ToolTarget.openApi({ schema: SchemaSource.fromInline(api(at)), identity });
  }
  const common = { identity, resourcePriority, toolSchema: target.hasToolSchema === true ? LISTED : undefined };
  return kind === 'server'
    ? ToolTarget.mcpServer({ ...common, endpoint: text(at), requestHeaders })
    : ToolTarget[kind](common);
}

function identityOf({ stack, secret, portal }: Kitchen, recipe: IdentityRecipe): OutboundIdentity {
  const { word = '', header, prefix, scopes: asked = [], tools = [], isDynamic, returnUrl } = recipe;
  const client = { clientId: 'x', clientSecret: { secret, jsonKey: 'client' }, scopes: asked };
  switch (recipe.as) {
    case 'bot': {
      const scheme = header === undefined ? undefined : ApiKeyScheme.header(header, prefix);
      return OutboundIdentity.bot({ secret, jsonKey: text(word), scheme });
    }
    case 'nobody':
      return OutboundIdentity.none({ reason: word });
    case 'gatewayRole':
      return OutboundIdentity.gatewayRole({ service: word });
    case 'exchange': {
      const listing = isDynamic === undefined ? undefined : ListingMode[isDynamic ? 'DYNAMIC' : 'DEFAULT'];
      return OutboundIdentity.onBehalfOf({ ...client, discoveryUrl: ISSUER, audience: header, listing });
    }
    case 'entra':
      return OutboundIdentity.microsoft({ ...client, tenantId: word });
    case 'consent': {
      const returns = portal === undefined ? { returnUrl: text(returnUrl) } : { portal };
      return OutboundIdentity.userConsent({ ...client, ...returns, vendor: OAuthVendor[word as 'github']() });
    }
    case 'broker':
      return OutboundIdentity.broker(ToolBroker.fromFunction(fn(stack, 'Broker'), tools.map(tool)));
  }
}

const LISTED = SchemaSource.fromInline(
  JSON.stringify({
    tools: TOOLS.map((one) => ({
      name: one,
      description: `does ${one}`,
      inputSchema: { type: 'object', properties: { owner: { type: 'string' }, repo: { type: 'string' } } },
      annotations: { readOnlyHint: one === 'list_issues' },
    })),
  }),
);

function api(server: string): string {
  const servers = [{ url: server.replaceAll(TOKEN, 'https://api.example.com') }];
  return JSON.stringify({ openapi: '3.0.0', servers, paths: { '/x': { get: { operationId: 'getX' } } } });
}

function tool(named: string): agentcore.ToolDefinition {
  return { name: named, description: `does ${named}`, inputSchema: { type: agentcore.SchemaDefinitionType.OBJECT } };
}

function fn(stack: Stack, id: string): lambda.IFunction {
  const arn = `arn:aws:lambda:eu-central-1:111122223333:function:${id.toLowerCase()}:live`;
  return (
    (stack.node.tryFindChild(id) as lambda.IFunction | undefined) ?? lambda.Function.fromFunctionArn(stack, id, arn)
  );
}

function runtimeIn(stack: Stack): agentcore.Runtime {
  const present = stack.node.tryFindChild('Runtime') as agentcore.Runtime | undefined;
  const image = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/server:1';
  const agentRuntimeArtifact = agentcore.AgentRuntimeArtifact.fromImageUri(image);
  const protocolConfiguration = agentcore.ProtocolType.MCP;
  return present ?? new agentcore.Runtime(stack, 'Runtime', { agentRuntimeArtifact, protocolConfiguration });
}
