/* Stands in for the signing proxy: an MCP server on standard input and output that notes how it was started. */
import { writeFileSync } from 'node:fs';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { pingServer } from './loopback-gateway.ts';

const [, , noteFile, ...args] = process.argv;
writeFileSync(noteFile, JSON.stringify({ args, variables: Object.keys(process.env) }));
await pingServer().connect(new StdioServerTransport());
