import type { TextForm } from '../../lib/contract/catalogue/arguments';
import { isOwner, isRepositoryName } from '../shared/repository';

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const LOGIN = /^[A-Za-z0-9_-]{1,60}(?:\[bot\])?$/;
const SLUG = /^[A-Za-z0-9._-]{1,100}$/;
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
/** a search is of one repository, whatever it says */
const OTHER_SCOPE = /\b(?:repo|org|user|owner|enterprise)\s*:/i;
/** control and format characters, which include those that turn the direction of text, and halves of characters */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a text has the form that an argument wants. */
export const FORMS: Readonly<Record<TextForm, (text: string) => boolean>> = {
  owner: isOwner,
  repository: isRepositoryName,
  branch: isBranchName,
  ref: isRefName,
  path: isPath,
  sha: (text) => SHA.test(text),
  login: (text) => LOGIN.test(text),
  slug: (text) => SLUG.test(text),
  date: (text) => DATE.test(text) && !Number.isNaN(Date.parse(text)),
  query: (text) => text.trim() !== '' && !INVISIBLE.test(text) && !OTHER_SCOPE.test(text),
};

/** Text of several lines: without other control characters and halves of characters. */
export function isPlainText(text: string): boolean {
  return !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\p{Cs}/u.test(text);
}

/** Not what could be taken for the full name of another branch, or for the one that is checked out. */
function isBranchName(text: string): boolean {
  return isRefName(text) && !/^(?:refs|heads)\//i.test(text) && text !== 'HEAD';
}

/** The rules of git for names of references. */
function isRefName(text: string): boolean {
  const parts = text.split('/');
  return (
    !INVISIBLE.test(text) &&
    !/[ ~^:?*[\\]|\.\.|@\{/.test(text) &&
    !text.startsWith('-') &&
    text !== '@' &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.') && !part.endsWith('.lock'))
  );
}

/** From the root of the repository, and not out of it. */
function isPath(text: string): boolean {
  const parts = text.split('/');
  return (
    !INVISIBLE.test(text) &&
    !text.includes('\\') &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
  );
}
