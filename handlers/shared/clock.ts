/** The time as GitHub has it: its tokens are judged by its own clock. */
export class Clock {
  private offsetMs = 0;

  public now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Takes over the time of an answer if it is far from ours; says whether it was. */
  public adopt(date: string | undefined): boolean {
    const theirs = Date.parse(date ?? '');
    if (Number.isNaN(theirs) || Math.abs(theirs - this.now()) < NOTICEABLE_MS) {
      return false;
    }
    this.offsetMs = theirs - Date.now();
    return true;
  }
}

/** the header has whole seconds, and an answer takes its time */
const NOTICEABLE_MS = 20_000;
