import type { BrokerConfig } from '../../lib/contract/github-app';
import { toolNamed } from '../../lib/contract/catalogue';
import type { ToolRow } from '../../lib/contract/catalogue/tool';
import { Clock } from '../shared/clock';
import { BrokerError } from '../shared/errors';
import { GitHub } from '../shared/github';
import { isObject } from '../shared/json';
import { handlerOf } from '../shared/lambda';
import type { Handler, LambdaContext } from '../shared/lambda';
import { Minter } from '../shared/minter';
import { AllowList } from '../shared/repository';
import { without } from '../shared/scrub';
import type { Signer } from '../shared/signer';
import type { Token } from '../shared/token';
import { TokenCache } from '../shared/token-cache';
import { checkedArguments } from './arguments';
import { fitted } from './fit';
import type { Result } from './plain-tool';
import { Session } from './session';
import { runTool } from './tools';

/** The function behind the target of a gateway. The event is the arguments of a tool, which the context names. */
export function createBroker(config: BrokerConfig, signer: Signer): Handler<Result> {
  const clock = new Clock();
  const gitHub = new GitHub(config.apiUrl, clock);
  const services = {
    gitHub,
    minter: new Minter(config, gitHub, signer, clock),
    cache: new TokenCache(config, config.cacheMinutes, clock),
    defaultBranches: new WeakMap<Token, string>(),
    allowDefaultBranch: config.allowDefaultBranch === true,
    protectedPaths: config.protectedPaths ?? [],
  };
  const allowed = new AllowList(config.repositories);

  return handlerOf(async (event, context, lambda) => {
    const { record } = context;
    const row = rowOf(lambda, config);
    record.tool = row.name;
    const values = checkedArguments(row, event);
    const repository = allowed.find(values.owner as string, values.repo as string);
    record.repository = `${repository.owner}/${repository.name}`;
    record.permission = `${row.permission.name}:${row.permission.level}`;
    const session = new Session(services, row, values, { repository, permission: row.permission }, context);
    // first, since a token that is cut in two would not be found
    const result = cleaned(await runTool(session), session.secrets);
    return fitted(result, config.largestResult);
  });
}

/** The gateway puts the name of its target before that of the tool. */
const SEPARATOR = '___';

function rowOf({ clientContext }: LambdaContext, config: BrokerConfig): ToolRow {
  const name = toolNameOf(clientContext);
  const row = toolNamed(name.slice(name.indexOf(SEPARATOR) + SEPARATOR.length));
  if (row === undefined || !name.includes(SEPARATOR) || !config.tools.includes(row.name)) {
    throw new BrokerError('NotAllowed');
  }
  return row;
}

/** The documentation does not say how Node.js spells the key; runtimes differ. */
function toolNameOf(clientContext: unknown): string {
  const { custom, Custom } = isObject(clientContext) ? clientContext : {};
  const metadata = custom ?? Custom;
  const name = isObject(metadata) ? metadata.bedrockAgentCoreToolName : undefined;
  return typeof name === 'string' ? name : '';
}

/** GitHub would have to send a token back for it to be here. */
function cleaned(result: Result, secrets: Set<string>): Result {
  const text = JSON.stringify(result);
  return [...secrets].some((secret) => text.includes(secret)) ? (JSON.parse(without(text, secrets)) as Result) : result;
}
