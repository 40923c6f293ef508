import { formed, line, oneOf, optional, PAGES, whole } from './arguments';
import { read, tool } from './tool';
import type { ToolRow } from './tool';

const REPO = '/repos/{owner}/{repo}';
const RUN = { run_id: whole('Id of the workflow run') };
const WORKFLOW_RUN = [
  'id',
  'name',
  'title=display_title',
  'status',
  'conclusion',
  'event',
  'branch=head_branch',
  'sha=head_sha',
  'attempt=run_attempt',
  'created_at',
  'updated_at',
  'url=html_url',
];

/** What continuous integration found. Logs are not among them: GitHub redirects to another host for them. */
export const CHECK_TOOLS: readonly ToolRow[] = [
  tool({
    name: 'list_check_runs',
    toolset: 'checks',
    description: 'Lists the check runs of a commit, with their conclusions.',
    requests: `GET ${REPO}/commits/{ref}/check-runs`,
    permission: read('checks'),
    path: { ref: formed('ref', 'Branch, tag or SHA') },
    query: {
      check_name: optional(line('Only check runs of this name')),
      status: optional(oneOf('Status', ['queued', 'in_progress', 'completed'])),
      filter: optional(oneOf('Which runs of a check. Default: latest', ['latest', 'all'])),
      ...PAGES,
    },
    list: 'check_runs',
    fields: [
      'id',
      'name',
      'status',
      'conclusion',
      'app=app.slug',
      'started_at',
      'completed_at',
      'title=output.title',
      'summary=output.summary',
      'annotations=output.annotations_count',
      'url=html_url',
    ],
  }),
  tool({
    name: 'list_check_run_annotations',
    toolset: 'checks',
    description: 'Lists what a check run says of single lines, such as compiler errors and failed tests.',
    requests: `GET ${REPO}/check-runs/{check_run_id}/annotations`,
    permission: read('checks'),
    path: { check_run_id: whole('Id of the check run') },
    query: PAGES,
    fields: ['path', 'start_line', 'end_line', 'annotation_level', 'title', 'message'],
  }),
  tool({
    name: 'list_workflow_runs',
    toolset: 'actions',
    description: 'Lists workflow runs of a repository, newest first.',
    requests: `GET ${REPO}/actions/runs`,
    permission: read('actions'),
    query: {
      branch: optional(formed('branch', 'Only runs of this branch')),
      event: optional(formed('slug', 'Only runs of this event, such as push or pull_request')),
      status: optional(
        oneOf('Only runs in this status or with this conclusion', [
          'queued',
          'in_progress',
          'waiting',
          'completed',
          'success',
          'failure',
          'cancelled',
          'timed_out',
          'action_required',
        ]),
      ),
      head_sha: optional(formed('sha', 'Only runs of this commit, a full SHA')),
      ...PAGES,
    },
    list: 'workflow_runs',
    fields: WORKFLOW_RUN,
  }),
  tool({
    name: 'get_workflow_run',
    toolset: 'actions',
    description: 'Gets a workflow run: status, conclusion, branch, commit.',
    requests: `GET ${REPO}/actions/runs/{run_id}`,
    permission: read('actions'),
    path: RUN,
    fields: WORKFLOW_RUN,
  }),
  tool({
    name: 'list_workflow_jobs',
    toolset: 'actions',
    description: 'Lists the jobs of a workflow run and how each of their steps ended.',
    requests: `GET ${REPO}/actions/runs/{run_id}/jobs`,
    permission: read('actions'),
    path: RUN,
    query: {
      filter: optional(oneOf('Which attempts of the run. Default: latest', ['latest', 'all'])),
      ...PAGES,
    },
    list: 'jobs',
    fields: [
      'id',
      'name',
      'status',
      'conclusion',
      'started_at',
      'completed_at',
      { steps: ['number', 'name', 'conclusion'] },
      'url=html_url',
    ],
  }),
];
