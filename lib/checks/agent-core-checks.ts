import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolatingResource,
  PolicyViolation,
} from 'aws-cdk-lib';
import { Assembly } from '../template/assembly';
import type { Check, CheckRule } from './rules/check';
import { CheckSeverity } from './rules/check';
import { CHECKS } from './rules';

/**
 * Checks what an app does with Amazon Bedrock AgentCore, whether it uses this library, the L2s of the CDK or L1s only.
 *
 * The rules are the AgentCore controls of AWS Security Hub CSPM, under the identifiers of their AWS Config rules, and
 * rules of this library about credentials, callers, grants, tools, mounts and logs. They look at the synthesized
 * templates, offline, and follow references within and between the stacks of the app; what is known only at deployment
 * is never a finding.
 *
 * An error fails synthesis, a warning does so under `cdk synth --strict`. Accept a finding where it is, with a reason
 * that ends up in the validation report: `Validations.of(construct).acknowledge({ id: 'AgentCoreChecks::<rule>', reason })`.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/bedrockagentcore-controls.html
 *
 * @example
 * Validations.of(app).addPlugins(new AgentCoreChecks());
 */
export class AgentCoreChecks implements IPolicyValidationPlugin {
  /** Every rule, in a fixed order: those of Security Hub first. */
  public static rules(): CheckRule[] {
    return CHECKS.map(({ rule }) => rule);
  }

  /** The name of the plugin, which stands before the rule in acknowledgements. */
  public readonly name = 'AgentCoreChecks';

  /** The version of this library. */
  public readonly version?: string = versionOfPackage();

  /** The ids of all rules. */
  public readonly ruleIds?: string[] = CHECKS.map(({ rule }) => rule.id);

  /** Checks the synthesized templates; called by the CDK. */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const assembly = Assembly.of(context);
    const violations = CHECKS.flatMap((check) => violationsOf(check, assembly));
    return { success: violations.every(({ severity }) => severity !== CheckSeverity.ERROR), violations };
  }
}

function violationsOf({ rule, find, fixFor }: Check, assembly: Assembly): PolicyViolation[] {
  const found = assembly.resourcesOf(...rule.resourceTypes).flatMap((resource) => {
    const { logicalId, template } = resource;
    const locations = find(resource);
    const violating = { resourceLogicalId: logicalId, templatePath: template.path, locations };
    return locations.length > 0 ? [{ resource, violating }] : [];
  });
  if (fixFor !== undefined) {
    return found.map(({ resource, violating }) => violation({ ...rule, fix: fixFor(resource) }, [violating]));
  }
  return found.length > 0
    ? [
        violation(
          rule,
          found.map(({ violating }) => violating),
        ),
      ]
    : [];
}

function violation(rule: CheckRule, violatingResources: PolicyViolatingResource[]): PolicyViolation {
  const { id, severity, title, text, fix, source, securityHubControl } = rule;
  return {
    ruleName: id,
    severity,
    description: `${title}: ${text}`,
    fix: `${fix} (${source})`,
    ruleMetadata: securityHubControl === undefined ? { source } : { source, securityHubControl },
    violatingResources,
  };
}

function versionOfPackage(): string {
  const manifest = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
