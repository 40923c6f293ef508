import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import { writeFileSync } from 'node:fs';
import { GatewayApp } from './gateway-app';
import { nagReport, REPORT_ONLY, withoutAcknowledgements } from './nag';
test.each([['flags', recommended], ['none', {}]])('%s', (name, flags) => {
  const { app } = new GatewayApp({ context: { ...flags, ...REPORT_ONLY } });
  const r = nagReport(app);
  const by: any = {};
  for (const v of r.violations) { ((by[v.rule] ??= {})[v.path] ??= []).push(v.pack); }
  writeFileSync(`/tmp/nag-${name}.json`, JSON.stringify({ by, sup: r.suppressed, all: withoutAcknowledgements(app).length }, null, 1));
});
