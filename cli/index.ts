#!/usr/bin/env node
import { main } from './main';

const output = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
};

void main(process.argv.slice(2), output).then((code) => {
  process.exitCode = code;
});
