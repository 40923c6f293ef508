/** Where the rows of the library stand. */
export const ORDER = {
  alarms: 10,
  costs: 15,
  sessions: 20,
  speed: 22,
  failures: 24,
  compute: 26,
  pickedAgent: 28,
  models: 40,
  tools: 60,
  toolsByName: 62,
  pickedTarget: 64,
  broker: 70,
  credentials: 80,
  policies: 82,
  refused: 84,
} as const;
