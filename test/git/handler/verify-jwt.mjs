/* Verifies tokens with a library that the functions do not use. It is an ES module, which jest cannot load. */
import { readFileSync } from 'node:fs';
import { importSPKI, jwtVerify } from 'jose';

const { publicKey, issuer, tokens } = JSON.parse(readFileSync(0, 'utf8'));
const key = await importSPKI(publicKey, 'RS256');
const results = tokens.map((token) =>
  jwtVerify(token, key, { algorithms: ['RS256'], issuer, requiredClaims: ['iat', 'exp', 'iss'] }).then(
    ({ payload, protectedHeader }) => ({ payload, protectedHeader }),
    (error) => ({ error: error.code }),
  ),
);
process.stdout.write(JSON.stringify(await Promise.all(results)));
