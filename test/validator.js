/** What aws-cdk-lib takes for its validator; see environment.js. */
module.exports = globalThis.sharedValidator();
