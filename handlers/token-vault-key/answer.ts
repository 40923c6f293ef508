import {
  BedrockAgentCoreControlClient,
  GetTokenVaultCommand,
  ResourceNotFoundException,
  SetTokenVaultCMKCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import type { KmsConfiguration } from '@aws-sdk/client-bedrock-agentcore-control';
import { VAULT_ID } from '../../lib/contract/token-vault';
import type { Answer, CustomResourceEvent } from './event';
import { checkEvent } from './settings';
import type { Settings } from './settings';

// rights that were given a moment ago are not in force everywhere yet
const DENIED_TRIES = 5;
const DENIED_PAUSE = 5_000;

/** Does what CloudFormation asks for, and never throws: an error left unanswered would hang the deployment. */
export async function answerOf(event: CustomResourceEvent, settings: Settings, pause = sleep): Promise<Answer> {
  try {
    const vault = new TokenVault();
    for (let left = DENIED_TRIES - 1; ; left--) {
      try {
        await change(vault, event, settings);
        return { status: 'SUCCESS' };
      } catch (error) {
        if (nameOf(error) !== 'AccessDeniedException' || left === 0) {
          throw error;
        }
        await pause(DENIED_PAUSE);
      }
    }
  } catch (error) {
    return { status: 'FAILED', reason: reasonOf(error) };
  }
}

async function change(vault: TokenVault, event: CustomResourceEvent, settings: Settings): Promise<void> {
  const { keyArn: wanted, replaceExistingKey } = settings;
  if (event.RequestType === 'Delete') {
    // also the end of a creation that was refused: the key there may be somebody else's
    if (settings.setBackOnDelete && (await vault.key()) === wanted) {
      await vault.set({ keyType: 'ServiceManagedKey' });
    }
    return;
  }
  checkEvent(event, settings);
  const present = await vault.key();
  if (present === wanted) {
    return;
  }
  // an event can lie about it, and gains no more than the key of this stack on the vault
  const ours = event.OldResourceProperties?.KeyArn;
  if (present !== undefined && present !== ours && !replaceExistingKey) {
    throw new Refusal(present);
  }
  await vault.set({ keyType: 'CustomerManagedKey', kmsKeyArn: wanted });
}

class TokenVault {
  private readonly client = new BedrockAgentCoreControlClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
  });

  /** the customer-managed key; undefined for the one that AWS manages */
  public async key(): Promise<string | undefined> {
    try {
      const { kmsConfiguration } = await this.client.send(new GetTokenVaultCommand({ tokenVaultId: VAULT_ID }));
      return kmsConfiguration?.keyType === 'CustomerManagedKey' ? kmsConfiguration.kmsKeyArn : undefined;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) {
        // an account gets its vault with its first credential
        return undefined;
      }
      throw error;
    }
  }

  public async set(kmsConfiguration: KmsConfiguration): Promise<void> {
    await this.client.send(new SetTokenVaultCMKCommand({ tokenVaultId: VAULT_ID, kmsConfiguration }));
  }
}

class Refusal extends Error {
  public override readonly name = 'TokenVaultHasOtherKey';

  public constructor(keyArn: string) {
    super(
      `the token vault is encrypted with another customer-managed key, ${keyArn}, which this stack did not set; ` +
        'set replaceExistingKey: true to replace it. If a rollback stops here, continue it and skip this resource',
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'the token vault could not be changed';
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
