import type { Check } from './check';
import { CALLER_CHECKS } from './callers';
import { CREDENTIAL_CHECKS } from './credentials';
import { GATEWAY_CHECKS } from './gateways';
import { GRANT_CHECKS } from './grants';
import { INSTANCE_CHECKS } from './instances';
import { KNOWN_CHECKS } from './runtimes';
import { MOUNT_CHECKS } from './mounts';
import { REACH_CHECKS } from './reach';
import { ROLE_CHECKS } from './roles';
import { RUNTIME_CHECKS } from './runtimes';
import { SECURITY_HUB_CHECKS } from './security-hub';
import { TARGET_CHECKS } from './targets';
import { USER_CHECKS } from './users';

/** Every rule, in the order of the docs. */
export const CHECKS: Check[] = [
  ...SECURITY_HUB_CHECKS,
  ...CREDENTIAL_CHECKS,
  ...CALLER_CHECKS,
  ...GATEWAY_CHECKS,
  ...TARGET_CHECKS,
  ...USER_CHECKS,
  ...RUNTIME_CHECKS,
  ...REACH_CHECKS,
  ...INSTANCE_CHECKS,
  ...MOUNT_CHECKS,
  ...ROLE_CHECKS,
  ...GRANT_CHECKS,
  ...KNOWN_CHECKS,
];
