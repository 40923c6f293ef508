import type { AgentEvent, JobResult } from '../contract';
import { LONGEST_SECRET } from '../shared/scrub';
import type { Scrubber } from '../shared/scrub';

/** of a text of the agent; what is longer is cut, with a mark */
const LONGEST_TEXT = 256 * 1024;
/** of what goes into a tool and comes out of it, and of messages */
export const LONGEST_DETAIL = 4 * 1024;
/** of what names something: the code of a notice */
const LONGEST_NAME = 1024;

/** The event as it may be stored and sent: without secrets, with bounds. */
export function storable(event: AgentEvent, scrubber: Scrubber): AgentEvent {
  const detail = <T extends string | undefined>(text: T) => shortened(text, LONGEST_DETAIL, scrubber);
  switch (event.type) {
    case 'text':
      return { ...event, text: shortened(event.text, LONGEST_TEXT, scrubber) };
    case 'tool': {
      const { input, output } = event;
      return defined({
        ...event,
        name: detail(event.name),
        id: detail(event.id),
        input: detail(input),
        output: detail(output),
      });
    }
    case 'step':
      return defined({ ...event, detail: detail(event.detail) });
    case 'notice':
      return { ...event, code: shortened(event.code, LONGEST_NAME, scrubber), message: detail(event.message) };
    case 'result':
      return { ...event, result: storableResult(event.result, scrubber) };
    case 'consent':
      return scrubber.value(event);
    default:
      return event;
  }
}

export function storableResult(result: JobResult, scrubber: Scrubber): JobResult {
  const { text, message } = result;
  return {
    ...result,
    text: shortened(text, LONGEST_TEXT, scrubber),
    message: shortened(message, LONGEST_DETAIL, scrubber),
  };
}

function shortened<T extends string | null | undefined>(text: T, longest: number, scrubber: Scrubber): T {
  if (typeof text !== 'string') {
    return text;
  }
  const seen = longest + LONGEST_SECRET;
  const whole = scrubber.text(text.slice(0, seen));
  // what is seen can end in half a secret, which moves forward where others were taken out before it
  const end = text.length > seen ? Math.min(longest, Math.max(0, whole.length - LONGEST_SECRET)) : longest;
  return (whole.length > end ? `${whole.slice(0, end)}${mark(Math.max(text.length, whole.length) - end)}` : whole) as T;
}

function mark(length: number): string {
  return `\n[cut: ${length} more characters]`;
}

/** JSON leaves away what is undefined, and so do comparisons of tests */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
