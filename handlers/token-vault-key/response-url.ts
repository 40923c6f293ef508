/** The buckets of CloudFormation, by the names that a region has for S3. */
const HOST =
  /^cloudformation-custom-resource-response-[a-z0-9-]{1,30}\.s3(?:[.-][a-z]{2,4}(?:-[a-z]{1,12}){1,3}-\d{1,2})?\.amazonaws\.com(?:\.cn)?$/;

/** Whether CloudFormation waits for an answer there: whoever may invoke the function could send it anywhere else. */
export function isOfCloudFormation(responseUrl: unknown): boolean {
  if (typeof responseUrl !== 'string' || !URL.canParse(responseUrl)) {
    return false;
  }
  const { protocol, hostname, port, username, password } = new URL(responseUrl);
  return protocol === 'https:' && port === '' && username === '' && password === '' && HOST.test(hostname);
}
