import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolloutOf, tokensOfRollout } from '../../../images/session/cli/codex-meter';
import { plainTextNow } from '../../../images/session/shared/files';

// an agent can put anything in the place of its own files: the server must neither wait nor fill its memory

const home = mkdtempSync(join(tmpdir(), 'home-'));
const sessions = join(home, '.codex', 'sessions');
mkdirSync(sessions, { recursive: true });
const at = (name: string): string => join(sessions, name);
const LINE =
  '{"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":9,"output_tokens":2}}}}';

execFileSync('mkfifo', [at('rollout-pipe.jsonl')]);
symlinkSync('/dev/zero', at('rollout-zero.jsonl'));
writeFileSync(at('rollout-plain.jsonl'), `${LINE}\n`);

test.each(['pipe', 'zero', 'gone'])('Codex: no tokens from a conversation that is a %s', (id) => {
  expect(tokensOfRollout(rolloutOf(home, id) ?? at(`rollout-${id}.jsonl`))).toBeNull();
});

test('Codex: those of a plain file', () => {
  expect(tokensOfRollout(rolloutOf(home, 'plain'))).toEqual({ input: 9, output: 2, cacheRead: 0, cacheWrite: 0 });
});

test('a file that is too large is none', () => {
  expect(plainTextNow(at('rollout-plain.jsonl'), 10)).toBeUndefined();
});
