import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissionsOf } from '../../lib/git/broker-tools';
import { CATALOGUE } from '../../lib/contract/catalogue';

// docs/github-app.md is followed by hand, so what it says is checked here.

const DOC = readFileSync(join(__dirname, '..', '..', 'docs', 'github-app.md'), 'utf8');

/** what stands between two comments of the document */
function part(name: string): string {
  const [, text] = new RegExp(`<!-- ${name} -->\\n+([\\s\\S]*?)\\n+<!-- end -->`).exec(DOC) ?? [];
  if (text === undefined) {
    throw new Error(`docs/github-app.md has no part '${name}'`);
  }
  return text;
}

const commandsOf = (name: string) => part(name).replace(/^```sh\n|\n```$/g, '');

describe('the tables are those of the catalogue', () => {
  const label = (permission: string) => {
    const words = permission.replace('_', ' ');
    return words[0].toUpperCase() + words.slice(1);
  };

  test('permissions of each toolset, for what is on by default', () => {
    const defaults = CATALOGUE.filter(({ sensitive }) => sensitive !== true);
    const toolsets = [...new Set(CATALOGUE.map(({ toolset }) => toolset))];
    const levels = (toolset: string, readOnly: boolean) =>
      Object.entries(
        permissionsOf(
          defaults.filter((row) => row.toolset === toolset && (!readOnly || row.permission.level === 'read')),
        ),
      )
        .map(([name, level]) => `${label(name)}: ${level === 'write' ? 'read and write' : 'read-only'}`)
        .join(', ');
    expect(part('permissions')).toBe(
      [
        '| toolset | to read | to read and write |',
        '|---|---|---|',
        ...toolsets.map((toolset) => {
          const [read, all] = [levels(toolset, true), levels(toolset, false)];
          return `| \`${toolset}\` | ${read} | ${all === read ? '-' : all} |`;
        }),
      ].join('\n'),
    );
  });

  test('tools', () => {
    expect(part('tools')).toBe(
      [
        '| tool | toolset | permission of its token | by default |',
        '|---|---|---|---|',
        ...CATALOGUE.map(
          ({ name, toolset, permission, sensitive }) =>
            `| \`${name}\` | \`${toolset}\` | \`${permission.name}: ${permission.level}\` | ${sensitive ? 'off' : 'on'} |`,
        ),
      ].join('\n'),
    );
  });
});

describe('the commands are those of the script', () => {
  const SCRIPT = readFileSync(join(__dirname, '..', '..', 'scripts', 'import-github-app-key.sh'), 'utf8');

  test.each(['parameters', 'wrap', 'import'])('%s', (name) => {
    expect(SCRIPT).toContain(commandsOf(name));
  });
});
