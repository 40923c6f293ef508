/*
 * The rooms of the code and what each may import. ESLint reports it while you write (eslint.config.mjs), by the text of an
 * import; test/rooms.test.ts resolves every import and checks the same, also where a text is written in another way.
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

/** The rooms that a room may import, itself among them. */
export function allowedFor(parent, room) {
  const upTo = (rooms) => rooms.slice(0, rooms.indexOf(room) + 1);
  if (parent === 'images/session') {
    return upTo(SESSION);
  }
  return OFFLINE.includes(room) ? [...SHARED, ...upTo(OFFLINE)] : upTo(CONSTRUCTS);
}

/** folders below a room: lib/gateway/targets is one deep */
const DEEPEST = 3;

/** what runs elsewhere is bundled without the CDK */
const ONLY_CONTRACT = {
  regex: '(^|/)lib(/?$|/(?!contract(/|$)))',
  message: 'what runs in functions and sessions imports only lib/contract',
};
const NO_CDK = { regex: '^(aws-cdk-lib|constructs)(/|$)', message: 'what runs elsewhere is bundled without the CDK' };
const NOT_ITSELF = { regex: '^cdk-coding-agents$', message: 'lib imports its own files, never the package' };
const NOTHING_ELSE = { regex: '^[^.]', message: 'lib/contract imports nothing: it is bundled into every program' };

/** The blocks of an ESLint configuration that hold every file to its room. */
export function roomRules() {
  return [
    { files: ['handlers/**/*.ts', 'images/**/*.ts'], rules: restricted([ONLY_CONTRACT, NO_CDK]) },
    { files: ['cli/**/*.ts'], rules: restricted([ONLY_CONTRACT]) },
    ...[...CONSTRUCTS, ...OFFLINE].flatMap((room) =>
      rulesOf('lib', room, room === 'contract' ? [NOTHING_ELSE] : [NOT_ITSELF]),
    ),
    ...SESSION.flatMap((room) => rulesOf('images/session', room, [ONLY_CONTRACT, NO_CDK])),
  ];
}

function rulesOf(parent, room, more) {
  return Array.from({ length: DEEPEST + 1 }, (_, depth) => ({
    files: [`${parent}/${room}/${'*/'.repeat(depth)}*.ts`],
    rules: restricted([...above(parent, room, depth), ...more]),
  }));
}

/** the way up is as long as the file is deep: a folder in a room may have the name of another room */
function above(parent, room, depth) {
  const up = '\\.\\./'.repeat(depth + 1);
  const forbidden = (parent === 'lib' ? [...CONSTRUCTS, ...OFFLINE] : SESSION).filter(
    (other) => !allowedFor(parent, room).includes(other),
  );
  const message = `'${room}' imports only rooms below it: see scripts/lib/rooms.mjs`;
  return [
    { regex: `^${up.slice(0, -1)}(/(index|main)?(\\.\\w+)?)?$`, message },
    ...(forbidden.length === 0 ? [] : [{ regex: `^${up}(${forbidden.join('|')})(/|$)`, message }]),
  ];
}

function restricted(patterns) {
  return { 'no-restricted-imports': ['error', { patterns }] };
}
