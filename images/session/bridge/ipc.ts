/* What goes over the IPC channel between server and bridge. */
import type { BridgeCalls, BridgeNotice } from '../contract';

export type CallName = keyof BridgeCalls;

export type CallMessage = {
  [Name in CallName]: {
    readonly id: number;
    readonly call: Name;
    readonly request: Parameters<BridgeCalls[Name]>[0];
  };
}[CallName];

export type BridgeMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }
  | { readonly notice: BridgeNotice };
