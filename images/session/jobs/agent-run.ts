import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { dollarsOf } from '../cli/prices';
import type { AgentEvent, CliAdapter, CliExit, CliOutcome, CliReader, CliRun, Finality, Tokens } from '../contract';
import { causeOf, log, warn } from '../shared/log';
import { AgentProcess, NotStarted } from './agent-process';
import { keptConversation } from './conversation';
import { JobFailure, STOPPED, bareOutcome } from './errors';
import { MeterReader } from './meter';
import type { RunningJob } from './running-job';

const METER_EVERY_MS = 500;

/**
 * How long a CLI may take to exit once its output ends the run. Where that is only likely, it may still be about to ask its
 * model: it gets as long as an answer may take to begin.
 */
export const EXIT_GRACE_MS = { certain: 10_000, likely: 60_000 } as const;

export type ExitGrace = Readonly<Record<keyof typeof EXIT_GRACE_MS, number>>;

export interface AgentRunOptions {
  readonly grace?: ExitGrace;
  /** called for each line of output, by which a turn may have ended */
  readonly spoke?: () => void;
}

/** One run of a CLI: started, read, metered, judged. */
export class AgentRun {
  private readonly reader: CliReader;
  /** made before the CLI starts, so that it knows which files were there */
  private readonly follower: MeterReader | undefined;
  private process: AgentProcess | undefined;
  private metered: { readonly tokens: Tokens; readonly dollars: number | null } | null = null;
  private isUnreadable = false;
  private finality: Finality = 'none';
  private clock: NodeJS.Timeout | undefined;
  /** the conversation as the agent named it last */
  private named: string | null = null;

  constructor(
    private readonly job: RunningJob,
    private readonly adapter: CliAdapter,
    private readonly run: CliRun,
    private readonly environment: Record<string, string>,
    private readonly options: AgentRunOptions = {},
  ) {
    this.reader = adapter.reader(run);
    const meter = adapter.meter?.(run);
    this.follower = meter === undefined ? undefined : new MeterReader(meter);
  }

  public async outcome(): Promise<CliOutcome & { readonly exitCode: number | null }> {
    const { job } = this;
    // from here on they are unknown, until the agent names them
    if (job.record.totals !== null) {
      await job.save({ totals: null });
    }
    job.signal.throwIfAborted();
    const process = await this.start();
    this.process = process;
    const stop = () => job.stopCause !== 'exited' && process.stop(job.stopCause);
    job.signal.addEventListener('abort', stop, { once: true });
    // it may have been cancelled while the program was started
    if (job.signal.aborted) {
      stop();
    }
    const metering = new AbortController();
    const metered = this.meter(metering.signal);
    const { exit, left } = await process.ended();
    clearTimeout(this.clock);
    metering.abort();
    await metered;
    job.signal.removeEventListener('abort', stop);
    log('agent.ended', { job: job.id, code: exit.code, signal: exit.signal, cause: exit.cause, left });
    if (exit.cause === 'lingered') {
      job.notice('AgentLingered', 'the agent named its result, but did not exit; its processes were ended');
    }
    if (left > 0) {
      // such as a server that the tests need: they start it themselves
      job.notice(
        'ProcessesEnded',
        `${left} ${left === 1 ? 'process' : 'processes'} that the agent left running ended with it`,
      );
    }
    return { ...this.judged(exit), exitCode: exit.code };
  }

  private async start(): Promise<AgentProcess> {
    const command = this.adapter.command(this.run);
    for (const { path: file, content } of command.files) {
      mkdirSync(path.dirname(this.inside(file)), { recursive: true });
      writeFileSync(file, content, { mode: 0o600 });
    }
    try {
      return await AgentProcess.start({
        job: this.job,
        command,
        directory: this.run.directory,
        environment: { ...this.environment, ...command.environment },
        line: (line) => this.take(line),
        room: () => this.job.log.room(),
        scrubber: this.job.scrubber,
        hurry: this.job.hurry,
      });
    } catch (error) {
      throw new JobFailure('AgentNotStarted', notStarted(command.file, error));
    }
  }

  private inside(file: string): string {
    const { scratch, home } = this.run;
    if (![scratch, home].some((folder) => path.resolve(file).startsWith(folder + path.sep))) {
      throw new Error('an adapter writes below its scratch folder or its home only');
    }
    return file;
  }

