import type { Document } from './document';
import type { Entry, Fact, Section } from './reader/facts';

/** what stands before a fact; the others are the words of their key */
const LABELS: Record<string, string> = {
  actsAs: 'acts as',
  assumedBy: 'assumed by',
  audiences: 'audience',
  claims: 'claim',
  clients: 'client',
  conditions: 'if',
  credentialProviders: 'used by credential provider',
  domains: 'domain',
  endpoints: 'endpoint',
  environment: 'variable',
  findings: 'finding',
  flowLogs: 'flow logs',
  gateways: 'gateway',
  gitHub: 'at',
  gitHubApp: 'acts as GitHub App',
  groups: 'group',
  idleSeconds: 'idle seconds at most',
  interceptors: 'interceptor',
  longestSeconds: 'session seconds at most',
  managedPolicies: 'managed policy',
  mounts: 'mount',
  openPorts: 'open port',
  permissions: 'permission',
  policies: 'policy',
  principals: 'by',
  privateDns: 'private DNS',
  readBy: 'read by',
  reason: 'because:',
  reasons: 'because of',
  repositories: 'repository',
  requestHeaders: 'request header',
  resources: 'on',
  returnUrls: 'return URL',
  ruleGroups: 'rule group',
  rules: 'rule',
  scopes: 'scope',
  securityGroups: 'security group',
  settings: 'setting',
  subnets: 'subnet',
  targets: 'looks at',
  tools: 'tool',
  type: 'is',
  users: 'user',
  wildcards: 'wildcard',
};

/** what is said in words, not in the words of the template */
const PROSE = ['kind', 'reason', 'reasons', 'unexplained', 'policyMode'];

const WITHOUT_LABEL = ['kind', 'unexplained', 'actions'];

const HEAD = `<!-- Made by ComplianceReport of cdk-coding-agents from the synthesized templates; do not edit. -->
# Compliance report

What the templates of this app allow, one fact a line. \`\${Path/Of/Construct.Attribute}\` is a resource of the app,
\`\${Partition}\`, \`\${Region}\` and \`\${Account}\` are those of the stack.
`;

/** The report for people: a fact is a line, so that a change of one is a change of one line. */
export function markdownOf({ stacks }: Document): string {
  const contents = stacks.map(({ name }) => `- [${name}](#${anchor(name)})`);
  const bodies = stacks.map(({ name, sections }) =>
    [
      `<a id="${anchor(name)}"></a>\n## Stack ${name}`,
      ...sections.map((section) => sectionText(section, anchor(name))),
    ].join('\n\n'),
  );
  return `${[HEAD + '\n' + contents.join('\n'), ...bodies].join('\n\n')}\n`;
}

function anchor(name: string): string {
  return `stack-${name.replace(/[^\w-]+/g, '-').toLowerCase()}`;
}

function sectionText({ id, title, none, headings, entries }: Section, stack: string): string {
  const heading = `<a id="${stack}-${id.toLowerCase()}"></a>\n### ${title}`;
  if (entries.length === 0) {
    return `${heading}\n\n${none}`;
  }
  const texts = entries.map((entry) => (headings ? headedEntry(entry) : listedEntry(entry)));
  return [heading, texts.join(headings ? '\n\n' : '\n')].join('\n\n');
}

function headedEntry({ name = '', ...facts }: Entry): string {
  return `#### ${code(name)}\n\n${lines(facts, '').join('\n')}`;
}

function listedEntry({ name = '', ...facts }: Entry): string {
  return [`- ${code(name)}`, ...lines(facts, '  ')].join('\n');
}

function lines(facts: Readonly<Record<string, Fact>>, indent: string): string[] {
  const all: string[] = [];
  for (const [key, fact] of Object.entries(facts)) {
    const label = labelOf(key);
    const facts = Array.isArray(fact) ? fact : [fact];
    facts.forEach((one) => all.push(...line(key, label, one, indent)));
  }
  return all;
}

function labelOf(key: string): string {
  return WITHOUT_LABEL.includes(key)
    ? ''
    : (LABELS[key] ?? key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}

function line(key: string, label: string, fact: Fact, indent: string): string[] {
  if (typeof fact !== 'object') {
    const text = PROSE.includes(key) ? prose(String(fact)) : code(String(fact));
    return [`${indent}- ${[label, text].filter(Boolean).join(' ')}`];
  }
  const { name, ...facts } = fact as Entry;
  const head = name === undefined ? label : `${label} ${code(name)}`;
  return [`${indent}- ${head}`, ...lines(facts, `${indent}  `)];
}

/** what Markdown must not read as anything else; a line of the report is a line of the file */
function prose(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]<>#|]/g, '\\$&')
    .replace(/(?<!\w)_|_(?!\w)/g, '\\_');
}

function code(text: string): string {
  const line = oneLine(text);
  const longest = line.includes('`') ? Math.max(...(line.match(/`+/g) ?? []).map(({ length }) => length)) : 0;
  const fence = '`'.repeat(longest + 1);
  return longest > 0 || line === '' ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
