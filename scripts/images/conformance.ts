/* `cdk-coding-agents conformance` from the sources, to be run inside the network of a container. */
import { conformance } from '../../cli/conformance';

const output = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
};

void Promise.resolve(conformance.run(process.argv.slice(2), output)).then((code) => {
  process.exitCode = code;
});
