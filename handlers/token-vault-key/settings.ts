import {
  KEY_ARN_VARIABLE,
  REPLACE_EXISTING_KEY_VARIABLE,
  SET_BACK_VARIABLE,
  VAULT_ID,
} from '../../lib/contract/token-vault';
import type { CustomResourceEvent } from './event';

/** What this function may do. Whoever may invoke it can write any event, so it does not follow what that says. */
export interface Settings {
  readonly keyArn: string;
  readonly replaceExistingKey: boolean;
  readonly setBackOnDelete: boolean;
}

/** The settings in the variables of the function. */
export function settingsOf(environment: NodeJS.ProcessEnv): Settings {
  const keyArn = environment[KEY_ARN_VARIABLE];
  if (keyArn === undefined || keyArn === '') {
    throw new Error(`set the variable ${KEY_ARN_VARIABLE}`);
  }
  return {
    keyArn,
    replaceExistingKey: flagOf(environment, REPLACE_EXISTING_KEY_VARIABLE),
    setBackOnDelete: flagOf(environment, SET_BACK_VARIABLE),
  };
}

function flagOf(environment: NodeJS.ProcessEnv, variable: string): boolean {
  const value = environment[variable];
  if (value !== 'true' && value !== 'false') {
    throw new Error(`set the variable ${variable} to true or false`);
  }
  return value === 'true';
}

/**
 * Refuses an event that asks for something else. CloudFormation changes the variables before it sends an update, and
 * back before it rolls one back, as the resource depends on its function.
 */
export function checkEvent({ ResourceProperties: asked }: CustomResourceEvent, settings: Settings): void {
  if (
    asked.TokenVaultId !== VAULT_ID ||
    asked.KeyArn !== settings.keyArn ||
    asked.ReplaceExistingKey !== String(settings.replaceExistingKey)
  ) {
    throw new ForeignEvent();
  }
}

class ForeignEvent extends Error {
  public override readonly name = 'EventNotOfThisStack';

  public constructor() {
    super('the event asks for another vault, key or replaceExistingKey than those that this function was deployed for');
  }
}
