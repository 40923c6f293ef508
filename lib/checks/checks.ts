import type { Check } from './check';
import { CALLER_CHECKS } from './checks-callers';
import { CREDENTIAL_CHECKS } from './checks-credentials';
import { GATEWAY_CHECKS } from './checks-gateways';
import { GRANT_CHECKS } from './checks-grants';
import { MOUNT_CHECKS } from './checks-mounts';
import { ROLE_CHECKS } from './checks-roles';
import { RUNTIME_CHECKS } from './checks-runtimes';
import { SECURITY_HUB_CHECKS } from './checks-security-hub';
import { TARGET_CHECKS } from './checks-targets';
import { USER_CHECKS } from './checks-users';

/** Every rule, in the order of the docs. */
export const CHECKS: Check[] = [
  ...SECURITY_HUB_CHECKS,
  ...CREDENTIAL_CHECKS,
  ...CALLER_CHECKS,
  ...GATEWAY_CHECKS,
  ...TARGET_CHECKS,
  ...USER_CHECKS,
  ...RUNTIME_CHECKS,
  ...MOUNT_CHECKS,
  ...ROLE_CHECKS,
  ...GRANT_CHECKS,
];
