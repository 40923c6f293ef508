type Status = 'Healthy' | 'HealthyBusy';

/** what clocks that are set right now and then do to each other is less */
const SNAPSHOT_MS = 5000;

/**
 * What `/ping` answers. The time is that of the last change of the status, never that of the question: a time that always
 * moves would keep a session from ever being idle.
 */
export class Ping {
  private status: Status = 'Healthy';
  private changedAt = Date.now();
  private changedAtMonotonic = performance.now();

  constructor(private readonly isBusy: () => boolean) {}

  public answer(): { status: Status; time_of_last_update: number } {
    const status = this.isBusy() ? 'HealthyBusy' : 'Healthy';
    if (status !== this.status) {
      this.status = status;
      this.changedAt = Date.now();
      this.changedAtMonotonic = performance.now();
    }
    this.adoptTime();
    return { status, time_of_last_update: Math.floor(this.changedAt / 1000) };
  }

  /** A session that starts from a snapshot of last week has not been idle for a week: its own clock stood still. */
  private adoptTime(): void {
    const now = this.changedAt + performance.now() - this.changedAtMonotonic;
    if (Math.abs(Date.now() - now) > SNAPSHOT_MS) {
      this.changedAt += Date.now() - now;
    }
  }
}
