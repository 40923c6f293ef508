/* A reporter for node --test: a line for each test, and one with the counts at the end. A run of no tests fails. */
export default async function* counts(source) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of source) {
    if (type === 'test:pass' && data.skip) {
      yield `${data.skip}: ${data.name}\n`;
    } else if (type === 'test:pass' && data.details.type !== 'suite') {
      passed += 1;
      yield `ok   ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    } else if (type === 'test:fail' && data.details.type !== 'suite') {
      failed += 1;
      yield `FAIL ${data.name}\n${String(data.details.error?.cause?.stack ?? data.details.error).replace(/^/gm, '     ')}\n`;
    }
  }
  if (passed + failed === 0) {
    process.exitCode = 1;
  }
  yield `${passed} passed, ${failed} failed\n`;
}
