/*
 * Writes a CLI's organisation-managed settings: ours, with those of MANAGED_SETTINGS (JSON) on top.
 * usage: merge-settings.mjs OURS TARGET     TARGET is written as TOML if it ends so, else as JSON
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

const [, , ours, target] = process.argv;
const settings = merge(JSON.parse(readFileSync(ours, 'utf8')), given(process.env.MANAGED_SETTINGS));
mkdirSync(path.dirname(target), { recursive: true });
writeFileSync(target, target.endsWith('.toml') ? toml(settings) : `${JSON.stringify(settings, null, 2)}\n`, {
  mode: 0o644,
});

function given(text) {
  if (!text) {
    return {};
  }
  try {
    const value = JSON.parse(text);
    if (isTable(value)) {
      return value;
    }
  } catch {
    // said below
  }
  return fail("MANAGED_SETTINGS must be one JSON object in the words of the CLI's own settings");
}

function fail(problem) {
  console.error(problem);
  process.exit(1);
}

/** tables key by key, everything else as a whole */
function merge(base, over) {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = isTable(merged[key]) && isTable(value) ? merge(merged[key], value) : value;
  }
  return merged;
}

function isTable(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** values before tables, or they would belong to the table above them */
function toml(table, name = []) {
  const entries = Object.entries(table).filter(([, value]) => value !== null);
  const values = entries
    .filter(([, value]) => !isTable(value))
    .map(([key, value]) => `${quoted(key)} = ${inline(value)}`);
  const tables = entries.filter(([, value]) => isTable(value)).map(([key, value]) => toml(value, [...name, key]));
  const header = name.length > 0 && values.length > 0 ? [`[${name.map(quoted).join('.')}]`] : [];
  return [[...header, ...values].map((line) => `${line}\n`).join(''), ...tables].filter(Boolean).join('\n');
}

function inline(value) {
  if (Array.isArray(value)) {
    return `[${value.map(inline).join(', ')}]`;
  }
  if (isTable(value)) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${quoted(key)} = ${inline(item)}`)
      .join(', ')} }`;
  }
  if (value === null) {
    fail('MANAGED_SETTINGS has null inside a list, and TOML knows no null; leave the entry away');
  }
  // the escapes of JSON's strings are those of TOML's basic strings
  return JSON.stringify(value);
}

function quoted(key) {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}
