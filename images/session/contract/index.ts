/*
 * What the parts of the session server agree on.
 *
 *   caller --/invocations--> server --(process group)--> CLI --http--> bridge --SigV4 or JWT--> gateway
 *                              |                                          ^
 *                           journal (/mnt/workspace/.agent)               | a process of its own
 *
 * Nothing secret or unique is made before the first job: on platform version V2 all sessions start from one snapshot.
 * For the same reason the server itself speaks no TLS: OpenSSL's random state would be shared between sessions. All that
 * leaves the microVM leaves it from the bridge, a process that is started with the first job.
 */
export type { CliName } from '../../../lib/contract/agents';
export type { LimitSettings, PriceSettings, RouteSettings } from '../../../lib/contract/session';
export type * from './bridge';
export type * from './cli';
export type * from './jobs';
