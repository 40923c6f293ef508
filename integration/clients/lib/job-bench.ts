import type { SessionSettings } from '../../../lib/contract/session.ts';
import { type Agent, AGENTS } from './agents.ts';
import { GuardedGateway } from './guarded-gateway.ts';
import { InstanceMetadata } from './instance-metadata.ts';
import { ModelServer } from './model-server.ts';
import { readProcess, Session, type SessionOptions } from './session.ts';

const PRICES = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

/** What a job needs around it: a scripted model, AgentCore's part, and a session. */
export class JobBench {
  public readonly model = new ModelServer();
  public readonly metadata = new InstanceMetadata();
  private opened: Session | undefined;
  private guarded = new GuardedGateway('iam');

  public constructor(
    private readonly environment: Record<string, string>,
    private readonly options: Pick<SessionOptions, 'homeInWorkspace'> = {},
  ) {}

  public async start(): Promise<this> {
    await this.model.start();
    await this.guarded.start();
    await this.metadata.start();
    return this;
  }

  public async stop(): Promise<void> {
    await this.opened?.remove();
    this.guarded.stop();
    this.metadata.stop();
    this.model.stop();
  }

  public get gateway(): GuardedGateway {
    return this.guarded;
  }

  /** The model behind an LLM gateway, whose key lies in the Token Vault. */
  public session(agent: Agent, auth: GuardedGateway['auth'], more: SessionSettings = {}): Promise<Session> {
    this.guarded.auth = auth;
    const url = `${this.model.url}${agent.path}`;
    return this.open(agent, {
      model: agent.model,
      prices: PRICES,
      route: { via: 'llmGateway', url, credentialProvider: 'model-key' },
      ...more,
    });
  }

  /** The model of the vendor itself, where nothing answers. */
  public vendor(agent: Agent, model: string): Promise<Session> {
    return this.open(agent, { model, route: { via: 'provider', credentialProvider: 'model-key' } });
  }

  /** A session for an agent that the test describes. */
  public custom(): Promise<Session> {
    return this.open({ name: 'custom' }, { model: 'some-model' });
  }

  /** The model on Bedrock by the role of the session, whose endpoint is moved to this machine by what each agent has for that. */
  public async bedrock(agent: Agent, settings = bedrockSettings(agent)): Promise<Session> {
    const session = await this.open(agent, settings, this.metadata);
    const url = `${this.model.url}/bedrock`;
    if (agent === AGENTS.codex) {
      session.wrap('codex', `exec "$REAL" "$@" -c 'model_providers.amazon-bedrock.base_url="${url}/v1"'`);
    } else if (agent === AGENTS.openCode) {
      session.wrap(
        'opencode',
        `OPENCODE_CONFIG_CONTENT=$(printf %s "$OPENCODE_CONFIG_CONTENT" | sed 's#"region":#"endpoint":"${url}","region":#')\nexport OPENCODE_CONFIG_CONTENT\nexec "$REAL" "$@"`,
      );
    }
    return session;
  }

  /**
   * Looks at all processes of the agent whenever it asks its model: for texts that may be in neither environment nor
   * command line, and for others that may not be in a command line.
   */
  public watchProcesses(
    session: Session,
    nowhere: string[],
    notInArguments: string[],
  ): () => { looks: number; exposed: string[] } {
    const exposed = new Set<string>();
    let looks = 0;
    this.model.before = () => {
      const ids = session.agentProcesses();
      looks += ids.length > 0 ? 1 : 0;
      for (const id of ids) {
        const [environment, line] = [readProcess(id, 'environ'), readProcess(id, 'cmdline')];
        const found = [
          ...nowhere.filter((text) => environment.includes(text) || line.includes(text)),
          ...notInArguments.filter((text) => line.includes(text)),
        ];
        found.forEach((text) => exposed.add(`${text} in ${line}`));
      }
    };
    return () => ({ looks, exposed: [...exposed] });
  }

  private async open(
    agent: Pick<Agent, 'name'>,
    settings: SessionSettings,
    metadata?: InstanceMetadata,
  ): Promise<Session> {
    const environment = {
      ...this.environment,
      ANTHROPIC_BEDROCK_BASE_URL: `${this.model.url}/bedrock`,
    };
    this.opened = new Session({
      ...this.options,
      ...{ cli: agent.name, settings, gateway: this.guarded, environment, metadata },
    });
    return this.opened.start();
  }
}

function bedrockSettings(agent: Agent): SessionSettings {
  const model = agent === AGENTS.codex ? 'scripted' : SONNET;
  const familyModels = { opus: model, sonnet: model };
  return { model, smallModel: model, familyModels, prices: PRICES, route: { via: 'bedrock' } };
}
