import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';

const LINK = /!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;
const REFERENCE = /^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s.*)?$/gm;

/** Relative links in the repository's Markdown that lead to no file or to no heading. */
export function linkProblems(root: string): string[] {
  return markdownFiles(root).flatMap((file) => {
    const text = withoutCode(readFileSync(path.join(root, file), 'utf8'));
    const targets = [...text.matchAll(LINK), ...text.matchAll(REFERENCE)].map((match) => match[1]);
    return targets
      .filter((target) => !leadsSomewhere(root, file, target))
      .map((t) => `${file} links to ${t}: not there`);
  });
}

function markdownFiles(root: string): string[] {
  // new files count before they are committed, ignored ones never do
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', '*.md'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  return [...new Set(listed)].filter((file) => existsSync(path.join(root, file)));
}

function leadsSomewhere(root: string, from: string, target: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) {
    return true;
  }
  const [file, anchor] = target.split('#');
  const base = file.startsWith('/') ? root : path.join(root, path.dirname(from));
  const full = file ? path.join(base, decodeURIComponent(file)) : path.join(root, from);
  if (!existsSync(full)) {
    return false;
  }
  return !anchor || !full.endsWith('.md') || statSync(full).isDirectory() || anchors(full).has(anchor);
}

function anchors(file: string): Set<string> {
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(/<a\s[^>]*\b(?:id|name)="([^"]+)"/g)].map((match) => match[1]);
  const found = new Set(named);
  for (const [, heading] of withoutCode(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    found.add(unused(slug(heading), found));
  }
  return found;
}

/** GitHub's way from a heading to its anchor. */
function slug(heading: string): string {
  const text = heading.replace(/<[^>]+>/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replace(/ /g, '-');
}

function unused(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 1; taken.has(free); i++) {
    free = `${name}-${i}`;
  }
  return free;
}

function withoutCode(text: string): string {
  return text
    .replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1`*\s*$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''));
}
