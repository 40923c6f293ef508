import { allowedOn, ROLES, THINGS, type Kind } from './gateway-questions';
const A: [string, Kind, any?][] = [
  ['secretsmanager:GetSecretValue','secrets'],
  ['bedrock-agentcore:GetResourceApiKey','apiKeys'],['bedrock-agentcore:GetResourceOauth2Token','tokens'],['bedrock-agentcore:CompleteResourceTokenAuth','tokens'],
  ['bedrock-agentcore:GetOauth2CredentialProvider','tokens'],
  ['bedrock-agentcore:GetWorkloadAccessToken','identities'],['bedrock-agentcore:GetWorkloadAccessTokenForJWT','identities'],['bedrock-agentcore:GetWorkloadAccessTokenForUserId','identities'],
  ['bedrock-agentcore:InvokeGateway','gateways'],['bedrock-agentcore:SynchronizeGatewayTargets','gateways'],['bedrock-agentcore:GetGateway','gateways'],
  ['bedrock-agentcore:AuthorizeAction','engines'],['bedrock-agentcore:GetPolicyEngine','engines'],
  ['lambda:InvokeFunction','functions'],['bedrock-agentcore:InvokeAgentRuntime','runtimes'],
  ['kms:Sign','keys',{ 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' }],
  ['s3:GetObject','objects'],['logs:PutLogEvents','logs'],['bedrock-agentcore:SetTokenVaultCMK','identities'],
];
test('x', async () => {
  const out: any = {}; const t0 = Date.now(); const errs = new Set<string>();
  for (const [n, r] of Object.entries(ROLES)) { if (!r) { errs.add('no role ' + n); continue; } out[n] = {}; for (const [a, k, c] of A) { try { const x = await allowedOn(r, a, k, c); if (x.length) out[n][a] = x; } catch (e: any) { errs.add(a + ' ' + String(e.message).slice(0, 300)); } } }
  console.log([...errs].join('\n'), Date.now() - t0, JSON.stringify(out, null, 1));
});
