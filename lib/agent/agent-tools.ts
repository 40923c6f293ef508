import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { CliName } from '../contract/agents';
import { factsOf, LONGEST_TOOL_NAME, toolPrefixOf } from '../contract/agents';
import { GATEWAY_AUTH_VARIABLE, GATEWAY_URL_VARIABLE, GIT_CREDENTIAL_VARIABLE } from '../contract/session';
import type { GitCredential } from '../git/git-credential';
import type { InboundAuth } from '../identity/inbound-auth';
import type { JwtAuthProps } from '../identity/jwt-rules';
import type { IMcpGateway } from '../identity/contracts';
import type { Need } from '../contract/reach';
import { watchTools } from '../identity/contracts';
import { invalid } from '../private/errors';
import { checkPlace } from '../private/references';
import type { CodingAgentProps } from './coding-agent-props';

const AUTHORIZATION = 'Authorization';
/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-header-allowlist.html */
const MOST_HEADERS = 20;
const CUSTOM_HEADER = /^X-Amzn-Bedrock-AgentCore-Runtime-Custom-[A-Za-z0-9-]+$/i;

/** What the gateway of an agent turns into. */
export interface AgentTools {
  readonly statements: iam.PolicyStatement[];
  readonly environment: Record<string, string>;
  readonly requestHeaders?: string[];
  /** what a session connects to */
  readonly needs: readonly Need[];
}

/** The right to call the gateway, its address, and the way on which the caller's token gets there. */
export function agentToolsOf(scope: Construct, props: CodingAgentProps, inboundAuth: InboundAuth): AgentTools {
  const { gateway, gitCredential, requestHeaders = [] } = props;
  checkHeaders(scope, requestHeaders, inboundAuth);
  checkToolPlaces(scope, gateway, gitCredential);
  const environment = {
    ...(gateway && {
      [GATEWAY_URL_VARIABLE]: gateway.gatewayUrl,
      [GATEWAY_AUTH_VARIABLE]: gateway.inboundAuth.usesJwt ? 'jwt' : 'iam',
    }),
    ...(gitCredential && { [GIT_CREDENTIAL_VARIABLE]: gitCredential.functionArn }),
  };
  const headers = requestHeaders.filter((header) => header.toLowerCase() !== AUTHORIZATION.toLowerCase());
  const passesToken = gateway?.inboundAuth.usesJwt === true || headers.length < requestHeaders.length;
  if (gateway?.inboundAuth.usesJwt === true) {
    checkToken(scope, gateway, inboundAuth);
  }
  const allowed = [...(passesToken ? [AUTHORIZATION] : []), ...headers];
  checkCount(scope, allowed);
  return {
    statements: statementsOf(gateway, gitCredential),
    environment,
    requestHeaders: allowed.length > 0 ? allowed : undefined,
    needs: [
      ...(gateway ? [{ service: 'bedrock-agentcore.gateway', purpose: 'the tools of the gateway' }] : []),
      ...(gitCredential
        ? [
            { service: 'lambda', purpose: 'the credentials of git' },
            { host: gitCredential._host, onInternet: gitCredential._isOnInternet, purpose: 'git' },
          ]
        : []),
    ],
  };
}

/** Refuses a gateway with a tool whose name is too long with what this coding agent puts in front, also one added later. */
export function checkToolPrefix(scope: Construct, gateway?: IMcpGateway, cli?: CliName): void {
  const prefix = cli && toolPrefixOf(cli);
  if (gateway === undefined || cli === undefined || prefix === undefined) {
    return;
  }
  watchTools(gateway, (targetName, toolNames) => {
    const room = LONGEST_TOOL_NAME - prefix.length;
    const tooLong = toolNames.filter((name) => name.length > room);
    if (tooLong.length > 0) {
      throw invalid(scope, 'ToolNameTooLongForAgent', {
        what: `${factsOf(cli).title} would call a tool of this agent's gateway '${prefix}${tooLong[0]}': ${prefix.length + tooLong[0].length} characters, and the APIs of models take ${LONGEST_TOOL_NAME}`,
        got: `${tooLong[0]} (${tooLong[0].length} characters)${tooLong.length > 1 ? ` and ${tooLong.length - 1} more` : ''}`,
        allowed: `at most ${room} characters, the name of the target and three underscores among them`,
        fix: `shorten '${targetName}' by ${Math.max(...tooLong.map(({ length }) => length)) - room}`,
      });
    }
  });
}

