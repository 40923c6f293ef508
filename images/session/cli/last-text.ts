/** of the output of an agent that only writes text; events hold all of it */
export const LONGEST_LAST_TEXT = 200 * 1024;

/** The end of a text that comes line by line: an agent can write for hours. */
export class LastText {
  private lines: string[] = [];
  private length = 0;
  private left = 0;

  public add(line: string): void {
    const end = line.slice(-LONGEST_LAST_TEXT);
    this.left += line.length - end.length;
    this.lines.push(end);
    this.length += end.length + 1;
    // not with each line: that would copy the whole each time
    if (this.length > 2 * LONGEST_LAST_TEXT) {
      this.cut();
    }
  }

  /** null if there is none */
  public get text(): string | null {
    this.cut();
    const text = this.lines.join('\n').trim();
    const mark = this.left === 0 ? '' : `[cut: ${this.left} characters before]\n`;
    return text === '' ? null : mark + text;
  }

  private cut(): void {
    const whole = this.lines.join('\n');
    const end = whole.slice(-LONGEST_LAST_TEXT);
    this.left += whole.length - end.length;
    this.lines = [end];
    this.length = end.length;
  }
}
