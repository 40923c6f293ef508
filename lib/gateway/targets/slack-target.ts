import type { Binder } from './server-target';
import { bindServer, notGitHub } from './server-target';
import type { RemoteTargetProps } from './tool-target-props';

export function slackTarget(props: RemoteTargetProps): Binder {
  return (scope, context) =>
    bindServer(scope, context, {
      kind: 'mcpServer',
      service: 'Slack',
      endpoint: () => 'https://mcp.slack.com/mcp',
      description: props.description ?? 'Slack',
      identity: props.identity,
      props,
      readOnly: false,
      isVendor: true,
      standIn: (broker) => notGitHub(broker, 'Slack'),
    });
}