function checkToolPlaces(scope: Construct, gateway?: IMcpGateway, gitCredential?: GitCredential): void {
  if (gateway !== undefined) {
    checkPlace(
      scope,
      { resource: gateway, arn: gateway.gatewayArn },
      {
        code: 'GatewayElsewhere',
        what: `gateway '${gateway.node.path}' is`,
        than: 'the agent',
        // a policy of the gateway, or its issuer, may let agents of other accounts in
        same: ['region'],
        fix: 'make a gateway in the region of the agent: its calls are signed for that region, and its network leads to gateways there',
      },
    );
  }
  if (gitCredential !== undefined) {
    checkPlace(
      scope,
      { resource: gitCredential, arn: gitCredential.functionArn },
      {
        code: 'GitCredentialElsewhere',
        what: `git credential '${gitCredential.node.path}' is`,
        than: 'the agent',
        same: ['region', 'account'],
        fix: 'make a GitCredential in the account and region of the agent',
      },
    );
  }
}

/** what is called with a token is not asked for in IAM */
function statementsOf(gateway?: IMcpGateway, gitCredential?: GitCredential): iam.PolicyStatement[] {
  const statements: iam.PolicyStatement[] = [];
  if (gateway?.inboundAuth.usesJwt === false) {
    const rights = { actions: ['bedrock-agentcore:InvokeGateway'], resources: [gateway.gatewayArn] };
    statements.push(new iam.PolicyStatement(rights));
  }
  if (gitCredential !== undefined) {
    const rights = { actions: ['lambda:InvokeFunction'], resources: [gitCredential.functionArn] };
    statements.push(new iam.PolicyStatement(rights));
  }
  return statements;
}

/** the token that opens the agent is the one that it passes on */
function checkToken(scope: Construct, gateway: IMcpGateway, inboundAuth: InboundAuth): void {
  const [asked, brought] = [gateway.inboundAuth._rules, inboundAuth._rules];
  if (asked === undefined || brought === undefined) {
    throw invalid(scope, 'NoTokenForGateway', {
      what: `gateway '${gateway.node.path}' asks for the caller's token, and callers of this agent bring none`,
      got: 'InboundAuth.iam()',
      allowed: 'the same InboundAuth.jwt(...) as that of the gateway',
      fix: 'make one InboundAuth.jwt value and give it to both; or guard the gateway with InboundAuth.iam(), where tools cannot act for users',
    });
  }
  const flaw = flawOf(asked, brought);
  if (flaw !== undefined) {
    throw invalid(scope, 'TokenNotForGateway', {
      what: `the token that opens this agent would not open its gateway '${gateway.node.path}': ${flaw}`,
      got: brought.discoveryUrl,
      allowed: asked.discoveryUrl,
      fix: 'give the same InboundAuth.jwt value to both',
    });
  }
}

function flawOf(asked: JwtAuthProps, brought: JwtAuthProps): string | undefined {
  if (asked.discoveryUrl !== brought.discoveryUrl) {
    return 'they trust different issuers';
  }
  if (areDisjoint(asked.allowedClients, brought.allowedClients)) {
    return 'they allow no client in common';
  }
  return areDisjoint(asked.allowedAudiences, brought.allowedAudiences) ? 'they allow no audience in common' : undefined;
}

function areDisjoint(a: string[] = [], b: string[] = []): boolean {
  return a.length > 0 && b.length > 0 && !a.some((value) => b.includes(value));
}

function checkCount(scope: Construct, headers: string[]): void {
  if (headers.length > MOST_HEADERS) {
    throw invalid(scope, 'TooManyRequestHeaders', {
      what: 'too many headers would reach the agent',
      got: headers.includes(AUTHORIZATION)
        ? `${headers.length}, Authorization for the gateway among them`
        : headers.length,
      allowed: `at most ${MOST_HEADERS}`,
      fix: 'keep those that the agent reads, or put the rest into the payload',
    });
  }
}

function checkHeaders(scope: Construct, headers: string[], inboundAuth: InboundAuth): void {
  headers.forEach((header, index) => {
    const isToken = header.toLowerCase() === AUTHORIZATION.toLowerCase();
    const isTwice = headers.findIndex((other) => other.toLowerCase() === header.toLowerCase()) !== index;
    if (isTwice || (!isToken && !CUSTOM_HEADER.test(header))) {
      throw invalid(scope, 'InvalidRequestHeader', {
        what: `requestHeaders lists a header ${isTwice ? 'twice' : 'that AgentCore does not let through'}`,
        got: header,
        allowed: 'Authorization, and names that start with X-Amzn-Bedrock-AgentCore-Runtime-Custom-, each once',
        fix: isTwice ? 'remove one' : 'rename it, or put the value into the payload',
      });
    }
    if (isToken && !inboundAuth.usesJwt) {
      throw invalid(scope, 'AuthorizationWithoutToken', {
        what: 'requestHeaders lists Authorization, which holds a signature and no token',
        got: 'InboundAuth.iam()',
        allowed: 'Authorization for agents with InboundAuth.jwt(...)',
        fix: 'remove it',
      });
    }
  });
}
