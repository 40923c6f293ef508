import { answerOf } from './answer';
import type { CustomResourceEvent } from './event';
import { respond } from './respond';
import { isOfCloudFormation } from './response-url';
import type { Settings } from './settings';

/** Sets the key of the token vault for CloudFormation. Nothing is done for an event whose answer it would not get. */
export function createHandler(settings: Settings, isTrusted: (responseUrl: string) => boolean = isOfCloudFormation) {
  return async (event: CustomResourceEvent): Promise<void> => {
    if (!isTrusted(event.ResponseURL)) {
      throw new Error('the event is not from CloudFormation: its ResponseURL is none of CloudFormation');
    }
    await respond(event, await answerOf(event, settings));
  };
}
