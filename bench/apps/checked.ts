/* The agents of the library, in an app with AgentCoreChecks, which writes down what these took. */
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { App, Validations } from 'aws-cdk-lib';
import { AgentCoreChecks } from 'cdk-coding-agents';
import { addAgents } from './library';
import type { Surroundings } from './shared';
import { synthesize } from './shared';

/** beside the templates: what the plugin took, by the clock and by the CPU, which other programs disturb less */
const CHECKS_FILE = 'checks.json';

class Timed implements IPolicyValidationPlugin {
  public readonly name = 'AgentCoreChecks';
  private readonly checks = new AgentCoreChecks();

  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const [start, begun] = [process.cpuUsage(), performance.now()];
    const report = this.checks.validate(context);
    const wallMs = performance.now() - begun;
    const { user, system } = process.cpuUsage(start);
    const took = JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 });
    writeFileSync(path.join(path.dirname(context.templatePaths[0]), CHECKS_FILE), took);
    return report;
  }
}

export function addCheckedAgents(surroundings: Surroundings, count: number): void {
  addAgents(surroundings, count);
  Validations.of(App.of(surroundings.stack)!).addPlugins(new Timed());
}

if (require.main === module) {
  synthesize(addCheckedAgents);
}
