import type { Resource } from '../template/resource';
import type { Entry } from './reader/facts';
import { entry, sorted } from './reader/facts';
import type { Reader } from './reader/reader';

/** Whose tokens open a gateway, a runtime or a harness. */
export function authorizerOf(resource: Resource, reader: Reader): Entry {
  const jwt = resource.get('AuthorizerConfiguration', 'CustomJWTAuthorizer');
  const all = (key: string): string[] => sorted(reader.texts(jwt.get(key)));
  return entry({
    issuer: reader.text(jwt.get('DiscoveryUrl')),
    clients: all('AllowedClients'),
    audiences: all('AllowedAudience'),
    scopes: all('AllowedScopes'),
    claims: jwt
      .get('CustomClaims')
      .items.map((claim) => reader.lines(claim).join(', '))
      .sort(),
    workloads: reader.lines(jwt.get('AllowedWorkloadConfiguration')),
  });
}
