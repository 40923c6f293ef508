import { Duration } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { invalid } from '../private/errors';

const SHORTEST = 60;
const LONGEST = 28_800;
const DEFAULT_IDLE = 900;

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
