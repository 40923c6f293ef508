// the validator costs seconds per synth: the tests about it turn it on themselves
process.env.CDK_VALIDATION ??= 'false';
process.env.NODE_ENV = 'test';
