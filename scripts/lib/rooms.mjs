/*
 * The rooms of the code and what each may import. ESLint enforces it (eslint.config.mjs), and test/rooms.test.ts checks that
 * no folder is left out.
 */

/** The rooms of `lib` that make constructs, from the ground up: a room imports only rooms before it. */
export const CONSTRUCTS = [
  'contract',
  'private',
  'network',
  'logs',
  'storage',
  'mixins',
  'identity',
  'monitoring',
  'git',
  'gateway',
  'agent',
  'audit',
];

/** The rooms of `lib` that read the templates of any app, from the ground up. They see no construct, and none sees them. */
export const OFFLINE = ['template', 'checks', 'report'];

/** The rooms of both that everything in `lib` may import. */
const SHARED = ['contract', 'private'];

/** The rooms of the programs in a session, from the ground up; `main.ts` puts them together. */
export const SESSION = [
  'contract',
  'shared',
  'process',
  'repository',
  'cli',
  'journal',
  'jobs',
  'bridge',
  'git',
  'server',
];

/** folders below a room: lib/gateway/targets is one deep */
const DEEPEST = 2;

/** The blocks of an ESLint configuration that hold every file to its room. */
export function roomRules() {
  return [
    ...CONSTRUCTS.flatMap((room, i) => rulesOf('lib', room, [...CONSTRUCTS.slice(i + 1), ...OFFLINE])),
    ...OFFLINE.flatMap((room, i) =>
      rulesOf('lib', room, [...CONSTRUCTS.filter((other) => !SHARED.includes(other)), ...OFFLINE.slice(i + 1)]),
    ),
    ...SESSION.flatMap((room, i) => rulesOf('images/session', room, SESSION.slice(i + 1), [ONLY_CONTRACT])),
    { files: ['handlers/**/*.ts', 'cli/**/*.ts', 'images/session/*.ts'], rules: restricted([ONLY_CONTRACT]) },
  ];
}

/** what runs elsewhere is bundled without the CDK */
const ONLY_CONTRACT = {
  regex: '(^|/)lib/(?!contract(/|$))',
  message: 'what runs in functions and sessions imports only lib/contract',
};

const NOTHING_ELSE = { regex: '^[^.]', message: 'lib/contract imports nothing: it is bundled into every program' };

function rulesOf(parent, room, forbidden, more = []) {
  const own = parent === 'lib' && room === 'contract' ? [NOTHING_ELSE] : [];
  return Array.from({ length: DEEPEST + 1 }, (_, depth) => ({
    files: [`${parent}/${room}/${'*/'.repeat(depth)}*.ts`],
    rules: restricted([...above(room, forbidden, depth), ...own, ...more]),
  }));
}

/** the way up is as long as the file is deep: a folder in a room may have the name of another room */
function above(room, forbidden, depth) {
  const up = '\\.\\./'.repeat(depth + 1);
  const message = `'${room}' imports only rooms below it: see scripts/lib/rooms.mjs`;
  return [
    { regex: `^${up}(index)?$`, message },
    ...(forbidden.length === 0 ? [] : [{ regex: `^${up}(${forbidden.join('|')})(/|$)`, message }]),
  ];
}

function restricted(patterns) {
  return { 'no-restricted-imports': ['error', { patterns }] };
}
