/** JSON Schema as far as a tool's input is described by it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: string[];
  readonly items?: JsonSchema;
}

/** A tool as known while the app is synthesized. */
export interface KnownTool {
  /** without the name of the target */
  readonly name: string;
  /** it changes nothing */
  readonly readOnly: boolean;
  readonly inputSchema: JsonSchema;
}
