/*
 * What the construct sets for its function. Functions are bundled without aws-cdk-lib, so nothing here may import it.
 *
 * The function does what these say and not what an event says: whoever may invoke it can write any event.
 */

/** The only vault of an account and region. */
export const VAULT_ID = 'default';

/** The ARN of the key that the vault is encrypted with. */
export const KEY_ARN_VARIABLE = 'KEY_ARN';
/** `true` where a key that somebody else set is replaced, else `false`. */
export const REPLACE_EXISTING_KEY_VARIABLE = 'REPLACE_EXISTING_KEY';
/** `true` where the vault is set back to the key of AWS when the resource is deleted, else `false`. */
export const SET_BACK_VARIABLE = 'SET_BACK_ON_DELETE';
