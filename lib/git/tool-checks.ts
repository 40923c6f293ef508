import type { UnscopedValidationError } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Problem } from '../private/errors';
import { invalidValue } from '../private/errors';
import { secretIn } from '../contract/secret-patterns';

// the APIs of models take no more for the whole name; the name of the target comes before it
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,59}$/;
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const LARGEST_BYTES = 1024 * 1024;
const MOST_TOOLS = 1000;

/** Refuses tools that AgentCore or a model would refuse; the error names tool and field. */
export function checkTools(tools: agentcore.ToolDefinition[], writeTools: string[] | undefined): void {
  if (tools.length === 0 || tools.length > MOST_TOOLS) {
    throw refused({
      what: 'a broker has the wrong number of tools',
      got: tools.length,
      allowed: `1 to ${MOST_TOOLS}`,
      fix: tools.length === 0 ? 'describe what the function answers' : 'split them',
    });
  }
  tools.forEach(checkTool);
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw refused({ what: `tool '${twice}' is described twice`, allowed: 'each tool once', fix: 'rename one of them' });
  }
  const stranger = writeTools?.find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw refused({
      what: 'writeTools names a tool that is not there',
      got: stranger,
      allowed: names.join(', '),
      fix: 'correct the name',
    });
  }
  const bytes = Buffer.byteLength(JSON.stringify(tools));
  if (bytes > LARGEST_BYTES) {
    throw refused({
      what: 'the tools are described at too great a length',
      got: `${bytes} bytes`,
      allowed: `${LARGEST_BYTES} bytes in all`,
      fix: 'shorten the descriptions, or split the tools',
    });
  }
}

function checkTool({ name, description, inputSchema, outputSchema }: agentcore.ToolDefinition, index: number): void {
  if (Token.isUnresolved(name) || !NAME.test(name)) {
    throw refused({
      what: `the name of tool ${index + 1} is not one that models take`,
      got: name,
      allowed: 'a letter, then letters, digits, _ and -, at most 60 in all; a literal',
      fix: 'rename the tool',
    });
  }
  checkText(name, 'description', description, true);
  checkSchema(name, 'inputSchema', inputSchema);
  if (outputSchema !== undefined) {
    checkSchema(name, 'outputSchema', outputSchema);
  }
}

function checkText(tool: string, field: string, text: string | undefined, required: boolean): void {
  const secret = secretIn(text ?? '');
  if (secret !== undefined) {
    throw refused({
      what: `tool '${tool}': ${field} holds what looks like ${secret}`,
      allowed: 'text that every caller may read',
      fix: 'remove it, and revoke the credential if it was ever committed',
    });
  }
  if (required && (text === undefined || text.trim() === '')) {
    throw refused({
      what: `tool '${tool}': ${field} is missing`,
      allowed: 'a sentence that tells a model when to use the tool',
      fix: 'describe it',
    });
  }
}

function checkSchema(tool: string, field: string, schema: agentcore.SchemaDefinition): void {
  if (schema?.type?.value !== 'object') {
    throw wrongField(tool, field, schema?.type?.value, 'SchemaDefinitionType.OBJECT: arguments have names');
  }
  checkField(tool, field, schema);
}

function checkField(tool: string, field: string, schema: agentcore.SchemaDefinition): void {
  const { type, description, properties, required = [], items } = schema;
  const at = (problem: [got: string | undefined, allowed: string]) => wrongField(tool, field, ...problem);
  if (!TYPES.includes(type?.value)) {
    throw at([type?.value, TYPES.join(', ')]);
  }
  checkText(tool, `the description of ${field}`, description, false);
  if (properties !== undefined && type.value !== 'object') {
    throw at([`${type.value} with properties`, 'properties of an object only']);
  }
  if ((items !== undefined) !== (type.value === 'array')) {
    throw at([items === undefined ? 'array without items' : `${type.value} with items`, 'an array with items']);
  }
  const stranger = required.find((name) => !Object.hasOwn(properties ?? {}, name));
  if (stranger !== undefined) {
    throw at([`required: ${stranger}`, 'names of its properties in required']);
  }
  for (const [name, property] of Object.entries(properties ?? {})) {
    checkField(tool, `${field}.${name}`, property);
  }
  if (items !== undefined) {
    checkField(tool, `${field}[]`, items);
  }
}

function wrongField(tool: string, field: string, got: string | undefined, allowed: string): UnscopedValidationError {
  return refused({
    what: `tool '${tool}': ${field} is not a schema that a gateway takes`,
    got,
    allowed,
    fix: 'correct it',
  });
}

function refused(problem: Problem): UnscopedValidationError {
  return invalidValue('InvalidTool', problem);
}
