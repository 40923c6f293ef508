import { Reference, Token, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Whether two ids surely name different things: two literals that differ, or attributes of two constructs of the app.
 * Everything else (a parameter, an import) may turn out equal at deployment, so it is not held against the user.
 */
export function surelyDiffer(a: string, b: string): boolean {
  if (!Token.isUnresolved(a) && !Token.isUnresolved(b)) {
    return a !== b;
  }
  const [ownerOfA, ownerOfB] = [ownerOf(a), ownerOf(b)];
  return ownerOfA !== undefined && ownerOfB !== undefined && ownerOfA !== ownerOfB;
}

/** The construct of the app whose attribute a text is; undefined for a literal, a parameter or an import. */
export function ownerOf(value: string): IConstruct | undefined {
  const token = Tokenization.reverseString(value).firstToken;
  return token !== undefined && Reference.isReference(token) ? token.target : undefined;
}
