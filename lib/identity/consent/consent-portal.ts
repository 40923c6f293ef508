import { CfnOutput, Fn, Stack, Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { PerEnvironment } from '../../private/environments';
import { invalid } from '../../private/errors';
import { checkPlace, ownerOf } from '../../private/references';
import type { IMcpGateway } from '../contracts';
import { clientWith, makeProvider } from '../oauth/client';
import { checkScopes } from '../oauth/scopes';
import { checkClientId } from '../oauth/server';
import { OAuthVendor } from '../oauth/vendor';
import { replaceableName } from '../provider-name';
import type { SecretReference } from '../secret-reference';
import { bindSecret } from '../secret-reference';
import { ConsentPortalRole } from './portal-role';
import { checkProps } from '../../private/kinds';

const LONGEST_NAME = 50;
const SCHEME = 'https://';
const OPENID = 'openid';
const portals = new WeakMap<IMcpGateway, ConsentPortal>();
const taken = new PerEnvironment();

/** A portal in which people connect their accounts. */
export interface ConsentPortalProps {
  /** The gateway whose targets people connect to. It must be guarded by `InboundAuth.jwt(...)`; one portal for each. */
  readonly gateway: IMcpGateway;

  /**
   * The id of a client at the issuer that guards the gateway: a confidential web application with the authorization code
   * grant, whose access tokens are JWTs that the gateway lets in.
   */
  readonly clientId: string;

  /** The secret of the client. */
  readonly clientSecret: SecretReference;

  /**
   * What the portal asks the issuer for, besides `openid`, which is always asked for.
   *
   * @default - `openid` alone
   */
  readonly scopes?: string[];

  /**
   * For whom the token is meant: `audience` in the request. Auth0 needs it to give out a JWT.
   *
   * @default - the issuer decides
   */
  readonly audience?: string;

  /**
   * The name: 1 to 50 letters, digits, dashes and underscores, of which an account has one. Another name, or another
   * gateway, makes another portal: change it together with the gateway, also when `gatewayName` replaces that.
   *
   * @default - a name out of the path of the portal, and a new one for a new gateway
   */
  readonly portalName?: string;
}

/**
 * A page hosted by AWS where people sign in at the company's identity provider, see the services that the gateway calls
 * for them, and connect their accounts. Its URLs serve `OutboundIdentity.userConsent`.
 *
 * Two steps: deploy, then register `callbackUrl` with the client at the identity provider, as a web redirect and without
 * a slash at the end. New targets appear in it within five minutes.
 *
 * It belongs into the stack of its gateway: it is made after the gateway, and targets with `portal` are made after it.
 * Gateway, portal and targets in two stacks would wait for each other.
 *
 * Errors: a gateway guarded by IAM, or made in another stack of the app; a second portal for a gateway; a name that is
 * taken or not valid.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-consent-portal.html
 */
export class ConsentPortal extends Construct {
  /** The ARN of the portal. */
  public readonly portalArn: string;

  /** The page for people, with its scheme and without a slash at the end. */
  public readonly portalUrl: string;

  /** The redirect URL to register with the client at the identity provider. */
  public readonly callbackUrl: string;

  /** Where the browser goes after consent: the return URL of targets. */
  public readonly returnUrl: string;

  /** The id of the gateway. */
  public readonly gatewayId: string;

  private readonly role: ConsentPortalRole;

  public constructor(scope: Construct, id: string, props: ConsentPortalProps) {
    super(scope, id);
    checkProps(this, 'ConsentPortalProps', props);
    const { gateway, clientId, clientSecret, audience } = props;
    const discovery = this.issuerOf(gateway);
    this.checkStack(gateway);
    const scopes = [...new Set([OPENID, ...(props.scopes ?? [])])];
    checkClientId(clientId);
    checkScopes(props.scopes ?? scopes);
    this.takeGateway(gateway);
    const name = this.nameFrom(props);
    const secret = bindSecret(this, clientSecret, 'clientSecret');
    const provider = makeProvider(
      this,
      'Issuer',
      OAuthVendor.custom(discovery)._render(clientWith(clientId, secret), this),
    );
    this.gatewayId = gateway.gatewayId;
    this.role = new ConsentPortalRole(this, 'Access', { portalName: name, gateway });
    this._addProvider(provider.name, secret.statements);
    const portal = new agentcore.CfnConsentPortal(this, 'Resource', {
      name,
      sources: [{ identifier: gateway.gatewayId, type: 'agentcore-gateway' }],
      executionRoleArn: this.role.roleArn,
      idpConfig: { credentialProviderArn: provider.providerArn, scopes, audience },
    });
    portal.node.addDependency(this.role);
    this.portalArn = portal.attrConsentPortalArn;
    // the service gives the URL with or without its scheme, which is known only at deployment
    this.portalUrl = SCHEME + Fn.join('', Fn.split(SCHEME, portal.attrPortalUrl));
    this.callbackUrl = `${this.portalUrl}/callback`;
    this.returnUrl = `${this.portalUrl}/connect/callback`;
  }

  /** Outputs that an operator needs after the first deployment: where people go, and what to register. */
  public addOutputs(): void {
    new CfnOutput(this, 'Url', { value: this.portalUrl, description: 'Where people connect their accounts' });
    new CfnOutput(this, 'CallbackUrl', {
      value: this.callbackUrl,
      description: 'Register it as a web redirect with the client at the identity provider',
    });
  }

  /**
   * Lets the portal use the provider of one more target, whose consent it finishes.
   * @internal
   */
  public _addProvider(providerName: string, secretStatements: iam.PolicyStatement[]): void {
    this.role.addProvider(providerName, secretStatements);
  }

  private issuerOf({ inboundAuth, node }: IMcpGateway): { discoveryUrl: string } {
    const rules = inboundAuth._rules;
    if (rules === undefined) {
      throw invalid(this, 'PortalNeedsUserToken', {
        what: 'callers of this gateway sign AWS requests, so it has no people who could connect an account',
        got: node.path,
        allowed: 'a gateway with InboundAuth.jwt(...)',
        fix: 'guard the gateway with InboundAuth.jwt(...), or use OutboundIdentity.bot or broker instead of consent',
      });
    }
    const { discoveryUrl, privateEndpoint } = rules;
    return { discoveryUrl, ...(privateEndpoint && { privateEndpoint }) };
  }

  private checkStack(gateway: IMcpGateway): void {
    const { gatewayId, gatewayArn, node } = gateway;
    checkPlace(
      this,
      { resource: gateway, arn: gatewayArn },
      {
        code: 'GatewayElsewhere',
        what: `gateway '${node.path}' is`,
        than: 'the portal',
        same: ['region', 'account'],
        fix: 'make the portal in the account and region of the gateway',
      },
    );
    const owner = ownerOf(gatewayId);
    if (owner !== undefined && Stack.of(owner) !== Stack.of(this)) {
      throw invalid(this, 'PortalInOtherStack', {
        what: 'this gateway is made in another stack: the portal would wait for that stack, and it for the portal',
        got: `${node.path} in stack '${Stack.of(owner).stackName}'`,
        allowed: `a gateway of stack '${Stack.of(this).stackName}', or one that this app does not make`,
        fix: 'make the portal in the stack of the gateway',
      });
    }
  }

  private takeGateway(gateway: IMcpGateway): void {
    const other = portals.get(gateway);
    if (other !== undefined) {
      throw invalid(this, 'GatewayHasPortal', {
        what: 'this gateway has a consent portal already',
        got: other.node.path,
        allowed: 'one portal for each gateway',
        fix: 'use that one',
      });
    }
    portals.set(gateway, this);
  }

  private nameFrom({ portalName, gateway }: ConsentPortalProps): string {
    // CloudFormation makes the portal of a new gateway before it deletes the old one
    const name =
      portalName ?? replaceableName(this, LONGEST_NAME, JSON.stringify(Stack.of(this).resolve(gateway.gatewayId)));
    if (Token.isUnresolved(name) || !/^[a-zA-Z0-9_-]{1,50}$/.test(name)) {
      throw invalid(this, 'InvalidPortalName', {
        what: 'this is not a name for a consent portal',
        got: name,
        allowed: `a literal of 1 to ${LONGEST_NAME} letters, digits, dashes and underscores`,
        fix: 'leave it away for a generated name',
      });
    }
    const owner = taken.take(this, name);
    if (owner !== undefined) {
      throw invalid(this, 'PortalNameTaken', {
        what: 'two consent portals of one account and region share a name',
        got: name,
        allowed: 'a name of its own for each',
        fix: `it belongs to '${owner.node.path}'; leave it away for a generated name`,
      });
    }
    return name;
  }
}
