import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { secretIn } from '../contract/secret-patterns';
import { invalid } from './errors';

const TAG_KEY = /^(?!aws:)[a-zA-Z0-9\s._:/=+@-]{1,128}$/i;
const TAG_VALUE = /^[a-zA-Z0-9\s._:/=+@-]{0,256}$/;

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

/** The known names, those first that are the likeliest to be meant by a misspelt one. */
export function nearest(name: string, known: readonly string[]): string[] {
  return [...known].sort((a, b) => distance(name, a) - distance(name, b));
}

/** how many characters have to be typed, removed or replaced */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (char === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
