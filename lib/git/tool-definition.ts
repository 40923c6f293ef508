import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { CatalogueTool, ToolInput } from '../contract/github-app';

/** A tool of the catalogue as the L2 of a gateway takes it. */
export function toolDefinitionOf({ name, description, inputSchema }: CatalogueTool): agentcore.ToolDefinition {
  return { name, description, inputSchema: schemaOf(inputSchema) };
}

function schemaOf({ type, description, properties, required, items }: ToolInput): agentcore.SchemaDefinition {
  return {
    type: agentcore.SchemaDefinitionType.of(type),
    description,
    properties:
      properties &&
      Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, schemaOf(property)])),
    required: required && [...required],
    items: items && schemaOf(items),
  };
}
