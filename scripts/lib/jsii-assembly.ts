import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';

interface Redirect {
  readonly schema?: string;
  readonly filename?: string;
}

/** The description of the API that jsii wrote; compressed, it is a tenth of the size that every user downloads. */
export function readAssembly(file: string): unknown {
  const written = JSON.parse(readFileSync(file, 'utf8')) as Redirect;
  if (written.schema !== 'jsii/file-redirect' || written.filename === undefined) {
    return written;
  }
  return JSON.parse(gunzipSync(readFileSync(path.join(path.dirname(file), written.filename))).toString('utf8'));
}
