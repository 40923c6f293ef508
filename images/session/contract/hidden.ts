import { inspect } from 'node:util';
import type { Hidden } from '.';

const SHOWN = '[hidden]';

/** A secret that shows itself only when asked by name: not in logs, not as JSON, not in an error. */
export function hidden(text: string): Hidden {
  return new HiddenText(text);
}

class HiddenText implements Hidden {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  public reveal(): string {
    return this.#text;
  }

  public toString(): string {
    return SHOWN;
  }

  public toJSON(): string {
    return SHOWN;
  }

  public [inspect.custom](): string {
    return SHOWN;
  }
}
