import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ClientConfigurationOptions, ClientGateway } from './options';
import type { ClientConfiguration } from './configuration';
import { renderClientConfiguration } from './configuration';
import type { McpClient } from './mcp-client';

/** For which clients of a gateway a stack tells how to configure them. */
export interface ClientOutputsOptions extends ClientConfigurationOptions {
  /** The clients, each once. */
  readonly clients: McpClient[];
}

/** No target has such a name, so that none can take the place. */
const SCOPE = 'Client_Outputs';

/**
 * One output for each client: the line for a terminal, or the file where there is no such line. It may
 * be called again with other options, for laptops first and for pipelines then.
 */
export function addClientOutputs(scope: Construct, gateway: ClientGateway, options: ClientOutputsOptions): void {
  const { clients, ...configuration } = options;
  const outputs = outputScope(scope);
  const suffix = [configuration.serverName, configuration.oauth === undefined ? 'Headless' : undefined].join('');
  for (const client of new Set(clients)) {
    addOutput(outputs, client, suffix, renderClientConfiguration(gateway, client, configuration));
  }
}

/** Where the outputs of a gateway are kept, made on first use. */
export function outputScope(scope: Construct): Construct {
  return scope.node.tryFindChild(SCOPE) ?? new Construct(scope, SCOPE);
}

function addOutput(scope: Construct, client: McpClient, suffix: string, configuration: ClientConfiguration): void {
  const { command, filePath, fileContent, signInCommand, redirectUris } = configuration;
  const what =
    command === undefined ? `Belongs into ${filePath} of ${client.name}` : `Adds the tools to ${client.name}`;
  const signIn = signInCommand === undefined ? '' : `; then ${signInCommand}`;
  const register = redirectUris.length === 0 ? '' : `; redirect URIs: ${redirectUris.join(' ')}`;
  const description = `${what}${signIn}${register}`;
  new CfnOutput(scope, `${client.name}${suffix}`, { value: command ?? fileContent, description });
}
