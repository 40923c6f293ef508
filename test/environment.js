const { createHash } = require('node:crypto');
const { createRequire } = require('node:module');
const { TestEnvironment } = require('jest-environment-node');

/*
 * Each suite has modules of its own. The engine that judges templates, the one in aws-cdk-lib, takes five seconds of CPU to
 * start, and a suite starts it again for each set of resource types. This starts it once a worker for each set of
 * rules. Nothing of a template stays in it: core itself gives one engine all stacks of an app.
 */
const engines = new Map();
let validator;

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    // a function: Jest empties the objects that it finds in the globals of a suite that is over
    this.global.sharedValidator = sharedValidator;
    // core takes the stack of each resource, and Jest, which asks for 100 frames, looks for the source of each frame
    this.global.Error.stackTraceLimit = 20;
  }
};

function sharedValidator() {
  if (!validator) {
    const real = createRequire(require.resolve('aws-cdk-lib/package.json'))('@aws/cloudformation-validate');
    validator = { ...real, CompositeEngine: engineClass(real) };
  }
  return validator;
}

function engineClass(real) {
  return class {
    constructor(config) {
      const text = JSON.stringify(config ?? {});
      const key = createHash('sha256').update(text).digest('hex');
      this.engine = engines.get(key) ?? new real.CompositeEngine(JSON.parse(text));
      engines.set(key, this.engine);
    }

    validateTemplate(template, config) {
      // the engine takes plain objects only, and those of a suite have another Object
      return this.engine.validateTemplate(template, JSON.parse(JSON.stringify(config ?? {})));
    }

    /** others use it too */
    free() {}
  };
}