  private take(line: string): void {
    this.events(line).forEach((event) => this.job.emit(event));
    const { conversation, spent } = this.reader;
    if (conversation !== this.named) {
      this.named = conversation;
      this.keep(keptConversation(conversation, this.job.scrubber));
    }
    this.check(spent.turns, spent.dollars ?? this.reckoned(spent.tokens));
    this.awaitExit();
    this.options.spoke?.();
  }

  /** A CLI whose output ends the run has to exit. Output that goes on with the run stops the clock. */
  private awaitExit(): void {
    const { finality } = this.reader;
    if (finality !== this.finality) {
      this.finality = finality;
      clearTimeout(this.clock);
      this.clock =
        finality === 'none'
          ? undefined
          : setTimeout(() => this.process?.stop('lingered'), (this.options.grace ?? EXIT_GRACE_MS)[finality]);
    }
  }

  private keep(conversation: string | null): void {
    if (conversation !== null && conversation !== this.job.record.conversation) {
      void this.job.save({ conversation });
    }
  }

  /** output that an adapter does not understand is no reason to end the agent's work */
  private events(line: string): AgentEvent[] {
    try {
      return this.reader.line(line);
    } catch (error) {
      if (!this.isUnreadable) {
        this.isUnreadable = true;
        warn('agent.unreadable', { job: this.job.id, cause: causeOf(error) });
        this.job.notice('OutputUnreadable', 'a line of the agent could not be read; its result may lack something');
      }
      return [];
    }
  }

  private check(turns: number | null, dollars: number | null): void {
    const { bounds } = this.job;
    if (bounds.dollars !== undefined && dollars !== null && dollars >= bounds.dollars) {
      this.process?.stop('dollarLimit');
    } else if (bounds.turns !== undefined && turns !== null && turns > bounds.turns) {
      this.process?.stop('turnLimit');
    }
  }

  private async meter(ended: AbortSignal): Promise<void> {
    const { follower } = this;
    if (follower === undefined) {
      return;
    }
    for (let isLast = false; !isLast;) {
      isLast = !(await wait(METER_EVERY_MS, true, { signal: ended }).catch(() => false));
      // it may be written to at this very moment: the next look will do
      const spent = await follower.read().catch(() => this.metered);
      if (spent !== null && JSON.stringify(spent) !== JSON.stringify(this.metered)) {
        this.metered = spent;
        const dollars = spent.dollars ?? this.reckoned(spent.tokens);
        this.job.emit({ type: 'usage', tokens: spent.tokens, dollars });
        this.check(null, dollars);
      }
    }
  }

  private reckoned(tokens: Tokens | null): number | null {
    const { prices } = this.run.settings;
    return tokens === null || prices === undefined ? null : dollarsOf(tokens, prices);
  }

  private judged(exit: CliExit): CliOutcome {
    const outcome = this.finished(exit);
    const tokens = outcome.tokens ?? this.metered?.tokens ?? null;
    const reckoned = outcome.dollars === null ? this.reckoned(tokens) : null;
    return {
      ...outcome,
      conversation: keptConversation(outcome.conversation, this.job.scrubber),
      tokens,
      ...(reckoned === null ? {} : { dollars: reckoned, dollarsFrom: 'prices' as const }),
      ...(exit.cause === 'exited' || exit.cause === 'lingered' ? {} : STOPPED[exit.cause]),
    };
  }

  private finished(exit: CliExit): CliOutcome {
    try {
      return this.reader.finish(exit);
    } catch (error) {
      warn('agent.unreadable', { job: this.job.id, cause: causeOf(error) });
      return bareOutcome({
        status: 'failed',
        errorCode: 'AgentCrashed',
        message: 'the result of the agent could not be read',
      });
    }
  }
}

function notStarted(file: string, error: unknown): string {
  const reason = error instanceof NotStarted ? error.reason : 'unknown';
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'it is not in the image, or its directory is gone',
    EACCES: 'it may not be run',
    E2BIG: 'its arguments are too long',
    ENOMEM: 'there is not enough memory',
  };
  return `${path.basename(file)} could not be started: ${why[reason] ?? reason}`;
}
