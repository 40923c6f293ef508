import type { Resource } from '../../template/resource';
import type { Entry } from '../../report/reader/facts';
import { entry, sorted } from '../../report/reader/facts';
import type { Reader } from '../../report/reader/reader';

/** Where people consent that agents act for them. */
export function portalEntry(portal: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(portal),
    kind: 'consent portal',
    role: reader.about(portal.get('ExecutionRoleArn')),
    signIn: reader.about(portal.get('IdpConfig', 'CredentialProviderArn')),
    scopes: sorted(reader.texts(portal.get('IdpConfig', 'Scopes'))),
    gateways: sorted(portal.get('Sources').items.flatMap((source) => reader.about(source.get('Identifier')) ?? [])),
  });
}

/** What a gateway does with some calls: where they go, and with what. */
export function ruleEntry(rule: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(rule),
    kind: 'gateway rule',
    gateway: reader.about(rule.get('GatewayIdentifier')),
    priority: reader.text(rule.get('Priority')),
    when: reader.lines(rule.get('Conditions')),
    does: reader.lines(rule.get('Actions')),
  });
}

/** A name under which agents get tokens, and where a browser may be sent with a consent. */
export function identityOf(identity: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(identity),
    kind: 'workload identity',
    returnUrls: sorted(reader.texts(identity.get('AllowedResourceOauth2ReturnUrls'))),
  });
}
