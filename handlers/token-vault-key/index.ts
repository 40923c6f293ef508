import { answerOf } from './answer';
import type { CustomResourceEvent } from './event';
import { respond } from './respond';

/** Sets the key of the token vault for CloudFormation. */
export async function handler(event: CustomResourceEvent): Promise<void> {
  await respond(event, await answerOf(event));
}
