import type { Clock } from './clock';
import type { Deadline } from './deadline';
import type { Signer } from './signer';

/** GitHub advises to date it back, as clocks differ */
const BACK_DATING_SECONDS = 60;
/** GitHub refuses more than ten */
const LIFETIME_SECONDS = 9 * 60;

/** The token by which the GitHub App proves who it is. */
export async function appJwt(clientId: string, clock: Clock, signer: Signer, deadline: Deadline): Promise<string> {
  const iat = Math.floor(clock.now() / 1000) - BACK_DATING_SECONDS;
  const input = [
    { alg: 'RS256', typ: 'JWT' },
    { iat, exp: iat + LIFETIME_SECONDS, iss: clientId },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = await signer.sign(input, deadline);
  return `${input}.${signature.toString('base64url')}`;
}
