import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ClientConfiguration, ClientConfigurationOptions, ClientGateway } from './client-configuration';
import { renderClientConfiguration } from './client-configuration';
import type { McpClient } from './mcp-client';

/** For which clients of a gateway a stack tells how to configure them. */
export interface ClientOutputsOptions extends ClientConfigurationOptions {
  /** The clients, each once. */
  readonly clients: McpClient[];
}

/** One output for each client: the line for a terminal, or the file where there is no such line. */
export function addClientOutputs(scope: Construct, gateway: ClientGateway, options: ClientOutputsOptions): void {
  const { clients, ...configuration } = options;
  const outputs = new Construct(scope, 'Clients');
  for (const client of new Set(clients)) {
    addOutput(outputs, client, renderClientConfiguration(gateway, client, configuration));
  }
}

function addOutput(scope: Construct, client: McpClient, configuration: ClientConfiguration): void {
  const { command, filePath, fileContent, signInCommand, redirectUris } = configuration;
  const what =
    command === undefined ? `Belongs into ${filePath} of ${client.name}` : `Adds the tools to ${client.name}`;
  const signIn = signInCommand === undefined ? '' : `; then ${signInCommand}`;
  const register = redirectUris.length === 0 ? '' : `; redirect URIs: ${redirectUris.join(' ')}`;
  new CfnOutput(scope, client.name, { value: command ?? fileContent, description: `${what}${signIn}${register}` });
}
