import { flag, formed, line, list, optional, PAGES, text, whole } from './arguments';
import { read, tool, write } from './tool';
import type { ToolRow } from './tool';

const REPO = '/repos/{owner}/{repo}';
const CONTENTS = `${REPO}/contents/{path}`;
const REF = optional(formed('ref', 'Branch, tag or SHA. Default: the default branch'));
const FILE = formed('path', 'Path of the file, from the root of the repository');
const MESSAGE = text('Message of the commit', 10_000);
const REFUSED = 'Refused: the default branch, unless allowed, and files of pipelines such as .github.';
/** answers in one shape for files and for directories */
const OBJECT_TYPE = 'application/vnd.github.object+json';

/** Repository, branches and files. */
export const CONTENT_TOOLS: readonly ToolRow[] = [
  tool({
    name: 'get_repository',
    toolset: 'repos',
    description: 'Gets a repository: description, default branch, language, topics.',
    requests: `GET ${REPO}`,
    permission: read('metadata'),
    fields: [
      'full_name',
      'description',
      'default_branch',
      'language',
      'topics',
      'visibility',
      'archived',
      'license=license.spdx_id',
      'open_issues_count',
      'pushed_at',
      'url=html_url',
    ],
  }),
  tool({
    name: 'list_branches',
    toolset: 'repos',
    description: 'Lists the branches of a repository, each with the SHA of its head.',
    requests: `GET ${REPO}/branches`,
    permission: read('contents'),
    query: { protected: optional(flag('Only protected branches, or only others')), ...PAGES },
    fields: ['name', 'sha=commit.sha', 'protected'],
  }),
  tool({
    name: 'create_branch',
    toolset: 'repos',
    description: 'Creates a branch.',
    requests: {
      repository: `GET ${REPO}`,
      from: `GET ${REPO}/git/ref/{ref}`,
      create: `POST ${REPO}/git/refs`,
    },
    permission: write('contents'),
    own: {
      branch: formed('branch', 'Name of the new branch'),
      from_branch: optional(formed('branch', 'Branch to start at. Default: the default branch')),
    },
    fields: ['ref', 'sha=object.sha'],
  }),
  tool({
    name: 'get_file_contents',
    toolset: 'repos',
    description: 'Gets the text of a file of up to 1 MB. A long text is cut: ask for a range of lines then.',
    requests: `GET ${CONTENTS}`,
    permission: read('contents'),
    path: { path: FILE },
    query: { ref: REF },
    own: { start_line: optional(whole('First line, from 1')), end_line: optional(whole('Last line, included')) },
    accept: OBJECT_TYPE,
    fields: ['path', 'sha', 'size'],
  }),
  tool({
    name: 'list_directory',
    toolset: 'repos',
    description: 'Lists the files and directories of a directory, up to 1,000.',
    requests: `GET ${CONTENTS}`,
    permission: read('contents'),
    path: { path: optional(formed('path', 'Path of the directory. Default: the root of the repository')) },
    query: { ref: REF },
    accept: OBJECT_TYPE,
    fields: ['name', 'type', 'size', 'sha'],
  }),
  tool({
    name: 'push_files',
    toolset: 'repos',
    description: `Creates or changes several files of a branch in one commit. ${REFUSED}`,
    requests: {
      repository: `GET ${REPO}`,
      head: `GET ${REPO}/git/ref/{ref}`,
      commit: `GET ${REPO}/git/commits/{commit_sha}`,
      entries: `GET ${REPO}/git/trees/{tree_sha}`,
      tree: `POST ${REPO}/git/trees`,
      create: `POST ${REPO}/git/commits`,
      move: `PATCH ${REPO}/git/refs/{ref}`,
    },
    permission: write('contents'),
    own: {
      branch: formed('branch', 'Branch to push to; it must exist'),
      message: MESSAGE,
      files: list(
        'Files',
        {
          type: 'object',
          description: 'A file',
          properties: {
            path: FILE,
            content: text('The whole new text of the file', 400_000),
            executable: optional(flag('Whether it can be executed. Default: as it was, false for a new file')),
          },
        },
        100,
      ),
    },
    fields: ['sha', 'url=html_url'],
  }),
  tool({
    name: 'delete_file',
    toolset: 'repos',
    description: `Deletes a file of a branch in one commit. ${REFUSED}`,
    requests: { repository: `GET ${REPO}`, file: `GET ${CONTENTS}`, delete: `DELETE ${CONTENTS}` },
    permission: write('contents'),
    sensitive: true,
    own: { path: FILE, branch: formed('branch', 'Branch to delete it from'), message: line('Message of the commit') },
    fields: ['sha=commit.sha', 'url=commit.html_url'],
  }),
  tool({
    name: 'delete_branch',
    toolset: 'repos',
    description: 'Deletes a branch.',
    requests: { delete: `DELETE ${REPO}/git/refs/{ref}` },
    permission: write('contents'),
    sensitive: true,
    own: { branch: formed('branch', 'Branch to delete') },
    fields: [],
  }),
];
