/* A coding agent that prints so many megabytes a second for so many seconds, as its prompt says; then it is done. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

const TICK_MS = 10;
const MB = 1_000_000;
// what agents print: prose and code, no single letter over and over
const WORDS = 'const answer = await tools.call("get_issue", { number: 7 }); // it breaks in src/main.ts:12, as told\n';
const LINE = `${JSON.stringify({ type: 'text', text: WORDS.repeat(10) })}\n`;

let prompt = '';
for await (const part of process.stdin) {
  prompt += part;
}
const { megabytes = 0, seconds = 0 } = JSON.parse(prompt);
const most = megabytes * MB * seconds;
const start = performance.now();
let sent = 0;
while (sent < most) {
  const due = Math.min(most, ((performance.now() - start) / 1000) * megabytes * MB);
  const lines = Math.max(0, Math.ceil((due - sent) / LINE.length));
  sent += lines * LINE.length;
  if (!process.stdout.write(LINE.repeat(lines))) {
    await once(process.stdout, 'drain');
  }
  await wait(TICK_MS);
}
const took = (performance.now() - start) / 1000;
// what the server did not take in time, it held back
const text = JSON.stringify({ megabytes: sent / MB, seconds: took });
console.log(JSON.stringify({ type: 'result', result: { status: 'succeeded', text, turns: 1 } }));
