import { Duration, Token } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { invalid } from '../private/errors';
import { secretIn } from '../private/secret-patterns';

const SHORTEST = 60;
const LONGEST = 28_800;
const DEFAULT_IDLE = 900;
const TAG_KEY = /^(?!aws:)[a-zA-Z0-9\s._:/=+@-]{1,128}$/i;
const TAG_VALUE = /^[a-zA-Z0-9\s._:/=+@-]{0,256}$/;

/**
 * The lifecycle with the defaults of the service filled in.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-lifecycle-settings.html
 */
export function lifecycleOf(scope: Construct, idle?: Duration, max?: Duration): agentcore.LifecycleConfiguration {
  checkRange(scope, 'idleTimeout', idle);
  checkRange(scope, 'maxLifetime', max);
  const maxLifetime = max ?? Duration.seconds(LONGEST);
  const idleRuntimeSessionTimeout = idle ?? defaultIdle(maxLifetime);
  const known = !idleRuntimeSessionTimeout.isUnresolved() && !maxLifetime.isUnresolved();
  if (known && idleRuntimeSessionTimeout.toSeconds() > maxLifetime.toSeconds()) {
    throw invalid(scope, 'IdleBeyondLifetime', {
      what: 'idleTimeout exceeds maxLifetime, so it would never apply',
      got: `${idleRuntimeSessionTimeout.toSeconds()} s`,
      allowed: `at most the maxLifetime of ${maxLifetime.toSeconds()} s`,
      fix: 'shorten idleTimeout or lengthen maxLifetime',
    });
  }
  return { idleRuntimeSessionTimeout, maxLifetime };
}

function defaultIdle(maxLifetime: Duration): Duration {
  return maxLifetime.isUnresolved()
    ? Duration.seconds(DEFAULT_IDLE)
    : Duration.seconds(Math.min(DEFAULT_IDLE, maxLifetime.toSeconds()));
}

function checkRange(scope: Construct, prop: string, duration: Duration | undefined): void {
  if (duration === undefined || duration.isUnresolved()) {
    return;
  }
  const seconds = duration.toMilliseconds() / 1000;
  if (!Number.isInteger(seconds) || seconds < SHORTEST || seconds > LONGEST) {
    throw invalid(scope, 'LifecycleOutOfRange', {
      what: `${prop} is out of range`,
      got: `${seconds} s`,
      allowed: `whole seconds from ${SHORTEST} (one minute) to ${LONGEST} (8 hours)`,
      fix: 'a session that ends can be resumed by its id: its session storage is kept',
    });
  }
}

export function checkDescription(scope: Construct, of: string, description: string | undefined, longest: number): void {
  checkNoSecret(scope, `the description of ${of}`, description);
  if (description === undefined || Token.isUnresolved(description)) {
    return;
  }
  if (description.length < 1 || description.length > longest) {
    throw invalid(scope, 'DescriptionLength', {
      what: `the description of ${of} has the wrong length`,
      got: `${description.length} characters`,
      allowed: `1 to ${longest}`,
      fix: description === '' ? 'leave it away' : 'shorten it',
    });
  }
}

/** Refuses what looks like a credential in something that many may read; the value itself is not printed. */
export function checkNoSecret(scope: Construct, where: string, text: string | undefined): void {
  const secret = text === undefined ? undefined : secretIn(text);
  if (secret !== undefined) {
    throw invalid(scope, 'SecretInPlainText', {
      what: `${where} holds what looks like ${secret}, and is plain text`,
      allowed: 'text that anyone who may describe the agent may read',
      fix: 'remove it, and revoke the credential if it was ever committed',
    });
  }
}

export function checkTags(scope: Construct, tags: Record<string, string>): void {
  for (const [key, value] of Object.entries(tags)) {
    checkNoSecret(scope, `tag '${key}'`, value);
    if (!Token.isUnresolved(key) && !TAG_KEY.test(key)) {
      throw invalid(scope, 'InvalidTagKey', {
        what: 'this is not a key for a tag',
        got: key,
        allowed: `1 to 128 letters, digits, spaces and . _ : / = + @ -, not starting with 'aws:'`,
        fix: 'rename the tag',
      });
    }
    if (!Token.isUnresolved(value) && !TAG_VALUE.test(value)) {
      throw invalid(scope, 'InvalidTagValue', {
        what: `the value of tag '${key}' cannot be stored`,
        got: value,
        allowed: 'at most 256 letters, digits, spaces and . _ : / = + @ -',
        fix: 'shorten it or replace the other characters',
      });
    }
  }
}
