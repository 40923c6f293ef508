/* A coding agent that does as its prompt says: a JSON list of [step, argument]. */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const say = (record) => process.stdout.write(`${JSON.stringify(record)}\n`);
const text = (words) => say({ event: { type: 'text', text: words } });

const STEPS = {
  text,
  line: (line) => process.stdout.write(`${line}\n`),
  raw: (words) => process.stdout.write(words),
  event: (event) => say({ event }),
  note: (note) => say(note),
  stderr: (words) => process.stderr.write(words),
  wait,
  // a file is there
  until: async (file) => {
    while (!existsSync(file)) {
      await wait(20);
    }
  },
  exit: (code) => process.exit(code),
  write: ([file, content]) => writeFileSync(file, content),
  append: ([file, content]) => appendFileSync(file, content),
  read: (file) => text(readFileSync(file, 'utf8')),
  env: (name) => text(`${name}=${process.env[name]}`),
  pwd: () => text(process.cwd()),
  arguments: () => text(process.argv.slice(2).join(' ')),
  // at the address that the adapter gave
  callTool: async (body) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    await (await fetch(process.env.FAKE_TOOLS, { method: 'POST', headers, body })).text();
  },
  // as the agent could: whatever it likes, to whatever listens
  invoke: async ([url, body, headers = {}]) => {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
    text(`${answer.status} ${JSON.parse(await answer.text()).error?.code}`);
  },
  shell: (command) => spawn('bash', ['-c', command], { stdio: ['ignore', 'inherit', 'inherit'] }).unref(),
  ignoreTerm: () => process.on('SIGTERM', () => text('not yet')),
  // a process that leaves the group, as a server in the background does
  escape: () => text(`escaped ${spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).pid}`),
  // a process that stays in the group and holds the pipe
  child: () => text(`child ${spawn('sleep', ['600'], { stdio: 'inherit' }).pid}`),
  // as fast as the pipe takes it, for so many megabytes; or at so many for each second
  flood: async ([megabytes, perSecond = Infinity]) => {
    const line = `${JSON.stringify({ event: { type: 'text', text: 'x'.repeat(8000) } })}\n`;
    const start = performance.now();
    for (let sent = 0; sent < megabytes * 1_000_000; sent += line.length) {
      if (!process.stdout.write(line)) {
        await new Promise((resolve) => process.stdout.once('drain', resolve));
      }
      const early = (sent / 1_000_000 / perSecond) * 1000 - (performance.now() - start);
      if (early > 5) {
        await wait(early);
      }
    }
  },
};

const parts = [];
for await (const part of process.stdin) {
  parts.push(part);
}
for (const [step, argument] of JSON.parse(Buffer.concat(parts).toString())) {
  await STEPS[step](argument);
}
