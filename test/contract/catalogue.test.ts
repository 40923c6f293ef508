import { CATALOGUE, DEFAULT_TOOLS, READ_TOOLS, toolNamed } from '../../lib/contract/catalogue';
import { argumentsOf } from '../../lib/contract/catalogue/tool';
import type { ToolInput } from '../../lib/contract/github-app';

const BY_ROW = CATALOGUE.map((row) => [row.name, row] as const);
/** what a gateway understands of JSON Schema */
const SUBSET = ['type', 'description', 'properties', 'required', 'items'];

test('the tools, by toolset', () => {
  const byToolset: Record<string, string[]> = {};
  CATALOGUE.forEach(({ name, toolset }) => (byToolset[toolset] ??= []).push(name));
  expect(byToolset).toEqual({
    issues: [
      'get_issue',
      'get_issue_comments',
      'list_issues',
      'create_issue',
      'add_issue_comment',
      'add_issue_labels',
      'search_issues',
    ],
    pull_requests: [
      'get_pull_request',
      'list_pull_requests',
      'get_pull_request_files',
      'get_pull_request_diff',
      'get_pull_request_review_comments',
      'create_pull_request',
      'update_pull_request',
      'add_pull_request_comment',
      'add_pull_request_review_comment',
      'add_reply_to_pull_request_comment',
      'request_pull_request_reviewers',
      'merge_pull_request',
      'search_pull_requests',
    ],
    repos: [
      'get_repository',
      'list_branches',
      'create_branch',
      'get_file_contents',
      'list_directory',
      'push_files',
      'delete_file',
      'delete_branch',
      'search_code',
      'search_repositories',
    ],
    checks: ['list_check_runs', 'list_check_run_annotations'],
    actions: ['list_workflow_runs', 'get_workflow_run', 'list_workflow_jobs'],
  });
});

test('what deletes or merges is off unless named', () => {
  expect(CATALOGUE.filter((row) => !DEFAULT_TOOLS.includes(row.name)).map((row) => row.name)).toEqual([
    'merge_pull_request',
    'delete_file',
    'delete_branch',
  ]);
});

test('tools that read send nothing but GET, and tools that write something else', () => {
  CATALOGUE.forEach((row) => {
    const onlyReads = Object.values(row.requests).every((route) => route.startsWith('GET '));
    expect([row.name, READ_TOOLS.includes(row.name)]).toEqual([row.name, onlyReads]);
  });
});

test('what deletes is sensitive', () => {
  const deleting = CATALOGUE.filter((row) => Object.values(row.requests).some((route) => route.startsWith('DELETE ')));
  expect(deleting.map((row) => [row.name, row.sensitive])).toEqual([
    ['delete_file', true],
    ['delete_branch', true],
  ]);
});

test('a permission that could change the App, its secrets or its workflows is none of them', () => {
  const names = new Set(CATALOGUE.map((row) => row.permission.name));
  expect([...names].sort()).toEqual(['actions', 'checks', 'contents', 'issues', 'metadata', 'pull_requests']);
});

test('names are unique, and found', () => {
  expect(new Set(CATALOGUE.map((row) => row.name)).size).toBe(CATALOGUE.length);
  CATALOGUE.forEach((row) => expect(toolNamed(row.name)).toBe(row));
  expect(toolNamed('constructor')).toBeUndefined();
});

describe.each(BY_ROW)('%s', (name, row) => {
  test('has a name that leaves room for that of the target', () => {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    // clients cap target___tool at 64
    expect(name.length).toBeLessThanOrEqual(40);
  });

  test('has a schema that a gateway understands', () => {
    const check = (schema: ToolInput) => {
      expect(SUBSET).toEqual(expect.arrayContaining(Object.keys(schema)));
      expect(schema.type === 'array').toBe(schema.items !== undefined);
      Object.values(schema.properties ?? {}).forEach((property) => {
        expect(property.description).toMatch(/^\S[^\n]{2,200}$/);
        check(property);
      });
      if (schema.items !== undefined) {
        check(schema.items);
      }
    };
    check(row.inputSchema);
    expect(row.inputSchema).toMatchObject({ type: 'object', required: expect.arrayContaining(['owner', 'repo']) });
    expect(row.description).toMatch(/^[A-Z][^\n]{10,200}\.$/);
  });

  test('says which values there are', () => {
    Object.values(argumentsOf(row)).forEach(({ values, description }) => {
      if (values !== undefined) {
        expect(description).toContain(`One of: ${values.join(', ')}`);
      }
    });
  });

  test('bounds every text, list and number', () => {
    const check = (argument: ReturnType<typeof argumentsOf>[string]) => {
      if (argument.type !== 'boolean' && argument.type !== 'object' && argument.values === undefined) {
        expect(argument.maximum).toBeGreaterThan(0);
      }
      [argument.items, ...Object.values(argument.properties ?? {})].forEach((one) => one !== undefined && check(one));
    };
    Object.values(argumentsOf(row)).forEach(check);
  });

  test('fills its route from its own arguments', () => {
    const placed = Object.entries(row.path).map(([argument, { as }]) => as ?? argument);
    if (Object.keys(row.requests).join() === 'call') {
      const inRoute = [...row.requests.call.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
      expect(placed).toEqual(expect.arrayContaining(inRoute));
    }
    Object.values(row.requests).forEach((route) =>
      expect(route).toMatch(/^[A-Z]+ \/(repos\/\{owner\}\/\{repo\}|search\/)/),
    );
  });
});
